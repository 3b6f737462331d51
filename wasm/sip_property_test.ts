import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BODY,
  INPUT,
  INPUT_SIZE,
  OUTPUT,
  PAGES,
  RECEIVE,
  RECEIVE_SLOT,
  RECEIVE_SLOTS,
  SIP,
  SIP_LINES,
  TABLES,
  TEXT,
  URI,
  URI_TEXT,
  WINDOW,
} from "./assembly/layout.ts";
import * as layout from "./assembly/layout.ts";
import { HEADER_OTHER } from "./assembly/codes.ts";
import { faultText, load } from "./codec.ts";
import * as simd from "./codec.wasm";
import * as scalar from "./codec_scalar.wasm";
import { sip } from "./sip.ts";

const encoder = new TextEncoder();
const codecs = [simd, scalar].map((codec) => ({ codec, bytes: new Uint8Array(codec.memory.buffer) }));
/** As far as the arena is poisoned. */
const arenaEnd = OUTPUT + 4096;
// deno-lint-ignore no-control-regex
const control = /[\x00-\x08\x0a-\x1f\x7f]/;

const samples = [
  'INVITE sip:b%20ob@example.org;transport=tcp?x=y SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bKa1;rport;received=1.2.3.4, SIP/2.0/WSS x.invalid;maddr=a\r\nMax-Forwards: 70\r\nRecord-Route: <sip:p1;lr>, <sip:p2>\r\nRoute: <sip:edge.example.org;lr>\r\nFrom: "Zoë \\" <" <sip:alice@example.com>;tag=88\r\nTo: Bob B <sip:bob@example.org>\r\nCall-ID: 98@host\r\nCSeq: 9 INVITE\r\nContact: <sip:a@192.0.2.1>;expires=60;+sip.instance="<urn:x>", sip:b@c;q=0.1\r\nSupported: 100rel,\r\n timer\r\nContent-Type: application/sdp;x="y"\r\nContent-Length: 4\r\n\r\nv=0\n',
  "SIP/2.0 180 Es läutet\r\nv: SIP / 2.0 / TCP a:5060 ; branch=old\r\nf: sip:a@b;tag=1\r\nt: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 1 OPTIONS\r\nRSeq: 1\r\nl: 0\r\n\r\n",
  "REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/WS df7.invalid;branch=z9hG4bK5\r\nFrom: <tel:+1-201;phone-context=x>;tag=a\r\nTo: <sip:a@b>\r\nCall-ID: a@b\r\nCSeq: 2 REGISTER\r\nContact: *\r\nExpires: 0\r\n\r\n",
].map((text) => encoder.encode(text));

/** Bytes of valid messages with some overwritten, cut out or put in. */
const mutated: fc.Arbitrary<Uint8Array> = fc.tuple(
  fc.constantFrom(...samples),
  fc.array(
    fc.tuple(
      fc.nat(1000),
      fc.constantFrom("set", "cut", "put"),
      fc.oneof(
        fc.constantFrom(
          ...'\r\n\0 \t:;,<>"\\=@/%?[]*'.split(""),
          "\r\n",
          "\r\n ",
          "\r\n\r\n",
          "ä",
          "\xff",
          "65536",
          "-1",
        ),
        fc.string({ unit: "binary-ascii", maxLength: 5 }),
      ),
    ),
    { maxLength: 5 },
  ),
).map(([sample, changes]) => {
  let bytes = Array.from(sample);
  for (const [where, how, text] of changes) {
    const at = where % (bytes.length + 1);
    const fresh = text === "\xff" ? [0xff] : Array.from(encoder.encode(text));
    const removed = how === "put" ? 0 : how === "cut" ? 1 + where % 7 : fresh.length;
    bytes = [...bytes.slice(0, at), ...(how === "cut" ? [] : fresh), ...bytes.slice(at + removed)];
  }
  return Uint8Array.from(bytes);
});
const anything = fc.oneof(mutated, mutated, fc.uint8Array({ maxLength: 300 }));

function assertFilled(bytes: Uint8Array, value: number): void {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== value) assert.fail(`Byte ${i} of ${bytes.length} overwritten`);
  }
}

