// Calls between the shards of a relay, in real processes.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import { address, header, parameter, type SipText } from "../scenarios/sip_text.ts";
import { openRawPhone, type RawPhone, rawRequest, rawResponse } from "./raw_phone.ts";
import { text, type Transport } from "./ports.ts";
import type { Relay } from "./relay.ts";
import { describe, hold } from "./sdp.ts";
import { isTold, linesOf, openBrowserAt, shardOf, startShards } from "./shards.ts";

const DOMAIN = "ropeway.local";

for (const [caller, callee] of [[0, 1], [1, 0]] as const) {
  Deno.test(`shards: a browser at ${caller} calls one at ${callee}, changes the session and hangs up`, async () => {
    await using relay = await startShards();
    await using alice = await openBrowserAt(relay, caller, { name: "alice" });
    await using bob = await openBrowserAt(relay, callee, { name: "bob" });
    alice.call("bob", describe("alice"));
    const offer = await bob.gets("OFFER");
    assert.equal(offer.sdp, describe("alice"));
    assert.equal(offer.from, `sip:alice@${DOMAIN}`);
    bob.accept(offer, describe("bob"));
    assert.equal((await alice.gets("ANSWER")).sdp, describe("bob"));
    await bob.gets("OK");
    alice.reoffer(hold("alice"));
    const second = await bob.gets("OFFER");
    assert.equal(second.sdp, hold("alice"));
    bob.accept(second, hold("bob"));
    const answer = await alice.gets("ANSWER");
    await bob.gets("OK");
    alice.hangUp(answer, 3);
    await bob.gets("SHUTDOWN");
    await alice.gets("OK");
    assertFaultless(relay);
  });
}

Deno.test("shards: a stranger calls by the public port, and goes on by the other shard's", async () => {
  await using relay = await startShards();
  await using bob = await openBrowserAt(relay, 1, { name: "bob", answer: describe("bob") });
  using phone = await openRawPhone(relay, "udp");
  const invite = rawRequest(phone, { method: "INVITE", uri: `sip:bob@${DOMAIN}`, body: describe("phone") });
  await phone.send(invite);
  const answer = await final(phone);
  assert.equal(answer.start, "200");
  assert.equal(answer.body, describe("bob"));
  assert.equal(address(header(answer, "contact")), `sip:bob@${text(relay.udp[0]!)}`);
  await phone.send(inside(phone, answer, "ACK", 7));
  await bob.gets("OK");
  phone.turnTo!(relay.udp[1]!);
  await phone.send(inside(phone, answer, "BYE", 8));
  assert.equal((await phone.next())!.start, "200");
  await bob.gets("SHUTDOWN");
  // whose tag nobody has given
  await phone.send(inside(phone, answer, "BYE", 9).replace(/(To: .*;tag=)./, "$1v"));
  assert.equal((await phone.next())!.start, "481");
  assertFaultless(relay);
});

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`shards: a phone that registered at 0 over ${transport} is called by a browser at 1 the same way`, async () => {
    await using relay = await startShards(["--user", "desk:secret"]);
    await using alice = await openBrowserAt(relay, 1, { name: "alice" });
    using phone = await openRawPhone(relay, transport);
    await register(phone, transport);
    await isTold(relay, { user: "desk", shard: 0 });
    alice.call("desk", describe("alice"));
    const invite = (await phone.next())!;
    assert.equal(invite.start, "INVITE");
    const [host, port] = text(relay[transport][1]!).split(":");
    assert.match(header(invite, "via"), new RegExp(`^SIP/2.0/${transport} ${host}:${port};`, "i"));
    await phone.send(rawResponse(invite, "200 OK", describe("desk"), contactOf(phone, transport)));
    assert.equal((await alice.gets("ANSWER")).sdp, describe("desk"));
    assert.equal((await phone.next())!.start, "ACK");
    alice.end();
    const bye = (await phone.next())!;
    assert.equal(bye.start, "BYE");
    await phone.send(rawResponse(bye, "200 OK"));
    await alice.gets("OK");
    assertFaultless(relay);
  });
}

