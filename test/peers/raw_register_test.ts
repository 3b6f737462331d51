// A phone by hand that registers over TCP with SHA-256 and is called on that connection.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import { address, header, headerLines, type SipText } from "../scenarios/sip_text.ts";
import { openBrowser } from "./live_browser.ts";
import { openRawPhone, type RawPhone, rawRequest, rawResponse } from "./raw_phone.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

const DOMAIN = "ropeway.local";

Deno.test("a phone behind a connection of its own is called on it, and is gone with it", async () => {
  await using relay = await startRelay(["--user", "desk:secret"]);
  await using alice = await openBrowser(relay, "alice");
  const phone = await openRawPhone(relay, "tcp");
  // Nobody could connect to this Contact.
  const contact = "<sip:desk@192.0.2.7:5060;transport=tcp>";
  const registered = await register(phone, contact);
  assert.equal(registered.start, "200");
  assert.ok(header(registered, "contact").includes(contact));

  alice.call("desk", describe("alice"));
  const invite = (await phone.next())!;
  assert.equal(invite.start, "INVITE");
  assert.equal(invite.requestUri, address(contact));
  assert.equal(invite.body, describe("alice"));
  await phone.send(rawResponse(invite, "486 Busy Here"));
  assert.equal((await phone.next())!.start, "ACK");
  assert.equal((await alice.gets("ERROR")).status, 486);

  phone[Symbol.dispose]();
  for (;;) {
    alice.call("desk", describe("alice"));
    const { status } = await alice.gets("ERROR");
    if (status === 480) break;
    // The relay has not heard of the closed connection yet: the INVITE found nobody there.
    assert.equal(status, 503);
  }
});

Deno.test("a registration ends by its time", async () => {
  await using relay = await startRelay(["--user", "desk:secret"]);
  using phone = await openRawPhone(relay, "udp");
  const brief = await register(phone, "<sip:desk@192.0.2.7:5060>;expires=1");
  assert.equal(brief.start, "423");
  assert.ok(Number(header(brief, "min-expires")) >= 30);
});

Deno.test("a phone's wrong answers to a challenge: 401 again or 400, and nobody is registered", async () => {
  await using relay = await startRelay(["--user", "desk:secret", "--user", "door:open"]);
  await using alice = await openBrowser(relay, "alice");
  using phone = await openRawPhone(relay, "udp");
  const own = "<sip:desk@192.0.2.7:5060>";
  const right = new DigestPhone({ user: "desk", password: "secret", realm: DOMAIN });
  const challenge = await challenged(phone, own);
  const answers: readonly (readonly [answer: string, status: string])[] = [
    [right.answer(challenge).replace(/response="./, 'response="z'), "400"],
    [right.answer(challenge).replace(/nonce="[^"]*"/, 'nonce="invented"'), "401"],
    [right.answer(challenge).replace(/realm="[^"]*"/, 'realm="elsewhere"'), "401"],
    [right.answer(challenge, { uri: "sip:elsewhere.example" }), "400"],
    [right.answer(challenge).replace(/qop=auth, /, ""), "400"],
    [new DigestPhone({ user: "door", password: "open", realm: DOMAIN }).answer(challenge), "403"],
    ["Authorization: Basic ZGVzazpzZWNyZXQ=", "401"],
    ["Authorization: Digest", "401"],
  ];
  for (const [answer, status] of answers) {
    const response = await registerWith(phone, own, answer);
    assert.equal(response.start, status, answer);
  }
  alice.call("desk", describe("alice"));
  assert.equal((await alice.gets("ERROR")).status, 480);
});

async function register(phone: RawPhone, contact: string): Promise<SipText> {
  const challenge = await challenged(phone, contact);
  const digest = new DigestPhone({ user: "desk", password: "secret", realm: DOMAIN });
  return await registerWith(phone, contact, digest.answer(challenge));
}

/** The challenge of SHA-256, which clients that look at one alone never see: the second. */
async function challenged(phone: RawPhone, contact: string): Promise<string> {
  const response = await registerWith(phone, contact);
  assert.equal(response.start, "401");
  const [, challenge] = headerLines(response, "www-authenticate");
  assert.match(challenge!, /algorithm=SHA-256/);
  return challenge!;
}

let cseq = 0;

async function registerWith(phone: RawPhone, contact: string, authorization?: string): Promise<SipText> {
  const own = `<sip:desk@${DOMAIN}>`;
  await phone.send(rawRequest(phone, {
    method: "REGISTER",
    uri: `sip:${DOMAIN}`,
    headers: {
      From: `${own};tag=r1`,
      To: own,
      CSeq: `${++cseq} REGISTER`,
      Contact: contact,
      ...(authorization === undefined
        ? {}
        : { Authorization: authorization.slice(authorization.indexOf(" ") + 1) }),
    },
  }));
  return (await phone.next())!;
}
