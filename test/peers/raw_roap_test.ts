// Bad and unusual texts on a real WebSocket: an ERROR that says what is wrong, and a connection that lives.

import assert from "node:assert/strict";
import type { RoapMessage } from "../scenarios/browser.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

const sdp = describe("alice");
const ids = { offererSessionId: "a-1", seq: 1, tieBreaker: 7 };
const offer = { messageType: "OFFER", ...ids, sdp, to: "bob" };

interface Case {
  readonly name: string;
  readonly text: string;
  readonly status: number;
  readonly errorType?: string;
  readonly reason: RegExp;
}

const cases: readonly Case[] = [
  { name: "not JSON", text: "hello", status: 400, reason: /JSON/ },
  { name: "half of an object", text: '{"messageType":"OFFER"', status: 400, reason: /JSON/ },
  { name: "a list", text: "[1,2]", status: 400, reason: /object/ },
  { name: "nothing", text: "", status: 400, reason: /JSON/ },
  { name: "no type", text: "{}", status: 400, reason: /messageType/ },
  { name: "an unknown type", text: json({ messageType: "DANCE" }), status: 400, reason: /type/ },
  { name: "a type of a wrong type", text: '{"messageType":{}}', status: 400, reason: /messageType/ },
  { name: "no sdp", text: json({ ...offer, sdp: undefined }), status: 400, reason: /sdp/ },
  { name: "an empty sdp", text: json({ ...offer, sdp: "" }), status: 400, reason: /sdp/ },
  { name: "an sdp of a wrong type", text: json({ ...offer, sdp: [sdp] }), status: 400, reason: /sdp/ },
  {
    name: "no offererSessionId",
    text: json({ ...offer, offererSessionId: undefined }),
    status: 400,
    reason: /offererSessionId/,
  },
  { name: "no seq", text: json({ ...offer, seq: undefined }), status: 400, reason: /seq/ },
  { name: "a seq below 0", text: json({ ...offer, seq: -1 }), status: 400, reason: /seq/ },
  { name: "a seq of a wrong type", text: json({ ...offer, seq: {} }), status: 400, reason: /seq/ },
  { name: "a broken escape", text: '{"messageType":"\\x"}', status: 400, reason: /escape/ },
  { name: "text behind the object", text: `${json(offer)}{}`, status: 400, reason: /after/ },
  {
    name: "more than 64 KiB",
    text: json({ ...offer, sdp: "v".repeat(66_000) }),
    status: 413,
    reason: /65536/,
  },
  { name: "nobody to call", text: json({ ...offer, to: undefined }), status: 400, reason: /\bto\b/ },
  {
    name: "a line end where a URI belongs",
    text: json({ ...offer, to: "bob\r\nEvil: 1" }),
    status: 400,
    reason: /./,
  },
  { name: "a NUL where a URI belongs", text: json({ ...offer, to: "bob\0" }), status: 400, reason: /./ },
  {
    name: "header fields in the URI",
    text: json({ ...offer, to: "sip:bob@ropeway.local?Subject=x" }),
    status: 400,
    reason: /header/,
  },
  {
    name: "somebody else's from",
    text: json({ ...offer, from: "sip:mallory@ropeway.local" }),
    status: 403,
    reason: /from/,
  },
  { name: "a user that nobody knows", text: json({ ...offer, to: "nobody" }), status: 404, reason: /nobody/ },
  {
    name: "a domain that is not ours",
    text: json({ ...offer, to: "sip:x@elsewhere.example" }),
    status: 404,
    reason: /IMS/,
  },
  {
    name: "an ANSWER to nothing",
    text: json({ messageType: "ANSWER", offererSessionId: "x", answererSessionId: "y", seq: 1, sdp }),
    status: 481,
    errorType: "NOMATCH",
    reason: /session/,
  },
  {
    name: "a SHUTDOWN of nothing",
    text: json({ messageType: "SHUTDOWN", offererSessionId: "x", answererSessionId: "y", seq: 2 }),
    status: 481,
    errorType: "NOMATCH",
    reason: /session/,
  },
];