Deno.test("shards: the ladder tells of a call wherever its stream has come to", async () => {
  await using relay = await startShards();
  await using alice = await openBrowserAt(relay, 0, { name: "alice" });
  await using bob = await openBrowserAt(relay, 1, { name: "bob", answer: describe("bob") });
  const early = await watch(relay, "alice", 1);
  alice.call("bob", describe("alice"));
  await alice.gets("ANSWER");
  await bob.gets("OK");
  const wanted = ["ROAP in OFFER", "SIP out INVITE", "SIP in 200 OK", "ROAP out ANSWER"];
  assert.deepEqual(await early.sees(wanted), wanted);
  for (const shard of [0, 1]) {
    const late = await watch(relay, "bob", shard);
    assert.deepEqual(await late.sees(["SIP in INVITE", "ROAP out OFFER", "SIP out 200 OK"]), [
      "SIP in INVITE",
      "ROAP out OFFER",
      "SIP out 200 OK",
    ]);
    await late.end();
  }
  await early.end();
});

/** A ladder's stream at a certain shard. */
async function watch(relay: Relay, user: string, shard: number) {
  for (let tries = 0; tries < 100; tries++) {
    const before = linesOf(relay, "Ladder is watched", user).length;
    // A client of its own: a connection that is kept alive would come to the same shard each time.
    const client = Deno.createHttpClient({});
    const response = await fetch(`${relay.http}/ladder?user=${user}`, { client });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const end = async () => {
      await reader.cancel();
      client.close();
    };
    if (await shardOf(relay, { text: "Ladder is watched", user, before }) !== shard) {
      await end();
      continue;
    }
    let told = "";
    /** The titles of those that are wanted, in the order in which they came, once all have. */
    const sees = async (wanted: readonly string[]): Promise<string[]> => {
      for (;;) {
        const titles = [...told.matchAll(/^data: (.*)\n\n/gm)].map(([, line]) => JSON.parse(line!))
          .map(({ protocol, direction, title }) => `${protocol} ${direction} ${title}`)
          .filter((title) => wanted.includes(title));
        if (titles.length >= wanted.length) return titles;
        const { value, done } = await reader.read();
        if (done) throw new Error(`The ladder ended after ${told}`);
        told += value;
      }
    };
    return { sees, end };
  }
  throw new Error(`No stream came to shard ${shard}`);
}

function assertFaultless(relay: Relay): void {
  const faults = relay.errors.filter((line) => /Fault of our own|makes no sense/.test(line));
  assert.deepEqual(faults, []);
}

async function final(phone: RawPhone): Promise<SipText> {
  for (;;) {
    const message = (await phone.next())!;
    if (Number(message.start) >= 200) return message;
  }
}

/** A request inside the dialog that a 200 has made. */
function inside(phone: RawPhone, answer: SipText, method: string, number: number): string {
  return rawRequest(phone, {
    method,
    uri: address(header(answer, "contact")),
    headers: {
      From: header(answer, "from"),
      To: header(answer, "to"),
      "Call-ID": header(answer, "call-id"),
      CSeq: `${number} ${method}`,
    },
  });
}

function contactOf(phone: RawPhone, transport: Transport): string {
  return `<sip:desk@${text(phone.address)};transport=${transport}>`;
}

async function register(phone: RawPhone, transport: Transport): Promise<void> {
  const digest = new DigestPhone({ user: "desk", password: "secret", realm: DOMAIN });
  const request = (cseq: number, lines: Record<string, string> = {}) =>
    rawRequest(phone, {
      method: "REGISTER",
      uri: `sip:${DOMAIN}`,
      headers: {
        From: `<sip:desk@${DOMAIN}>;tag=reg`,
        To: `<sip:desk@${DOMAIN}>`,
        "Call-ID": "registering",
        CSeq: `${cseq} REGISTER`,
        Contact: contactOf(phone, transport),
        ...lines,
      },
    });
  await phone.send(request(1));
  const challenge = (await phone.next())!;
  assert.equal(challenge.start, "401");
  assert.equal(parameter(header(challenge, "to"), "tag")[0], "0", "Its tag bears the shard's mark");
  const answer = digest.answer(`WWW-Authenticate: ${header(challenge, "www-authenticate")}`);
  await phone.send(request(2, { Authorization: answer.slice("Authorization: ".length) }));
  assert.equal((await phone.next())!.start, "200");
}
