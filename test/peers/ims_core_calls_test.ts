// The test core itself: what passes through it between two phones, and what it puts in and takes out.

import assert from "node:assert/strict";
import { header, headerLines, type SipText } from "../scenarios/sip_text.ts";
import type { Ims } from "./ims/ims.ts";
import { type Called, type Calling, type RunOptions, SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { type DigestUser, NOBODY, USERS } from "./ims/users.ts";
import { text } from "./ports.ts";
import { describe, hold } from "./sdp.ts";
import type { Sipp } from "./sipp.ts";

const { alice, bob, carol, dave, erin, mallory, zoe } = USERS;
const test = imsSuite();

async function registered(ims: Ims, ...users: readonly DigestUser[]): Promise<SippPhone[]> {
  const phones = users.map((user) => new SippPhone(ims, user));
  await Promise.all(phones.map((phone) => phone.registers()));
  return phones;
}

interface Pair {
  readonly caller?: SippPhone;
  readonly callee?: SippPhone;
  /** Whom the caller calls; sip:bob@ims.test unless said otherwise. */
  readonly target?: string;
  readonly calling?: RunOptions;
  readonly called?: RunOptions;
}

/** Alice calls bob, both to the end. The runs are over, their records are there. */
async function pair(
  ims: Ims,
  [calls, isCalled]: readonly [Calling, Called],
  { target = bob.sip, ...options }: Pair = {},
): Promise<{ caller: Sipp; callee: Sipp; request: SipText }> {
  const caller = options.caller ?? (await registered(ims, alice))[0]!;
  const callee = options.callee ?? (await registered(ims, bob))[0]!;
  await using answering = await callee.awaits(isCalled, options.called);
  await using asking = await caller.does(calls, target, options.calling);
  await Promise.all([asking.done(), answering.done()]);
  const method = calls === "messages" ? "MESSAGE" : "INVITE";
  return { caller: asking, callee: answering, request: answering.message(`received ${method}`) };
}

test("a call: the callee learns who calls and as whom it is called", async (ims) => {
  const { caller, request } = await pair(ims, ["calls", "called"]);
  assert.equal(header(request, "p-asserted-identity"), `<${alice.sip}>`);
  assert.equal(header(request, "p-called-party-id"), `<${bob.sip}>`);
  assert.ok(headerLines(request, "record-route").length > 0);
  assert.equal(request.body, describe("alice"));
  assert.equal(caller.message("received 200 INVITE").body, describe("bob"));
  assert.ok(caller.story.includes("received 180 INVITE"));
});

test("a call over TCP on either side", async (ims) => {
  // Nobody calls these two later on: contacts over TCP would ring beside the usual ones.
  const caller = new SippPhone(ims, carol, { transport: "tcp" });
  const callee = new SippPhone(ims, dave, { transport: "tcp" });
  await caller.registers();
  await callee.registers();
  const { request } = await pair(ims, ["calls", "called"], { caller, callee, target: dave.sip });
  assert.match(headerLines(request, "via")[0]!, /^SIP\/2\.0\/TCP /);
});

test("a number, as tel: and as sip:, leads to its owner", async (ims) => {
  for (const target of [bob.tel, bob.sipNumber]) {
    const { request } = await pair(ims, ["calls", "called"], { target });
    assert.equal(header(request, "p-called-party-id"), `<${bob.sipNumber}>`);
  }
});

test("the callee hangs up", async (ims) => {
  await pair(ims, ["calls_hung_up", "called_hangs_up"]);
});

test("a call to a user behind an edge of its own comes by its Path", async (ims) => {
  const callee = new SippPhone(ims, erin, { door: "edge", host: "relay" });
  await callee.registers();
  const { request } = await pair(ims, ["calls", "called"], { callee, target: erin.sip });
  assert.equal(headerLines(request, "route")[0], `<sip:term@${text(ims.address("relay"))};lr>`);
  assert.equal(header(request, "p-asserted-identity"), `<${alice.sip}>`);
});

test("an edge calls by the Service-Route and says who it is", async (ims) => {
  const caller = new SippPhone(ims, erin, { door: "edge", host: "relay" });
  await caller.registers();
  const { caller: run, request } = await pair(ims, ["calls", "called"], { caller });
  assert.equal(header(run.message("sent INVITE"), "route"), "<sip:orig@scscf.ims.test:5060;lr>");
  assert.equal(header(request, "p-asserted-identity"), `<${erin.sip}>`);
});

test("a call from outside comes in by the I-CSCF", async (ims) => {
  const caller = new SippPhone(ims, NOBODY, { door: ims.address("icscf") });
  const { request } = await pair(ims, ["calls", "called"], { caller });
  assert.equal(header(request, "p-asserted-identity"), "");
});

test("the P-CSCF asserts the preferred identity, of the user's own", async (ims) => {
  const own = await pair(ims, ["calls", "called"], {
    calling: { lines: [`P-Preferred-Identity: <${alice.tel}>`] },
  });
  assert.equal(header(own.request, "p-asserted-identity"), `<${alice.tel}>`);
  const foreign = await pair(ims, ["calls", "called"], {
    calling: { lines: [`P-Preferred-Identity: <${carol.sip}>`, `P-Asserted-Identity: <${carol.sip}>`] },
  });
  assert.deepEqual(headerLines(foreign.request, "p-asserted-identity"), [`<${alice.sip}>`]);
});

test("users of one address are told apart by From", async (ims) => {
  const first = new SippPhone(ims, alice, { host: "relay" });
  const second = new SippPhone(ims, carol, { host: "relay" });
  await first.registers();
  await second.registers();
  for (const [caller, user] of [[first, alice], [second, carol]] as const) {
    const { request } = await pair(ims, ["calls", "called"], { caller });
    assert.equal(header(request, "p-asserted-identity"), `<${user.sip}>`);
  }
  await second.deregisters();
  await second.did("calls_refused", bob.sip, { status: "403" });
  await pair(ims, ["calls", "called"], { caller: first });
});

test("Privacy: id hides the caller from the callee's phone", async (ims) => {
  const { request } = await pair(ims, ["calls", "called"], { calling: { lines: ["Privacy: id"] } });
  assert.equal(header(request, "p-asserted-identity"), "");
});

test("a reliable 183 and PRACK, with UPDATE by either side or none", async (ims) => {
  const { callee } = await pair(ims, ["calls_prack_updates", "called_prack_updated"]);
  assert.equal(header(callee.message("received PRACK"), "rack"), "71 1 INVITE");
  const updating = await pair(ims, ["calls_prack_updated", "called_prack_updates"]);
  assert.equal(updating.caller.message("received UPDATE").body, hold("bob"));
  await pair(ims, ["calls_prack", "called_prack"]);
});

test("hold and resume, by either side", async (ims) => {
  const { callee } = await pair(ims, ["calls_holds", "called"]);
  assert.equal(callee.message("received INVITE", 1).body, hold("alice"));
  assert.equal(callee.message("received INVITE", 2).body, describe("alice"));
  // A caller that waits for BYE would wait for ever: this one hangs up by itself.
  const { caller } = await pair(ims, ["calls_served", "called_holds"]);
  assert.equal(caller.message("received INVITE").body, hold("bob"));
});

test("a transfer, by either side", async (ims) => {
  const byCaller = await pair(ims, ["calls_transfers", "called_transferred"], {
    calling: { referTo: carol.sip },
  });
  assert.equal(header(byCaller.callee.message("received REFER"), "refer-to"), `<${carol.sip}>`);
  assert.equal(byCaller.caller.messages.filter(({ message }) => message.start === "NOTIFY").length, 2);
  await pair(ims, ["calls_transferred", "called_transfers"], { called: { referTo: carol.sip } });
});

test("the caller gives up", async (ims) => {
  await pair(ims, ["calls_cancels", "called_cancelled"]);
});

test("the callee is busy", async (ims) => {
  await pair(ims, ["calls_refused", "called_refuses"], {
    calling: { status: "486" },
    called: { status: "486 Busy Here" },
  });
});

test("nobody is reached: 404 unknown, 480 not registered; 403 for who is not registered", async (ims) => {
  const [caller] = await registered(ims, alice);
  await caller!.did("calls_refused", NOBODY.sip, { status: "404" });
  await caller!.did("calls_refused", zoe.sip, { status: "480" });
  await caller!.did("calls_refused", mallory.sip, { status: "480" });
  await new SippPhone(ims, NOBODY).did("calls_refused", bob.sip, { status: "403" });
});

test("a MESSAGE", async (ims) => {
  const { request } = await pair(ims, ["messages", "messaged"], { calling: { text: "hello" } });
  assert.equal(request.body, "hello");
  assert.equal(header(request, "p-asserted-identity"), `<${alice.sip}>`);
});

test("reg event: a user watches its own registration", async (ims) => {
  const [phone] = await registered(ims, alice);
  const run = await phone!.did("subscribes_reg", alice.sip);
  assert.match(
    run.message("received NOTIFY").body,
    /<registration [^>]*aor="sip:alice@ims.test"[^>]*state="active"/,
  );
});

test("presence: of who has published, and of who is not even registered", async (ims) => {
  const [watcher, presentity] = await registered(ims, alice, bob);
  await presentity!.did("publishes", bob.sip);
  const run = await watcher!.did("subscribes", bob.sip, { event: "presence" });
  assert.match(run.message("received NOTIFY").body, /<basic>open</);
  await watcher!.did("subscribes", mallory.sip, { event: "presence" });
});
