// Instant messages outside calls (RFC 3428), between browsers, phones and the IMS.

import assert from "node:assert/strict";
import type { Browser, RoapMessage } from "./browser.ts";
import { Registration } from "./registration.ts";
import { header, parameter } from "./sip_text.ts";
import {
  addBrowser,
  addPhone,
  assertNothingLeft,
  phoneAddress,
  relayAddress,
  type Stage,
  stage,
  type StageOptions,
} from "./stage.ts";
import { type Answer, Texter } from "./texter.ts";

const accounts = new Map([["carol", "secret"]]);
const toAlice = { uri: "sip:alice@ropeway.test", from: "sip:bob@example.org", to: relayAddress };

function begin(options: StageOptions = {}, answer: () => Answer = () => "200 OK"): Stage & { bob: Texter } {
  const set = stage(options);
  return { ...set, bob: new Texter(set.network, set.phone, answer) };
}

function tell(browser: Browser, to: string, more: Partial<RoapMessage> = {}): void {
  browser.send({ messageType: "MESSAGE", transactionId: "m1", to, content: "hello", ...more });
}

function registered(set: Stage, transport: "udp" | "tcp" = "udp"): Texter {
  const phone = addPhone(set, "carol", { last: 3, transport, domain: "ropeway.test" });
  const peer = { ...relayAddress, transport };
  new Registration({ network: set.network, phone, password: "secret", peer }).register();
  set.network.run(500);
  return new Texter(set.network, phone);
}

Deno.test("a browser's message reaches the IMS, and its OK the browser", () => {
  const set = begin();
  const { alice, network, bob } = set;
  tell(alice, "sip:bob@example.org", { content: "héllo\r\nVia: evil" });
  network.run(100);
  const message = bob.only("MESSAGE");
  assert.equal(message.requestUri, "sip:bob@example.org");
  assert.equal(message.body, "héllo\r\nVia: evil");
  assert.equal(header(message, "content-type"), "text/plain");
  assert.match(header(message, "from"), /^<sip:alice@ropeway\.test>;tag=\w+$/);
  assert.equal(header(message, "to"), "<sip:bob@example.org>");
  // RFC 3428 section 8: it opens no dialog
  assert.equal(header(message, "contact"), "");
  assert.deepEqual(alice.received, [{ messageType: "OK", transactionId: "m1" }]);
  assertNothingLeft(set);
});

Deno.test("the IMS refuses a browser's message: ERROR with its status, and what that says", () => {
  const set = begin({}, () => "486 Busy Here");
  const { alice, network } = set;
  tell(alice, "sip:bob@example.org", { setResponseToken: "r" } as Partial<RoapMessage>);
  network.run(100);
  assert.deepEqual(alice.received, [{
    errorType: "REFUSED",
    messageType: "ERROR",
    reason: "Busy Here",
    responseToken: "r",
    status: 486,
    transactionId: "m1",
  }]);
  assertNothingLeft(set);
});

Deno.test("nobody answers a browser's message: TIMEOUT after 20 s, and the late answer is nobody's", () => {
  const set = begin({}, () => "");
  const { alice, network, bob } = set;
  tell(alice, "sip:bob@example.org");
  network.run(19_900);
  assert.equal(alice.received.length, 0);
  network.run(200);
  const { errorType, status, transactionId } = alice.only("ERROR");
  assert.deepEqual([errorType, status, transactionId], ["TIMEOUT", 408, "m1"]);
  bob.reply(bob.only("MESSAGE"), "200 OK");
  network.run(1000);
  assert.equal(alice.received.length, 1);
  assertNothingLeft(set);
});

