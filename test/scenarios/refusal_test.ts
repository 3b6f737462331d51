// Refusals: what a phone's status becomes to a browser, and what a browser's ERROR becomes to a phone.

import assert from "node:assert/strict";
import { header } from "./sip_text.ts";
import { addPhone, assertNothingLeft, offerSdp, relayAddress, stage } from "./stage.ts";

const refusals: readonly (readonly [statusLine: string, status: number, errorType: string])[] = [
  ["486 Busy Here", 486, "REFUSED"],
  ["404 Not Found", 404, "FAILED"],
  ["480 Temporarily Unavailable", 480, "FAILED"],
  ["603 Decline", 603, "REFUSED"],
  ["600 Busy Everywhere", 600, "REFUSED"],
  ["302 Moved Temporarily", 302, "FAILED"],
  ["401 Unauthorized", 401, "FAILED"],
  ["500 Server Internal Error", 500, "FAILED"],
  ["488 Not Acceptable Here", 488, "REFUSED"],
  ["408 Request Timeout", 408, "TIMEOUT"],
  ["504 Server Time-out", 504, "TIMEOUT"],
  ["481 Call Does Not Exist", 481, "NOMATCH"],
];

for (const [statusLine, status, errorType] of refusals) {
  Deno.test(`a phone refuses with ${statusLine}: the browser hears ${errorType}, status and reason`, () => {
    const set = stage({ invited: (phone) => phone.reject(statusLine) });
    const { alice, network, phone } = set;
    const offer = alice.call("sip:bob@example.org", offerSdp);
    network.run(1000);
    const error = alice.only("ERROR");
    assert.equal(error.errorType, errorType);
    assert.equal(error.status, status);
    assert.equal(error.reason, statusLine.slice(4));
    assert.equal(error.offererSessionId, offer.offererSessionId);
    assert.equal(error.seq, 1);
    assert.equal(alice.session.state, "ended");
    assert.equal(phone.story(), "INVITE ACK");
    assertNothingLeft(set);
  });
}

Deno.test("a phone that answers 491 to a first INVITE does not make a browser wait for an offer", () => {
  const set = stage({ invited: (phone) => phone.reject("491 Request Pending") });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(1000);
  assert.equal(set.alice.only("ERROR").errorType, "FAILED");
  assertNothingLeft(set);
});

for (
  const [errorType, more, status] of [
    ["REFUSED", {}, "603"],
    ["TIMEOUT", {}, "408"],
    ["FAILED", {}, "500"],
    ["REFUSED", { status: 486 }, "486"],
    ["FAILED", { status: 480 }, "480"],
  ] as const
) {
  Deno.test(`a browser answers ERROR ${errorType} ${JSON.stringify(more)}: the phone hears ${status}`, () => {
    const set = stage();
    const { alice, network, phone } = set;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(500);
    alice.refuse(alice.only("OFFER"), errorType, more);
    network.run(500);
    assert.equal(phone.story(), `180 ${status}`);
    assert.equal(phone.state, "ended");
    assert.equal(alice.story(), "OFFER");
    assertNothingLeft(set);
  });
}

Deno.test("a browser answers SHUTDOWN to an OFFER: the phone hears 603", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  alice.end();
  network.run(500);
  assert.equal(phone.story(), "180 603");
  assert.equal(alice.story(), "OFFER OK");
  assertNothingLeft(set);
});

Deno.test("a browser refuses a browser: the caller hears the callee's status", () => {
  const set = stage();
  const { alice, network, node } = set;
  const phone = addPhone(set, "carol", { last: 3 });
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  alice.refuse(alice.only("OFFER"), "FAILED", { status: 486 });
  network.run(500);
  assert.equal(phone.last("486").start, "486");
  assert.equal(node.relay.calls, 0);
  assertNothingLeft(set);
});

Deno.test("a name that does not resolve: the browser hears so", () => {
  const set = stage({ relay: { ims: "ims.invalid" } });
  const { alice, network } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  const error = alice.only("ERROR");
  assert.equal(error.errorType, "FAILED");
  assert.equal(error.status, 502);
  assert.notEqual(error.reason ?? "", "");
  assertNothingLeft(set);
});

Deno.test("a name that nobody has: 404 to the phone and to the browser", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:nobody@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  alice.call("nobody", offerSdp);
  network.run(1000);
  assert.equal(phone.story(), "404");
  assert.match(header(phone.last("404"), "warning"), /nobody is not known here/);
  assert.equal(alice.only("ERROR").status, 404);
  assertNothingLeft(set);
});

Deno.test("nobody picks up: 480 to the phone after three minutes, and the browser's OFFER is taken back", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(182_000);
  assert.equal(phone.state, "ended");
  assert.equal(phone.received.at(-1)!.start, "480");
  assert.equal(alice.story(), "OFFER SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("a phone that is gone: the browser hears TIMEOUT after 64*T1", () => {
  const set = stage();
  const { alice, network, phone } = set;
  network.detach(phone.at);
  alice.call("sip:bob@example.org", offerSdp);
  network.run(33_000);
  assert.equal(alice.only("ERROR").errorType, "TIMEOUT");
  assert.equal(alice.only("ERROR").status, 408);
  assertNothingLeft(set);
});

Deno.test("a PRANSWER that crosses the refusal of its call: nobody answers it", () => {
  const { alice, network } = stage({ invited: (phone) => phone.reject("486 Busy Here") });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  const { offererSessionId } = alice.only("ERROR");
  const { length } = alice.received;
  alice.send({
    messageType: "PRANSWER",
    offererSessionId: offererSessionId!,
    answererSessionId: "x",
    seq: 1,
  });
  network.run(1000);
  assert.equal(alice.received.length, length);
});
