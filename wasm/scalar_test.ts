import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BODY,
  BODY_SIZE,
  FIELD_LENGTHS,
  INPUT,
  LINE_LIST,
  OUTPUT,
  TEXT,
  URI,
  URI_RECORD_WORDS,
  URI_TEXT,
} from "./assembly/layout.ts";
import * as simd from "./codec.wasm";
import * as scalar from "./codec_scalar.wasm";

const encoder = new TextEncoder();
const codecs = [simd, scalar].map((codec) => ({ codec, bytes: new Uint8Array(codec.memory.buffer) }));
type Codec = typeof codecs[number];

/** Both codecs do the same, with other bytes lying around what they are shown. */
function compare(answer: (codec: Codec, poison: number) => unknown): void {
  const expected = answer(codecs[0]!, 0);
  for (const poison of [0, 0x0d, 0x61, 0xff]) {
    for (const codec of codecs) assert.deepEqual(answer(codec, poison), expected);
  }
}

const uris = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(
    fc.constantFrom(
      "sip:",
      "tel:+1",
      "a",
      "b.c",
      "@",
      ":",
      "5060",
      ";",
      "=",
      "?",
      "&",
      "[::1]",
      "%41",
      "%",
      ";lr",
      "-",
      "1.2.3.4",
    ),
    { maxLength: 12 },
  ).map((parts) => "sip:" + parts.join("")),
);

Deno.test("readUri answers the same with and without SIMD, whatever lies around the text", () => {
  fc.assert(
    fc.property(uris, (text) => {
      compare(({ codec, bytes }, poison) => {
        bytes.fill(poison, URI_TEXT, TEXT);
        const { written } = encoder.encodeInto(text, bytes.subarray(URI_TEXT));
        const fault = codec.readUri(written);
        const record = Array.from(bytes.subarray(URI, URI + 4 * URI_RECORD_WORDS));
        return { fault, record, user: codec.checkUser(written), token: codec.checkToken(written) };
      });
    }),
    { numRuns: 300 },
  );
});

const lines = fc.constantFrom(
  "\r\n",
  "\r",
  "\n",
  "l: 1",
  "Content-Length : 22",
  "x:y",
  " ",
  "l:\r\n 5",
  "long ".repeat(20),
);

Deno.test("the look at a stream answers the same with and without SIMD", () => {
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 20 }), (parts) => {
      const stream = encoder.encode(parts.join(""));
      compare(({ codec, bytes }, poison) => {
        bytes.fill(poison, BODY, BODY + BODY_SIZE);
        bytes.set(stream, BODY);
        const head = codec.findHead(stream.length);
        return [head, head === 0 ? 0 : codec.headLength(head)];
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("messages are written the same with and without SIMD, whatever lies around their text", () => {
  const fields = fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constant("X: y")), {
    minLength: 10,
    maxLength: 10,
  });
  fc.assert(
    fc.property(fields, fc.nat(2), fc.uint8Array({ maxLength: 700 }), (texts, count, body) => {
      compare(({ codec, bytes }, poison) => {
        bytes.fill(poison, TEXT, OUTPUT + 8192);
        bytes.set(body, BODY);
        const words = new Uint32Array(codec.memory.buffer as ArrayBuffer);
        let written = 0;
        texts.forEach((text, i) => {
          const { written: length } = encoder.encodeInto(text, bytes.subarray(TEXT + written));
          words[(FIELD_LENGTHS >> 2) + i] = length;
          if (i >= 5) words[(LINE_LIST >> 2) + i - 5] = length;
          if (i >= 8) words[(LINE_LIST >> 2) + i - 8] = length;
          written += length;
        });
        bytes.set(encoder.encode("sip:a@b"), INPUT);
        const answers = [
          () => codec.writeSipRequest(OUTPUT, written, 1, 1, 70, 5, 0, 0, count, BODY, body.length),
          () => codec.writeSipRequest(OUTPUT, written, 1, 1, 70, 5, INPUT, 7, count, BODY, body.length),
          () => codec.writeSipResponse(OUTPUT, written, 200, count, BODY, body.length),
        ].map((write) => {
          const end = write();
          return end < OUTPUT ? end : Array.from(bytes.subarray(OUTPUT, end));
        });
        assert.equal(bytes[OUTPUT - 1], poison);
        return answers;
      });
    }),
    { numRuns: 200 },
  );
});