Deno.test("a phone's message reaches every browser of the user: the first OK is its 200", () => {
  const set = begin();
  const { alice, network, bob } = set;
  const other = addBrowser(set, "alice", { name: "other" });
  const old = addBrowser(set, "alice", { name: "old", dialect: "roap" });
  bob.outside("MESSAGE", { ...toAlice, body: "hi", contentType: "text/plain" });
  network.run(100);
  for (const browser of [alice, other]) {
    const { messageType, from, content, contentType, transactionId } = browser.only("MESSAGE");
    assert.deepEqual([messageType, from, content, contentType], [
      "MESSAGE",
      "sip:bob@example.org",
      "hi",
      undefined,
    ]);
    assert.ok(transactionId);
  }
  assert.equal(old.received.length, 0);
  assert.equal(bob.received.length, 0);
  const { transactionId } = other.only("MESSAGE");
  other.send({ messageType: "OK", transactionId: transactionId! });
  network.run(100);
  assert.equal(bob.story(), "200");
  assert.notEqual(parameter(header(bob.last("200"), "to"), "tag"), "");
  // the other's is welcome too, and a second one of the same is not
  alice.send({ messageType: "OK", transactionId: alice.only("MESSAGE").transactionId! });
  network.run(100);
  assert.equal(alice.story(), "MESSAGE");
  other.send({ messageType: "OK", transactionId: transactionId! });
  network.run(100);
  assert.equal(other.only("ERROR").status, 481);
  assertNothingLeft(set);
});

Deno.test("a browser refuses a message: the phone gets its status", () => {
  const set = begin();
  const { alice, network, bob } = set;
  for (
    const [error, status] of [[{ errorType: "REFUSED" }, "603"], [
      { errorType: "FAILED", status: 413 },
      "413",
    ]] as const
  ) {
    bob.outside("MESSAGE", { ...toAlice, body: "hi", contentType: "text/plain" });
    network.run(100);
    alice.send({ messageType: "ERROR", transactionId: alice.last("MESSAGE").transactionId!, ...error });
    network.run(100);
    assert.equal(bob.received.at(-1)!.start, status);
  }
  assertNothingLeft(set);
});

Deno.test("a browser says nothing to a message: 100 when timer E has come to T2, 480 after 20 s", () => {
  const set = begin();
  const { network, bob } = set;
  bob.outside("MESSAGE", { ...toAlice, body: "hi", contentType: "text/plain" });
  network.run(3400);
  assert.equal(bob.story(), "");
  network.run(200);
  assert.match(bob.story(), /^100/);
  network.run(16_300);
  assert.match(bob.story(), /^100( 100)*$/);
  network.run(200);
  // RFC 4320: 408 is not for requests that are no INVITEs
  assert.equal(bob.received.at(-1)!.start, "480");
  assertNothingLeft(set);
});

Deno.test("a browser leaves while a message waits for it: 480", () => {
  const set = begin();
  const { alice, network, bob } = set;
  bob.outside("MESSAGE", { ...toAlice, body: "hi", contentType: "text/plain" });
  network.run(100);
  alice.leave();
  network.run(100);
  assert.equal(bob.story(), "480");
  assertNothingLeft(set);
});

Deno.test("a browser leaves while its own message waits: nothing is left of it", () => {
  const set = begin({}, () => "");
  const { alice, network, bob } = set;
  tell(alice, "sip:bob@example.org");
  network.run(100);
  alice.leave();
  network.run(100);
  bob.reply(bob.only("MESSAGE"), "200 OK");
  assertNothingLeft(set);
});

Deno.test("a browser's message to a browser and to its user's phone: whoever takes it", () => {
  const set = begin({ relay: { accounts } });
  const { alice, network } = set;
  const carol = addBrowser(set, "carol");
  const phone = registered(set);
  phone.answer = () => "415 Unsupported Media Type";
  tell(alice, "carol", { contentType: "application/json; charset=utf-8", content: "{}" });
  network.run(100);
  const { from, content, contentType, transactionId } = carol.only("MESSAGE");
  assert.deepEqual([from, content, contentType], [
    "sip:alice@ropeway.test",
    "{}",
    "application/json; charset=utf-8",
  ]);
  assert.equal(header(phone.only("MESSAGE"), "content-type"), "application/json; charset=utf-8");
  assert.equal(alice.received.length, 0);
  carol.send({ messageType: "OK", transactionId: transactionId! });
  network.run(100);
  assert.equal(alice.only("OK").transactionId, "m1");
  assertNothingLeft(set);
});

