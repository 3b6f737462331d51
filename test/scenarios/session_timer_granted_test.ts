// Session timers, RFC 4028, with the relay as the called end: what it grants, to whom, and what it refuses.

import assert from "node:assert/strict";
import { header } from "./sip_text.ts";
import {
  allow,
  answeredAt,
  answerTo,
  assertOver,
  calling,
  expires,
  hangUp,
  noUpdate,
  sentAt,
  supported,
} from "./session_stage.ts";
import { answerSdp, assertNothingLeft, holdSdp, offerSdp, relayAddress } from "./stage.ts";
import { terminalStage } from "./terminal_stage.ts";

const second = 1000;

/** What the INVITE says, and what the 2xx says to it: RFC 4028 section 9, table 2. */
const grants: readonly {
  readonly story: string;
  readonly says: readonly (readonly [string, string])[];
  readonly minimum?: number;
  readonly interval?: number;
  readonly granted: string;
  readonly requires: string;
}[] = [
  {
    story: "a caller that supports it and asks for nothing is asked to refresh",
    says: [supported],
    granted: "1800;refresher=uac",
    requires: "timer",
  },
  {
    story: "a caller that asks and leaves the roles to us refreshes itself",
    says: [supported, expires("600")],
    granted: "600;refresher=uac",
    requires: "timer",
  },
  {
    story: "a caller that wants to refresh does",
    says: [supported, expires("600;refresher=uac")],
    granted: "600;refresher=uac",
    requires: "timer",
  },
  {
    story: "a caller that wants us to refresh is refreshed",
    says: [supported, allow, expires("600;refresher=uas")],
    granted: "600;refresher=uas",
    requires: "timer",
  },
  {
    story: "Require says as much as Supported",
    says: [["Require", "timer"], expires("600")],
    granted: "600;refresher=uac",
    requires: "timer",
  },
  {
    story: "the short form of Session-Expires is the same",
    says: [supported, ["x", "600"]],
    granted: "600;refresher=uac",
    requires: "timer",
  },
  {
    story: "an interval longer than ours is made shorter",
    says: [supported, expires("7200")],
    granted: "1800;refresher=uac",
    requires: "timer",
  },
  {
    story: "but not shorter than the caller's Min-SE",
    says: [supported, expires("7200"), ["Min-SE", "3600"]],
    granted: "3600;refresher=uac",
    requires: "timer",
  },
  {
    story: "what we ask for is no shorter than the caller's Min-SE either",
    says: [supported, ["Min-SE", "2400"]],
    granted: "2400;refresher=uac",
    requires: "timer",
  },
  {
    story: "for a caller that knows nothing of it but UPDATE we refresh alone",
    says: [allow],
    granted: "1800;refresher=uas",
    requires: "",
  },
  {
    story: "a proxy has asked for a caller that knows nothing of it: we refresh",
    says: [expires("600"), noUpdate],
    granted: "600;refresher=uas",
    requires: "",
  },
  {
    story: "and that interval may be too short to be refused",
    says: [expires("30"), allow],
    granted: "90;refresher=uas",
    requires: "",
  },
  { story: "a caller that knows neither is left in peace", says: [noUpdate], granted: "", requires: "" },
  {
    story: "nonsense is no wish",
    says: [noUpdate, expires("soon;refresher=me")],
    granted: "",
    requires: "",
  },
  { story: "nothing is wanted, nothing is asked", interval: 0, says: [supported], granted: "", requires: "" },
  {
    story: "nothing is wanted, what is asked for is granted",
    interval: 0,
    says: [supported, expires("7200;refresher=uac")],
    granted: "7200;refresher=uac",
    requires: "timer",
  },
];

for (const { story, says, interval = 1800, granted, requires } of grants) {
  Deno.test(`the 2xx: ${story}`, () => {
    const set = calling({ session: { interval, minimum: 90 }, says });
    const answer = answerTo(set.phone, "INVITE");
    assert.equal(answer.start, "200");
    assert.equal(header(answer, "session-expires"), granted);
    assert.equal(header(answer, "require"), requires);
    assert.equal(header(answer, "min-se"), "");
    hangUp(set);
  });
}

