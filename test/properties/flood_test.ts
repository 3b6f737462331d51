// Floods of requests: what they leave behind, what they draw from the relay, and that a call goes through in their midst.

import assert from "node:assert/strict";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { domain, request, Target, value } from "./target.ts";

const accounts = new Map([["bob", "secret"]]);

Deno.test("requests that are answered at once leave no record and no timer", () => {
  const target = new Target({ accounts });
  const strange = [
    request({ uri: `sip:nobody@${domain}`, body: offerSdp }),
    request({ uri: `sip:bob@${domain}`, body: offerSdp }),
    request({ uri: "sip:x@elsewhere.example", body: offerSdp }),
    request({ from: `<sip:bob@${domain}>;tag=1`, body: offerSdp }),
    request({ from: `<sip:alice@${domain}>;tag=1`, body: offerSdp }),
    request({ body: "" }),
    request({ contact: "", body: offerSdp }),
    request({ maxForwards: 0, body: offerSdp }),
    request({ lines: ["Require: 100rel"], body: offerSdp }),
    request({ to: `<sip:alice@${domain}>;tag=none`, body: offerSdp }),
    request({ method: "REGISTER", uri: `sip:${domain}` }),
    request({ method: "REGISTER", uri: `sip:${domain}`, lines: ['Authorization: Digest realm="x"'] }),
    request({ method: "REGISTER", uri: `sip:${domain}`, lines: [`Authorization: Digest realm="${domain}"`] }),
    request({ method: "REGISTER", uri: "sip:elsewhere.example" }),
    request({ method: "OPTIONS", uri: `sip:${domain}` }),
    request({ method: "MESSAGE" }),
    request({ method: "SUBSCRIBE" }),
    request({ method: "PUBLISH" }),
    request({ method: "BYE", to: `<sip:alice@${domain}>;tag=none` }),
    request({ method: "CANCEL" }),
    request({ method: "FROBNICATE" }),
  ];
  for (const message of strange) {
    target.sip(message);
    assert.deepEqual(target.leftovers(), {}, message);
    assert.equal(target.sent.length, 1, message);
    const [answer] = target.sent.splice(0);
    // a repeat, as UDP brings it, is answered alike
    target.sip(message);
    const [again] = target.sent.splice(0);
    assert.equal(again!.text.slice(0, 11), answer!.text.slice(0, 11));
    assert.equal(value(again!.text, "To"), value(answer!.text, "To"));
  }
  const before = target.sent.length;
  target.pass(100_000);
  assert.equal(target.sent.length, before, "an answer was repeated to an address that may be forged");
});

Deno.test("a request whose header fields are very long is refused, and a response dropped", () => {
  const target = new Target();
  target.open("alice");
  const long = "x".repeat(20_000);
  for (
    const message of [
      request({ from: `"${long}" <sip:m@example.net>;tag=1`, body: offerSdp }),
      request({ from: `<sip:m@example.net>;tag=${long}`, body: offerSdp }),
      request({ callId: long, body: offerSdp }),
      request({ branch: `z9hG4bK${long}`, body: offerSdp }),
      request({ contact: `<sip:${long}@10.0.0.9>`, body: offerSdp }),
      request({ lines: [`Record-Route: <sip:${long}@10.0.0.9;lr>`], body: offerSdp }),
      request({ lines: [`Require: ${long}`], body: offerSdp }),
      request({ lines: [`X: ${long}`], body: offerSdp }),
    ]
  ) {
    target.sip(message);
    assert.deepEqual(target.starts(), ["513"]);
    assert.deepEqual(target.leftovers(), {});
  }
  target.sip(request({ method: "ACK", callId: long }));
  assert.deepEqual(target.starts(), []);
  // a long body is no long head
  target.sip(request({ body: `${offerSdp}a=x:${long}\r\n` }));
  assert.deepEqual(target.starts(), ["180"]);
});

Deno.test("a call goes through while requests of strangers pour in", () => {
  const target = new Target({ accounts });
  const feed = target.open("alice");
  const flood = () => {
    for (let count = 0; count < 2_000; count++) {
      target.sip(request({ method: count % 2 === 0 ? "OPTIONS" : "REGISTER", uri: `sip:${domain}` }));
    }
    target.sent.length = 0;
  };
  flood();
  const invite = request({ body: offerSdp });
  target.sip(invite);
  const offer = JSON.parse(target.told.at(-1)!.text);
  const { offererSessionId } = offer;
  flood();
  const ids = { offererSessionId, answererSessionId: "mine", seq: 1 };
  target.roap(feed, { messageType: "ANSWER", ...ids, sdp: answerSdp });
  const ok = target.sent.at(-1)!.text;
  assert.ok(ok.startsWith("SIP/2.0 200 "), ok);
  flood();
  const inside = {
    to: value(ok, "To"),
    from: value(ok, "From"),
    callId: value(ok, "Call-ID"),
  };
  target.sip(request({ method: "ACK", ...inside, cseq: 1 }));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "OK");
  flood();
  target.sip(request({ method: "BYE", ...inside, cseq: 2 }));
  assert.deepEqual(target.starts(), ["200"]);
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "SHUTDOWN");
});

Deno.test("a request inside a call that comes twice gets the same answer twice", () => {
  const target = new Target();
  const feed = target.open("alice");
  target.sip(request({ body: offerSdp }));
  const { offererSessionId } = JSON.parse(target.told.at(-1)!.text);
  target.roap(feed, {
    messageType: "ANSWER",
    offererSessionId,
    answererSessionId: "a",
    seq: 1,
    sdp: answerSdp,
  });
  const ok = target.sent.at(-1)!.text;
  const inside = { to: value(ok, "To"), from: value(ok, "From"), callId: value(ok, "Call-ID") };
  target.sip(request({ method: "ACK", ...inside }));
  target.starts();
  let cseq = 1;
  for (const method of ["OPTIONS", "INFO", "INVITE", "BYE"]) {
    const encoded = { lines: ["Content-Encoding: gzip"], body: offerSdp };
    const message = request({ method, ...inside, cseq: ++cseq, ...(method === "INVITE" ? encoded : {}) });
    target.sip(message);
    target.sip(message);
    const [first, again] = target.sent.splice(0);
    assert.equal(again?.text, first?.text, method);
  }
});