Deno.test("all refuse a browser's message: the best refusal is told", () => {
  const set = begin({ relay: { accounts } });
  const { alice, network } = set;
  const carol = addBrowser(set, "carol");
  const phone = registered(set);
  phone.answer = () => "503 Service Unavailable";
  tell(alice, "carol");
  network.run(100);
  carol.refuse({ ...carol.only("MESSAGE") }, "REFUSED", {
    transactionId: carol.only("MESSAGE").transactionId!,
  });
  network.run(100);
  assert.equal(alice.only("ERROR").status, 603);
  assertNothingLeft(set);
});

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`a registered phone over ${transport} sends messages anywhere, unasked for a password`, () => {
    const set = begin({ relay: { accounts } });
    const { network, bob } = set;
    const phone = registered(set, transport);
    phone.outside("MESSAGE", {
      uri: "sip:bob@example.org",
      from: "sip:carol@ropeway.test",
      to: relayAddress,
      body: "hi",
      contentType: "text/plain",
    });
    network.run(500);
    assert.equal(phone.story(), "200");
    assert.equal(header(bob.only("MESSAGE"), "max-forwards"), "69");
    assertNothingLeft(set);
  });
}

Deno.test("strangers: nobody outside the domain is reached, and an account's name has to be proved", () => {
  const set = begin({ relay: { accounts } });
  const { alice, network, bob } = set;
  const cases = [
    [{ uri: "sip:dave@elsewhere.org", from: "sip:bob@example.org" }, "403"],
    [{ uri: "sip:alice@ropeway.test", from: "sip:carol@ropeway.test" }, "401"],
    [{ uri: "sip:alice@ropeway.test", from: "sip:alice@ropeway.test" }, "403"],
    [{ uri: "sip:nobody@ropeway.test", from: "sip:bob@example.org" }, "404"],
    [{ uri: "tel:+123", from: "sip:bob@example.org" }, "403"],
  ] as const;
  for (const [parties, status] of cases) {
    bob.outside("MESSAGE", { ...parties, to: relayAddress, body: "x", contentType: "text/plain" });
    network.run(1000);
    assert.equal(bob.received.at(-1)!.start, status, JSON.stringify(parties));
  }
  assert.equal(alice.received.length, 0);
  assertNothingLeft(set);
});

Deno.test("what the content may be: UTF-8 for browsers, anything for phones, no encoding", () => {
  const set = begin({ relay: { accounts } });
  const { alice, network, bob } = set;
  bob.outside("MESSAGE", { ...toAlice, body: "<a/>", contentType: "application/xml;charset=utf-8" });
  network.run(100);
  assert.equal(alice.only("MESSAGE").contentType, "application/xml;charset=utf-8");
  bob.outside("MESSAGE", {
    ...toAlice,
    body: "x",
    contentType: "text/plain",
    lines: [["Content-Encoding", "gzip"]],
  });
  network.run(100);
  assert.equal(header(bob.last("415"), "accept-encoding"), "identity");
  // an empty one is one too
  bob.outside("MESSAGE", toAlice);
  network.run(100);
  assert.equal(alice.last("MESSAGE").content, undefined);
  assertNothingLeft(set);
});

Deno.test("RFC 3428 section 8: a long message goes to browsers and over TCP, never over UDP", () => {
  const set = begin({ relay: { accounts } });
  const { alice, network } = set;
  const content = "x".repeat(1300);
  tell(alice, "sip:bob@example.org", { content });
  network.run(100);
  assert.equal(alice.only("ERROR").status, 413);
  const carol = addBrowser(set, "carol");
  const phone = registered(set, "tcp");
  tell(alice, "carol", { content });
  network.run(100);
  assert.equal(phone.only("MESSAGE").body, content);
  assert.equal(carol.only("MESSAGE").content, content);
  assert.equal(alice.last("OK").transactionId, "m1");
  assertNothingLeft(set);
});