/** Reads in one codec, all memory around the message filled with a byte first. All that the reader answers. `at` = INPUT or a slot. */
function readPoisoned(
  { codec, bytes }: typeof codecs[number],
  message: Uint8Array,
  { poison, at = INPUT }: { poison: number; at?: number },
): unknown {
  bytes.fill(poison, INPUT, URI_TEXT);
  bytes.fill(poison, TEXT, arenaEnd);
  if (at !== INPUT) bytes.fill(poison, at - 4096, at + INPUT_SIZE);
  moveWindow(bytes, at);
  bytes.set(message, at);
  const fault = codec.readSip(message.length);
  assertFilled(bytes.subarray(at + message.length + 32, at + INPUT_SIZE), poison);
  if (at !== INPUT) assertFilled(bytes.subarray(at - 4096, at), poison);
  const words = new Uint32Array(codec.memory.buffer, SIP, SIP_LINES + 4 * layout.SIP_LINE_LIMIT);
  const used = SIP_LINES + 4 * words[layout.SIP_LINE_COUNT]!;
  assert.ok(words.subarray(used).every((word) => word === poison * 0x01010101 >>> 0));
  assertFilled(bytes.subarray(layout.ROAP, layout.ENVELOPE), poison);
  assertFilled(bytes.subarray(URI, URI + 4 * layout.URI_RECORD_WORDS), poison);
  // Of a line, the fourth word is not used, and the third is the name's span where the list has no such name.
  const all = Array.from(words.subarray(0, used));
  if (all[layout.SIP_CONTACT_END] !== 0) all[layout.SIP_CONTACT_END]! -= at;
  const record = all.filter((_, index) => {
    const word = (index - SIP_LINES) % 4;
    return index < SIP_LINES || word < 2 ||
      (word === 2 && (all[index - 2]! & 0xffff) === HEADER_OTHER);
  });
  const texts = [codec.serverKey(0), codec.serverKey(1), codec.clientKey()];
  const keys = Array.from(bytes.subarray(TEXT, TEXT + texts[2]!));
  bytes.set(encoder.encode("192.0.2.1"), TEXT);
  const kept = words[layout.SIP_ANSWERABLE] === 0 ? 0 : codec.responseLines(9, 5060);
  const lines = Array.from(bytes.subarray(TEXT + 64, TEXT + 64 + kept));
  const routes = codec.routeSet(1);
  const set = Array.from(bytes.subarray(TEXT, TEXT + routes));
  assertFilled(bytes.subarray(OUTPUT, arenaEnd), poison);
  const joined = Array.from(bytes.subarray(at, at + message.length));
  moveWindow(bytes, INPUT);
  return { fault, record, texts, keys, lines, set, joined };
}

function moveWindow(bytes: Uint8Array, at: number): void {
  new Uint32Array(bytes.buffer, WINDOW, 2).set([at, at << 16]);
}

Deno.test("readSip answers the same with and without SIMD, whatever lies around the message, in any slot", () => {
  fc.assert(
    fc.property(anything, (message) => {
      const expected = readPoisoned(codecs[0]!, message, { poison: 0 });
      assert.deepEqual(readPoisoned(codecs[1]!, message, { poison: 0 }), expected);
      for (const poison of [0x0d, 0x3b, 0xff, 0x61]) {
        assert.deepEqual(readPoisoned(codecs[0]!, message, { poison }), expected);
        const at = RECEIVE + (1 + message.length % (RECEIVE_SLOTS - 1)) * RECEIVE_SLOT;
        assert.deepEqual(readPoisoned(codecs[0]!, message, { poison, at }), expected);
      }
      assert.deepEqual(readPoisoned(codecs[1]!, message, { poison: 0x61 }), expected);
      const last = RECEIVE + (RECEIVE_SLOTS - 1) * RECEIVE_SLOT;
      assert.deepEqual(readPoisoned(codecs[1]!, message, { poison: 0x61, at: last }), expected);
    }),
    { numRuns: 100 },
  );
});

