// INFO and MESSAGE inside a call, from either side to the other (RFC 6086, RFC 2976, RFC 3428).

import assert from "node:assert/strict";
import type { Browser, RoapMessage } from "./browser.ts";
import { header } from "./sip_text.ts";
import {
  addBrowser,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  type Stage,
  stage,
} from "./stage.ts";
import { Texter } from "./texter.ts";

function withTexter(set: Stage): Stage & { bob: Texter } {
  return { ...set, bob: new Texter(set.network, set.phone) };
}

/** Sends something in the browser's newest session. */
function say(browser: Browser, messageType: string, more: Partial<RoapMessage>): void {
  const { local, remote } = browser.session;
  browser.send({
    messageType,
    transactionId: "i1",
    offererSessionId: local,
    answererSessionId: remote,
    ...more,
  });
}

function endWell({ alice, network, phone }: Stage): void {
  assert.equal(alice.session.state, "up");
  assert.equal(phone.state, "up");
  alice.end();
  network.run(1000);
}

for (const [name, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  Deno.test(`a browser's key reaches the ${name} phone as application/dtmf-relay`, () => {
    const set = withTexter(begin());
    const { alice, network, bob, phone } = set;
    const before = alice.received.length;
    say(alice, "INFO", { info: { type: "DTMF", signal: "5", duration: 250 } });
    network.run(100);
    const info = bob.only("INFO");
    assert.equal(header(info, "content-type"), "application/dtmf-relay");
    assert.equal(info.body, "Signal=5\r\nDuration=250\r\n");
    assert.equal(header(info, "call-id"), phone.dialog.callId);
    assert.equal(header(info, "info-package"), "");
    const { offererSessionId, answererSessionId, ...ok } = alice.received[before]!;
    assert.deepEqual(ok, { messageType: "OK", transactionId: "i1" });
    assert.deepEqual([offererSessionId, answererSessionId], [alice.session.local, alice.session.remote]);
    // the next request of the dialog has the next number
    say(alice, "INFO", { info: { signal: "#" } });
    network.run(100);
    assert.equal(bob.last("INFO").body, "Signal=#\r\nDuration=160\r\n");
    alice.reoffer(offerSdp);
    network.run(100);
    assert.equal(
      Number.parseInt(header(phone.last("INVITE"), "cseq")),
      Number.parseInt(header(bob.last("INFO"), "cseq")) + 1,
    );
    phone.answer(offerSdp);
    network.run(100);
    endWell(set);
    assertNothingLeft(set);
  });

  Deno.test(`a ${name} phone's key reaches the browser, in either body`, () => {
    const set = withTexter(begin());
    const { alice, network, bob } = set;
    bob.inside("INFO", { contentType: "application/dtmf-relay", body: "Signal=*\r\nDuration=100\r\n" });
    network.run(100);
    const { info, content, transactionId, offererSessionId } = alice.only("INFO");
    assert.deepEqual(info, { type: "DTMF", signal: "*", duration: 100 });
    assert.equal(content, undefined);
    assert.ok([alice.session.local, alice.session.remote].includes(offererSessionId!));
    assert.equal(bob.story(), "");
    alice.send({ messageType: "OK", transactionId: transactionId! });
    network.run(100);
    assert.equal(bob.story(), "200");
    bob.inside("INFO", { contentType: "application/dtmf", body: "7", lines: [["Info-Package", "infoDtmf"]] });
    network.run(100);
    assert.equal(alice.last("INFO").info!.signal, "7");
    alice.send({
      messageType: "ERROR",
      transactionId: alice.last("INFO").transactionId!,
      errorType: "FAILED",
      status: 480,
    });
    network.run(100);
    assert.equal(bob.story(), "200 480");
    endWell(set);
    assertNothingLeft(set);
  });

  Deno.test(`messages go to and fro within the call of a ${name} phone`, () => {
    const set = withTexter(begin());
    const { alice, network, bob, phone } = set;
    say(alice, "MESSAGE", { content: "hello" });
    network.run(100);
    assert.equal(bob.only("MESSAGE").body, "hello");
    assert.equal(header(bob.only("MESSAGE"), "call-id"), phone.dialog.callId);
    assert.equal(alice.last("OK").transactionId, "i1");
    bob.inside("MESSAGE", { contentType: "text/html", body: "<p>" });
    network.run(100);
    const { content, contentType, transactionId } = alice.only("MESSAGE");
    assert.deepEqual([content, contentType], ["<p>", "text/html"]);
    alice.send({ messageType: "OK", transactionId: transactionId! });
    network.run(100);
    assert.equal(bob.last("200").start, "200");
    endWell(set);
    assertNothingLeft(set);
  });
}

Deno.test("INFO of another kind passes unread, both ways", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  say(alice, "INFO", { content: "<media_control/>", contentType: "application/media_control+xml" });
  network.run(100);
  assert.equal(bob.only("INFO").body, "<media_control/>");
  assert.equal(header(bob.only("INFO"), "content-type"), "application/media_control+xml");
  // a key that is none stays what it is
  bob.inside("INFO", { contentType: "application/dtmf-relay", body: "Signal=16\r\n" });
  network.run(100);
  assert.equal(alice.only("INFO").content, "Signal=16\r\n");
  assert.equal(alice.only("INFO").contentType, "application/dtmf-relay");
  endWell(set);
  assertNothingLeft(set);
});

