// Any bytes from a SIP peer and any text from a browser: nothing throws, all that leaves is well-formed, and the calls of others go on.

import assert from "node:assert/strict";
import fc from "fast-check";
import { nearMessage } from "../../wasm/roap_arbitrary.ts";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { attacks, damaged } from "./hostile_text.ts";
import { readPlain } from "./plain_sip.ts";
import { domain, request, response, Target, value } from "./target.ts";

const ims = "sip:10.0.0.7:5060";
const attacker = { host: "10.0.0.66", port: 6666 };
const encoder = new TextEncoder();

/** One call that stands, between victor's browser and a phone, and one that still rings. */
class Victims {
  readonly target = new Target({ ims, accounts: new Map([["bob", "secret"]]) });
  readonly feed: number;
  readonly ok: string;
  readonly ids: Record<string, unknown>;
  readonly ringing: string;

  constructor() {
    const { target } = this;
    this.feed = target.open("victor");
    const invite = request({
      uri: `sip:victor@${domain}`,
      callId: "standing",
      branch: "z9hG4bKv1",
      body: offerSdp,
    });
    target.sip(invite);
    const { offererSessionId } = JSON.parse(target.told.at(-1)!.text);
    this.ids = { offererSessionId, answererSessionId: "v1" };
    target.roap(this.feed, { messageType: "ANSWER", ...this.ids, seq: 1, sdp: answerSdp });
    this.ok = target.sent.at(-1)!.text;
    target.sip(request({ method: "ACK", ...this.#inside() }));
    const ids = { offererSessionId: "v2", seq: 1, tieBreaker: 1 };
    target.roap(this.feed, { messageType: "OFFER", ...ids, sdp: offerSdp, to: "sip:x@foreign.example" });
    this.ringing = target.sent.at(-1)!.text;
  }

  #inside() {
    const { ok } = this;
    return { from: value(ok, "From"), to: value(ok, "To"), callId: value(ok, "Call-ID") };
  }

  /** Both calls go on as if nothing had been. */
  check(): void {
    const { target, feed } = this;
    for (const { text } of target.sent.splice(0)) readPlain(text);
    for (const { text } of target.told.splice(0)) JSON.parse(text);
    assert.deepEqual(target.closed.filter((each) => each.feed === feed), []);
    target.sip(response(this.ringing, "200 OK", { tag: "t", contact: "<sip:x@10.0.0.7>", body: answerSdp }));
    assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "ANSWER");
    target.sip(request({ method: "BYE", ...this.#inside(), cseq: 2 }));
    assert.deepEqual(target.starts(), ["200"]);
    assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "SHUTDOWN");
  }
}

const methods = [
  "INVITE",
  "ACK",
  "BYE",
  "CANCEL",
  "OPTIONS",
  "REGISTER",
  "MESSAGE",
  "SUBSCRIBE",
  "PRACK",
  "X",
];

/** What an attacker may send who knows no tag of another's: fresh ids, all methods, good and bad URIs. */
const messages: readonly string[] = [
  ...methods.flatMap((method) => [
    request({ method, uri: `sip:victor@${domain}`, callId: "hostile", body: offerSdp }),
    request({ method, uri: `sip:${domain}`, to: `<sip:victor@${domain}>;tag=guessed`, callId: "standing" }),
    request({ method, uri: `sip:bob@${domain}`, branch: "z9hG4bKv1", callId: "standing" }),
  ]),
  request({ method: "INVITE", uri: "tel:+1", from: "<tel:+2>;tag=x", body: offerSdp }),
  request({
    method: "REGISTER",
    uri: `sip:${domain}`,
    lines: [
      `Authorization: Digest username="bob", realm="${domain}", nonce="0.0.0", uri="sip:${domain}", ` +
      'response="00000000000000000000000000000000", cnonce="x", nc=00000001, qop=auth',
    ],
  }),
  "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKguess\r\nFrom: <sip:a@b>;tag=1\r\n" +
  "To: <sip:c@d>;tag=2\r\nCall-ID: standing\r\nCSeq: 1 INVITE\r\nContact: <sip:evil@10.0.0.66>\r\n\r\n",
];

const input = fc.oneof(
  { weight: 6, arbitrary: damaged(messages).map((text) => encoder.encode(text)) },
  fc.uint8Array({ maxLength: 300 }),
);

const arrival = fc.constantFrom(
  attacker,
  { host: "10.0.0.1", port: 5060 },
  { ...attacker, transport: "tcp" as const, flow: 7 },
  { host: "2001:db8::66", port: 6666 },
);

Deno.test("any bytes of a SIP peer: nothing throws, all that leaves is well-formed, other calls go on", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(input, arrival, fc.nat(3000)), { minLength: 1, maxLength: 12 }),
      (inputs) => {
        const victims = new Victims();
        const { target } = victims;
        let length = 0;
        const sent = target.sent.length;
        for (const [bytes, from, pause] of inputs) {
          target.sip(bytes, from);
          length += bytes.length;
          if (pause < 100) target.pass(pause);
        }
        assert.ok(target.sent.length - sent <= 40 * inputs.length, `${length} bytes drew a flood`);
        victims.check();
        target.close(victims.feed);
        target.pass(400_000);
        assert.deepEqual(target.leftovers(), {});
      },
    ),
    { numRuns: 600 },
  );
});