Deno.test("what a browser may not say", () => {
  const set = begin();
  const { alice, network } = set;
  const cases: [Partial<RoapMessage>, number][] = [
    [{ from: "sip:bob@example.org" }, 403],
    [{ to: "sip:bob@example.org?Route=x" }, 400],
    [{ to: "nobody" }, 404],
    [{ contentType: "text/plain\r\nVia: x" }, 400],
    [{ contentType: "text" }, 400],
    [{ contentType: "text/plain; a" }, 400],
    [{ contentType: 'text/plain; a="\\"' }, 400],
  ];
  for (const [wrong, status] of cases) {
    tell(alice, "sip:bob@example.org", wrong);
    network.run(50);
    assert.equal(alice.last("ERROR").status, status, JSON.stringify(wrong));
    assert.equal(alice.last("ERROR").transactionId, "m1");
  }
  const { transactionId: _, ...bare } = {
    messageType: "MESSAGE",
    to: "sip:bob@example.org",
    content: "x",
    transactionId: "",
  };
  alice.send(bare);
  network.run(50);
  assert.equal(alice.last("ERROR").status, 400);
  alice.send({ ...bare, transactionId: "t", offererSessionId: "unknown" });
  network.run(50);
  assert.equal(alice.last("ERROR").status, 481);
  assertNothingLeft(set);
});

Deno.test("subprotocol roap has no messages", () => {
  const set = begin({ alice: { dialect: "roap" } });
  const { alice, network, bob } = set;
  tell(alice, "sip:bob@example.org");
  bob.outside("MESSAGE", { ...toAlice, body: "x", contentType: "text/plain" });
  network.run(100);
  assert.equal(alice.only("ERROR").status, 405);
  assert.equal(bob.story(), "480");
  assertNothingLeft(set);
});

Deno.test("no browser has more than 32 messages out, nor more than 32 to answer", () => {
  const set = begin({}, () => "");
  const { alice, network, bob } = set;
  for (let at = 0; at < 33; at++) tell(alice, "sip:bob@example.org", { transactionId: `m${at}` });
  network.run(100);
  const { status, transactionId } = alice.only("ERROR");
  assert.deepEqual([status, transactionId], [503, "m32"]);
  for (let at = 0; at < 33; at++) {
    bob.outside("MESSAGE", { ...toAlice, body: "x", contentType: "text/plain" });
  }
  network.run(100);
  assert.equal(alice.all("MESSAGE").length, 32);
  assert.equal(bob.story().replaceAll("MESSAGE ", ""), "480");
  network.run(21_000);
  // there is room again
  tell(alice, "sip:bob@example.org", { transactionId: "again" });
  network.run(100);
  assert.equal(bob.count("MESSAGE"), 33);
  assertNothingLeft(set);
});

Deno.test("a message is lost on its way, and its answer: both come again", () => {
  let lost = 0;
  const lose = ({ bytes }: { bytes: Uint8Array }) =>
    /CSeq: \d+ MESSAGE/.test(new TextDecoder().decode(bytes)) && lost++ < 2;
  const set = begin({ network: { lose } });
  const { alice, network, bob } = set;
  tell(alice, "sip:bob@example.org");
  network.run(4000);
  assert.equal(alice.story(), "OK");
  assert.equal(bob.count("MESSAGE"), 1);
  assertNothingLeft(set);
});

Deno.test("the next hop is gone: TIMEOUT at the browser, the relay that stops says 503", () => {
  const set = begin();
  const { alice, network, node, bob } = set;
  network.detach(phoneAddress);
  tell(alice, "sip:bob@example.org");
  network.run(21_000);
  assert.equal(alice.only("ERROR").status, 408);
  network.attach(phoneAddress, bob);
  node.act((relay) => relay.drain());
  tell(alice, "sip:bob@example.org");
  bob.outside("MESSAGE", { ...toAlice, body: "x", contentType: "text/plain" });
  network.run(100);
  assert.equal(alice.last("ERROR").status, 503);
  assert.notEqual(header(bob.last("503"), "retry-after"), "");
  assertNothingLeft(set);
});