Deno.test("INFO from a phone: empty 200, an unknown Info-Package 469, no type 415, outside a dialog 481", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  const wanted = [
    [{}, "200"],
    [{ lines: [["Info-Package", "trickle-ice"]] as const, contentType: "a/b", body: "x" }, "469"],
    [{ body: "x" }, "415"],
    [{ contentType: "text/plain", body: "x", lines: [["Content-Encoding", "gzip"]] as const }, "415"],
  ] as const;
  for (const [sending, status] of wanted) {
    bob.inside("INFO", sending);
    network.run(100);
    assert.equal(bob.received.at(-1)!.start, status, JSON.stringify(sending));
  }
  assert.equal(header(bob.last("469"), "recv-info"), "infoDtmf");
  assert.equal(alice.all("INFO").length, 0);
  bob.outside("INFO", {
    uri: "sip:alice@ropeway.test",
    from: "sip:bob@example.org",
    to: { transport: "udp", host: "10.0.0.1", port: 5060 },
  });
  network.run(100);
  assert.equal(bob.received.at(-1)!.start, "481");
  endWell(set);
  assertNothingLeft(set);
});

Deno.test("what a browser may not say in INFO", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  for (
    const wrong of [
      { info: { type: "DTMF", signal: "55" } },
      { info: { type: "DTMF", signal: "5\\r" } },
      { info: { type: "flash", signal: "5" } },
      { info: { signal: "1", duration: 20_000 } },
      { content: "x" },
      { contentType: "a/b" },
      { content: "x", contentType: "a/b\\r" },
    ]
  ) {
    say(alice, "INFO", wrong);
    network.run(50);
    assert.equal(alice.last("ERROR").status, 400, JSON.stringify(wrong));
    assert.equal(alice.last("ERROR").transactionId, "i1");
  }
  assert.equal(bob.count("INFO"), 0);
  endWell(set);
  assertNothingLeft(set);
});

Deno.test("INFO before anybody has answered: 480; in early media it goes to the one that plays it", () => {
  const set = withTexter(stage());
  const { alice, network, phone, bob } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  say(alice, "INFO", { answererSessionId: "", info: { signal: "1" } });
  network.run(100);
  assert.equal(alice.last("ERROR").status, 480);
  phone.progress(offerSdp);
  network.run(100);
  say(alice, "INFO", { info: { signal: "1" } });
  network.run(100);
  assert.equal(bob.only("INFO").body, "Signal=1\r\nDuration=160\r\n");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("a browser of subprotocol roap hears no INFO: the phone gets 501", () => {
  const set = withTexter(phoneCallsBrowser({ alice: { dialect: "roap" } }));
  const { network, bob } = set;
  bob.inside("INFO", { contentType: "application/dtmf", body: "7" });
  network.run(100);
  assert.equal(bob.story(), "501");
  endWell(set);
  assertNothingLeft(set);
});

Deno.test("browsers tell each other keys and messages in their call", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { answer: offerSdp });
  alice.call("carol", offerSdp);
  network.run(500);
  say(alice, "INFO", { info: { signal: "9" } });
  network.run(100);
  const { info, transactionId } = carol.only("INFO");
  assert.equal(info!.signal, "9");
  carol.send({ messageType: "OK", transactionId: transactionId! });
  network.run(100);
  assert.equal(alice.last("OK").transactionId, "i1");
  say(carol, "MESSAGE", { content: "hi" });
  network.run(100);
  assert.equal(alice.only("MESSAGE").content, "hi");
  carol.end();
  network.run(100);
  // the call is over before the answer
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("nobody answers an INFO, and the phone hangs up meanwhile: the browser hears of it in time", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob, phone } = set;
  bob.answer = () => "";
  say(alice, "INFO", { info: { signal: "1" } });
  network.run(100);
  phone.bye();
  network.run(20_000);
  assert.equal(alice.last("ERROR").status, 408);
  assertNothingLeft(set);
});

Deno.test("no call has more than 16 requests of their own at a time", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  bob.answer = () => "";
  for (let at = 0; at < 17; at++) say(alice, "INFO", { transactionId: `i${at}`, info: { signal: "1" } });
  network.run(100);
  const { status, transactionId } = alice.only("ERROR");
  assert.deepEqual([status, transactionId], [503, "i16"]);
  bob.inside("INFO", { contentType: "application/dtmf", body: "7" });
  network.run(100);
  assert.equal(bob.received.at(-1)!.start, "503");
  network.run(20_000);
  say(alice, "INFO", { transactionId: "again", info: { signal: "2" } });
  network.run(100);
  assert.equal(bob.last("INFO").body, "Signal=2\r\nDuration=160\r\n");
  endWell(set);
  assertNothingLeft(set);
});