Deno.test("any answers to an INVITE: nothing throws, all that leaves is well-formed, nothing stays", () => {
  const statuses = [
    "100 Trying",
    "180 Ringing",
    "183 Progress",
    "200 OK",
    "302 Moved",
    "401 No",
    "486 Busy",
    "699 X",
  ];
  const kind = fc.record({
    status: fc.constantFrom(...statuses),
    tag: fc.constantFrom("", "a", "b", "c"),
    contact: fc.constantFrom(
      "",
      "<sip:x@10.0.0.7>",
      "<sip:x@nowhere.example>",
      "<tel:+1>",
      "<sip:x@10.0.0.1>",
    ),
    lines: fc.subarray([
      "Record-Route: <sip:10.0.0.8>",
      "Record-Route: <sip:10.0.0.8;lr>, <sip:p.example>",
      "RSeq: 1",
      "Require: 100rel",
    ]),
    body: fc.constantFrom("", answerSdp, "\xff"),
    damage: fc.option(fc.tuple(fc.nat(600), fc.constantFrom(...attacks)), { freq: 3 }),
    which: fc.nat(8),
    pause: fc.constantFrom(0, 0, 0, 10, 600, 2_500),
  });
  fc.assert(
    fc.property(fc.array(kind, { minLength: 1, maxLength: 10 }), (answers) => {
      const victims = new Victims();
      const { target } = victims;
      const feed = target.open("mallory");
      const ids = { offererSessionId: "m", seq: 1, tieBreaker: 1 };
      target.roap(feed, { messageType: "OFFER", ...ids, sdp: offerSdp, to: "sip:y@foreign.example" });
      for (const { damage, which, pause, ...answer } of answers) {
        const requests = target.sent.filter(({ text }) =>
          /^(INVITE|BYE|CANCEL) /.test(text) && value(text, "From").includes("sip:mallory@")
        );
        const text = response(requests[which % requests.length]!.text, answer.status, answer);
        const at = damage === null ? 0 : damage[0] % text.length;
        target.sip(damage === null ? text : text.slice(0, at) + damage[1] + text.slice(at));
        target.roap(feed, { messageType: "OK", offererSessionId: "m", seq: 1 });
        target.pass(pause);
      }
      target.close(feed);
      for (const { text } of target.sent) readPlain(text);
      victims.check();
      target.close(victims.feed);
      target.pass(400_000);
      assert.deepEqual(target.leftovers(), {});
    }),
    { numRuns: 400 },
  );
});

Deno.test("any text of a browser's: nothing throws, all that leaves is well-formed, other calls go on", () => {
  const offer = { messageType: "OFFER", offererSessionId: "m", seq: 1, tieBreaker: 1, sdp: offerSdp };
  const samples = (victims: Victims) => {
    const known = { ...victims.ids, seq: 1 };
    return [
      ...["OFFER", "ANSWER", "OK", "ERROR", "SHUTDOWN", "RINGING", "WAITING", "PRANSWER", "MESSAGE"].flatMap(
        (messageType) => [
          { ...known, messageType, sdp: answerSdp },
          { ...known, messageType, seq: 2, sdp: answerSdp, errorType: "REFUSED" },
          { messageType, offererSessionId: "m", seq: 2, sdp: offerSdp },
        ],
      ),
      { ...offer, to: "sip:y@foreign.example" },
      { ...offer, to: "victor" },
      { ...offer, to: "bob", offererSessionId: "v2" },
      { ...offer, to: "mallory" },
      { ...offer, to: "tel:+49123" },
    ].map((each) => JSON.stringify(each));
  };
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.nat(40),
          fc.option(nearMessage, { freq: 4 }),
          fc.nat(300),
          fc.nat(4),
          fc.constantFrom("", ...attacks),
        ),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      (inputs) => {
        const victims = new Victims();
        const { target } = victims;
        const feed = target.open("mallory");
        const texts = samples(victims);
        for (const [which, any, at, length, put] of inputs) {
          const text = texts[which % texts.length]!;
          const place = at % text.length;
          target.roap(
            feed,
            any ?? text.slice(0, place) + put + text.slice(place + (put === "" ? 0 : length)),
          );
        }
        victims.check();
        target.close(feed);
        target.close(victims.feed);
        target.pass(400_000);
        assert.deepEqual(target.leftovers(), {});
      },
    ),
    { numRuns: 500 },
  );
});
