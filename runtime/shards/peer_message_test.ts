import assert from "node:assert/strict";
import fc from "fast-check";
import { readPeerMessage } from "./peer_message.ts";

const contact = {
  uri: "sip:desk@192.0.2.7",
  transport: "udp",
  host: "192.0.2.7",
  port: 5060,
  flow: 0,
  shard: 1,
  expires: 3600.5,
  q: 0.5,
  callId: "c",
  cseq: 1,
  since: 0,
  instance: "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>",
  regId: 1,
};

Deno.test("readPeerMessage takes what shards say", () => {
  const messages = [
    { type: "feeds", user: "alice", count: 2 },
    { type: "contacts", user: "desk", put: [contact], gone: ["sip:old@192.0.2.7"] },
    { type: "known", user: "desk", contacts: [{ ...contact, transport: "wss", flow: 7 }] },
    { type: "flowGone", flow: 7 },
    { type: "nonce", nonce: "n", algorithm: "MD5", count: 1 },
  ];
  for (const message of messages) assert.deepEqual(readPeerMessage(message), message);
});

Deno.test("readPeerMessage takes nothing else", () => {
  const wrong = [
    { type: "feeds", user: "alice", count: -1 },
    { type: "feeds", user: "a".repeat(257), count: 1 },
    { type: "contacts", user: "desk", put: [{ ...contact, transport: "loop" }], gone: [] },
    { type: "known", user: "desk", contacts: [{ ...contact, shard: 32 }] },
    { type: "known", user: "desk", contacts: Array(101).fill(contact) },
    { type: "nonce", nonce: "n", algorithm: "MD5" },
    { type: "flowGone", flow: -1 },
    { type: "other" },
  ];
  for (const message of wrong) assert.equal(readPeerMessage(message), undefined);
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(readPeerMessage(value), undefined)));
});