Deno.test("sip.read gives any bytes a known fault or spans inside the message, and answers that break no line", () => {
  fc.assert(
    fc.property(anything, (message) => {
      const fault = sip.read(load(message));
      if (fault !== 0) assert.ok(!faultText(fault).startsWith("Unknown"));
      assert.ok(sip.faultOffset <= message.length);
      for (
        const span of [
          sip.methodText,
          sip.reason,
          sip.requestUri,
          sip.callId,
          sip.from,
          sip.fromDisplay,
          sip.fromUri,
          sip.fromTag,
          sip.to,
          sip.toUri,
          sip.toTag,
          sip.branch,
          sip.viaHost,
          sip.viaMaddr,
          sip.contact,
          sip.contactUri,
          sip.routeUri,
          sip.contentType,
        ]
      ) assert.doesNotMatch(sip.text(span), control);
      sip.bytes(sip.body);
      assert.ok(sip.cseq >= 0 && sip.cseq <= 0x7fffffff);
      for (let header = 1; header < layout.SIP_CHAIN_COUNT; header++) {
        for (let nth = sip.count(header) - 1; nth >= 0; nth--) {
          sip.text(sip.value(header, nth));
          sip.param(sip.value(header, nth), "tag");
        }
      }
      if (fault === 0) {
        assert.ok(
          sip.callId !== 0 && sip.viaHost !== 0 && sip.fromUri !== 0 && sip.toUri !== 0 && sip.method !== 0,
        );
        assert.equal(sip.isRequest, sip.status === 0);
        assert.ok(sip.contactStar || sip.contactCount === 0 || sip.contactUri !== 0);
      }
      sip.serverKey();
      sip.clientKey();
      sip.routeSet(true);
      if (!sip.answerable) return;
      for (const line of sip.responseLines("::1", 1).split("\n")) {
        {
          assert.match(line, /^[A-Z][A-Za-z-]+: /);
          assert.doesNotMatch(line, control);
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("readSip's work grows with the message's length, not its square", () => {
  const head =
    "INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n";
  const size = 64000;
  for (
    const [start, piece] of [
      ["X: ", "a"],
      ["X: a", "\r\n "],
      ["X: a", " "],
      ["X: a", "\r"],
      ["X: a", "ä"],
      ["X", " "],
      ["", "x:\r\n"],
      ["", "x\r\n"],
      ["Contact: <sip:a@b>", ",<a:b>"],
      ["Contact: ", '"'],
      ["Contact: ", "a "],
      ["Contact: ", "<"],
      ["Contact: <sip:a@b>", ";a"],
      ["Via: a/b/c d", ";e"],
      ["Via: a/b/c d", " ,a/b/c d"],
      ["Record-Route: <a:b>", ",<a:b>"],
      ["Record-Route: <a:b>", " "],
      ["Content-Length: ", "0"],
      ["l: 1\r\n", "l: 1\r\n"],
    ] as const
  ) {
    const message = encoder.encode(
      head + start + piece.repeat((size - head.length) / encoder.encode(piece).length) + "\r\n\r\n",
    );
    let best = Infinity;
    for (let round = 0; round < 3; round++) {
      const started = performance.now();
      sip.read(load(message));
      sip.serverKey();
      if (sip.answerable) sip.responseLines("192.0.2.1", 5060);
      sip.routeSet(true);
      sip.param(sip.value(10), "z");
      best = Math.min(best, performance.now() - started);
    }
    assert.ok(best < 100, `${JSON.stringify(piece)} took ${best} ms`);
  }
});

Deno.test("the codec's memory is fixed, and static data ends before the tables", () => {
  for (const { codec, bytes } of codecs) {
    assert.equal(bytes.length, PAGES * 0x10000);
    assert.throws(() => codec.memory.grow(1), RangeError);
    assertFilled(bytes.subarray(TABLES - 64, TABLES), 0);
    assertFilled(bytes.subarray(0xe000, WINDOW), 0);
    assertFilled(bytes.subarray(WINDOW + 8, INPUT), 0);
  }
  assert.ok(BODY > TEXT);
});