for (
  const [story, lines, minimum] of [
    ["less than 90 s", [supported, expires("89")], 90],
    ["less than --min-se", [supported, expires("299;refresher=uac")], 300],
    ["nought", [supported, expires("0")], 90],
  ] as const
) {
  Deno.test(`an INVITE that asks for ${story} is refused with 422 and our Min-SE, and comes again`, () => {
    const set = terminalStage({ answer: answerSdp, config: { session: { interval: 1800, minimum } } });
    const { alice, network, phone } = set;
    phone.supports = "";
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines });
    network.run(second);
    assert.equal(header(phone.last("422"), "min-se"), String(minimum));
    assert.equal(alice.received.length, 0);
    const again = [supported, expires(String(minimum))];
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: again });
    network.run(second);
    assert.equal(header(answerTo(phone, "INVITE"), "session-expires"), `${minimum};refresher=uac`);
    hangUp(set);
  });
}

Deno.test("the caller does not refresh: BYE 32 s before the end", () => {
  const set = calling({ says: [supported, expires("600;refresher=uac")] });
  set.network.run(600 * second);
  const [bye] = sentAt(set, "BYE");
  assert.ok(Math.abs(bye! - answeredAt(set) - 568 * second) < 100, `${bye}`);
  assertOver(set);
});

Deno.test("we refresh by UPDATE at half the interval, as often as it takes", () => {
  const set = calling({ says: [supported, allow, expires("600;refresher=uas")] });
  set.phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  set.network.run(1205 * second);
  assert.equal(set.phone.count("UPDATE"), 4);
  assert.equal(header(set.phone.last("UPDATE"), "session-expires"), "600;refresher=uac");
  assert.equal(set.phone.last("UPDATE").body, "");
  hangUp(set);
});

Deno.test("we refresh a caller without UPDATE by re-INVITE, with our answer as the offer", () => {
  const set = calling({ says: [supported, noUpdate, expires("600;refresher=uas")] });
  const { alice, network, phone } = set;
  phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  const heard = alice.received.length;
  network.run(605 * second);
  assert.equal(phone.count("INVITE"), 2);
  assert.equal(phone.last("INVITE").body, answerSdp);
  assert.equal(phone.count("ACK"), 2);
  assert.equal(alice.received.length, heard);
  hangUp(set);
});

Deno.test("the answer to the caller's own re-INVITE is what is said from then on", () => {
  const changed = answerSdp.replace("5000", "5006");
  const set = calling({ says: [supported, noUpdate, expires("600;refresher=uas")] });
  const { alice, network, phone } = set;
  phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  alice.answer = changed;
  phone.request("INVITE", { sdp: holdSdp, lines: [supported, noUpdate, expires("600;refresher=uas")] });
  network.run(305 * second);
  assert.equal(phone.last("INVITE").body, changed);
  hangUp(set);
});

Deno.test("between phones each leg has a timer of its own, and an answer that went in the ACK is repeated", () => {
  const set = terminalStage({ registers: true, config: { session: { interval: 1800, minimum: 90 } } });
  const { network, phone } = set;
  const desk = set.desk!;
  phone.supports = "";
  phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  desk.says = [expires("900;refresher=uac"), ["Require", "timer"], noUpdate];
  const lines = [supported, allow, expires("600;refresher=uas")];
  phone.call("sip:desk@ropeway.test", { peer: relayAddress, lines });
  network.run(100);
  assert.equal(header(desk.last("INVITE"), "session-expires"), "1800");
  desk.answer(offerSdp);
  network.run(second);
  assert.equal(header(answerTo(phone, "INVITE"), "session-expires"), "600;refresher=uas");
  assert.equal(desk.last("ACK").body, answerSdp);
  network.run(448 * second);
  assert.deepEqual([phone.count("UPDATE"), phone.count("INVITE"), desk.count("INVITE")], [1, 0, 1]);
  network.run(3 * second);
  assert.equal(desk.count("INVITE"), 2);
  assert.equal(desk.last("INVITE").body, answerSdp);
  assert.equal(phone.count("INVITE"), 0);
  phone.bye();
  network.run(second);
  assert.equal(desk.state, "ended");
  assertNothingLeft(set);
});