Deno.test("texts by hand: each bad one has its ERROR, and the connection lives", async (t) => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
  for (const { name, text, status, reason, errorType = "FAILED" } of cases) {
    await t.step(`${name}: ${status}`, async () => {
      await using alice = await openBrowser(relay, "alice");
      alice.sendText(text);
      const error = await alice.gets("ERROR");
      assert.equal(error.status, status, JSON.stringify(error));
      assert.match(error.reason!, reason);
      assert.equal(error.errorType, errorType);
      await call(alice);
    });
  }
  assert.equal(bob.all("OFFER").length, cases.length);
  assert.equal(
    relay.errors.filter((line) => /Fault of our own/.test(line)).length,
    0,
    relay.errors.join("\n"),
  );
});

Deno.test("texts by hand: an ERROR about nothing is not answered", async () => {
  await using relay = await startRelay();
  await using _bob = await openBrowser(relay, "bob", { answer: describe("bob") });
  await using alice = await openBrowser(relay, "alice");
  alice.send({
    messageType: "ERROR",
    offererSessionId: "x",
    answererSessionId: "y",
    seq: 1,
    errorType: "NOMATCH",
  });
  await call(alice);
  assert.equal(alice.all("ERROR").length, 0);
});

Deno.test("texts by hand: what liberal clients send is understood", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
  const variants = [
    `SDP\n${json(offer)}`,
    json({ ...offer, offererSessionId: 17 }),
    json({ messageType: "OFFER", offererSessionId: "s", seq: 1, tiebreaker: "99", sdp, to: "bob" }),
    json({ ...offer, extra: { deep: [1, { more: null }] } }),
    json({ ...offer, to: "sip:bob@ropeway.local" }),
    json({ ...offer, from: "sip:alice@ropeway.local" }),
    ` \n${json(offer)}\n `,
  ];
  for (const text of variants) {
    await using alice = await openBrowser(relay, "alice");
    alice.sendText(text);
    await alice.gets("ANSWER");
    assert.equal((await bob.gets("OFFER")).sdp, sdp);
  }
});

Deno.test("texts by hand: a flood of bad ones is closed with 1008, and calls of others go on", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
  await using mallory = await openBrowser(relay, "mallory");
  for (let times = 0; times < 500; times++) mallory.sendText("hello");
  const close = await mallory.closes();
  assert.equal(close.code, 1008);
  assert.ok(mallory.all("ERROR").length >= 10);
  assert.ok(mallory.all("ERROR").length < 100, `${mallory.all("ERROR").length} ERRORs`);
  await using alice = await openBrowser(relay, "alice");
  await call(alice);
  assert.equal(bob.all("OFFER").length, 1);
});

Deno.test("a reload of one browser ends its own calls and no others", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
  await using dora = await openBrowser(relay, "dora", { answer: describe("dora") });
  await using carol = await openBrowser(relay, "carol");
  const alice = await openBrowser(relay, "alice");
  const ours = await call(alice);
  carol.send({ ...offer, offererSessionId: "c-1", to: "dora" });
  const theirs = await carol.gets("ANSWER");
  alice.leave();
  await bob.gets("SHUTDOWN");
  await alice.closes();
  // Back again, under the same id.
  await using again = await openBrowser(relay, "alice");
  assert.equal((await call(again)).sdp, ours.sdp);
  assert.equal(dora.all("SHUTDOWN").length, 0);
  carol.hangUp(theirs, 2);
  await carol.gets("OK");
  await dora.gets("SHUTDOWN");
});

/** Calls bob, who answers by himself. */
async function call(alice: LiveBrowser): Promise<RoapMessage> {
  alice.call("bob", sdp);
  return await alice.gets("ANSWER");
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