Deno.test("between phones a 422 without an end is not the caller's to hear", () => {
  const set = terminalStage({ registers: true, config: { session: { interval: 1800, minimum: 90 } } });
  const { network, phone } = set;
  phone.call("sip:desk@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(100);
  set.desk!.reject("422 Session Interval Too Small");
  network.run(second);
  assert.equal(phone.count("500"), 1, phone.story());
  assertNothingLeft(set);
});

for (const body of ["", holdSdp]) {
  Deno.test(`an UPDATE ${body === "" ? "without" : "with"} an offer refreshes, and is refused when too short`, () => {
    const set = calling({ says: [supported, expires("600;refresher=uac")] });
    const { alice, network, phone } = set;
    alice.answer = answerSdp;
    network.run(400 * second);
    phone.request("UPDATE", { sdp: body, lines: [supported, expires("60;refresher=uac")] });
    network.run(second);
    assert.equal(header(phone.last("422"), "min-se"), "90");
    phone.request("UPDATE", { sdp: body, lines: [supported, expires("600;refresher=uac")] });
    network.run(second);
    const answer = answerTo(phone, "UPDATE");
    assert.equal(answer.start, "200");
    assert.equal(header(answer, "session-expires"), "600;refresher=uac");
    assert.equal(header(answer, "require"), "timer");
    network.run(500 * second);
    assert.equal(phone.count("BYE"), 0);
    network.run(100 * second);
    assertOver(set);
  });
}

Deno.test("the caller changes the roles in a refresh", () => {
  const set = calling({ says: [supported, allow, expires("600;refresher=uac")] });
  const { network, phone } = set;
  phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  network.run(200 * second);
  phone.request("UPDATE", { lines: [supported, allow, expires("600;refresher=uas")] });
  network.run(second);
  assert.equal(header(answerTo(phone, "UPDATE"), "session-expires"), "600;refresher=uas");
  network.run(300 * second);
  assert.equal(phone.count("UPDATE"), 1);
  // who says nothing of the roles leaves them as they are
  phone.request("UPDATE", { lines: [supported, allow, expires("600")] });
  network.run(second);
  assert.equal(header(answerTo(phone, "UPDATE"), "session-expires"), "600;refresher=uas");
  hangUp(set);
});

Deno.test("a refresh of ours and one of theirs cross: both are answered, and the call goes on", () => {
  const set = calling({ says: [supported, allow, expires("600;refresher=uas")] });
  const { alice, network, phone } = set;
  phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  alice.answer = answerSdp;
  network.run(answeredAt(set) + 300 * second - network.now);
  phone.request("INVITE", { sdp: holdSdp, lines: [supported, allow, expires("600;refresher=uas")] });
  network.run(second);
  assert.equal(phone.count("UPDATE"), 1);
  assert.equal(answerTo(phone, "INVITE").start, "200");
  network.run(290 * second);
  assert.equal(phone.count("UPDATE"), 1);
  network.run(20 * second);
  assert.equal(phone.count("UPDATE"), 2);
  hangUp(set);
});

Deno.test("an early answer in a reliable 183 is what a re-INVITE repeats when the 2xx has none", () => {
  const set = terminalStage({ config: { session: { interval: 1800, minimum: 90 } } });
  const { alice, network, phone } = set;
  phone.supports = "100rel, timer";
  phone.call("sip:alice@ropeway.test", {
    sdp: offerSdp,
    peer: relayAddress,
    lines: [noUpdate, expires("600;refresher=uas")],
  });
  network.run(100);
  const { offererSessionId, seq } = alice.last("OFFER");
  const ids = { offererSessionId: offererSessionId!, answererSessionId: "alice-a", seq: seq! };
  alice.send({ ...ids, messageType: "PRANSWER", sdp: answerSdp });
  network.run(100);
  assert.equal(phone.last("183").body, answerSdp);
  alice.accept(alice.last("OFFER"), answerSdp);
  network.run(second);
  assert.equal(phone.state, "up", phone.story());
  phone.says = [expires("600;refresher=uac"), ["Require", "timer"]];
  network.run(305 * second);
  assert.equal(phone.last("INVITE").body, answerSdp);
  hangUp(set);
});
