import assert from "node:assert/strict";
import fc from "fast-check";
import { INPUT, INPUT_SIZE } from "../assembly/layout.ts";
import * as simd from "../codec.wasm";
import * as scalar from "../codec_scalar.wasm";

const codecs = [simd, scalar].map((codec) => ({
  codec,
  bytes: new Uint8Array(codec.memory.buffer as ArrayBuffer),
}));
const encoder = new TextEncoder();
const start = 64;

const takes = [
  "takeToken",
  "takeHost",
  "takeCallId",
  "takeQuoted",
  "takeComment",
  "takeParam",
  "takeAuthParam",
  "takeAddress",
  "takeElement",
  "takeHead",
] as const;

const piece = fc.oneof(
  fc.constantFrom(
    ...',;="<>()\\@:[] \t%*'.split(""),
    "a",
    "sip:a@b",
    '"x;y"',
    "<sip:a,b>",
    "12",
    "(c)",
    ";lr",
    ";a=b",
    "ä",
    "\r\n",
    "\0",
  ),
  fc.string({ maxLength: 20 }),
);

Deno.test("what is taken lies within the value, and is the same with and without SIMD, whatever stands behind it", () => {
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => encoder.encode(pieces.join("")));
  const steps = fc.array(fc.constantFrom(...takes), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(text, steps, fc.constantFrom(0, 0x22, 0x20, 0x3e, 0x61, 0x0d), (value, names, poison) => {
      const results = codecs.map(({ codec, bytes }) => {
        bytes.fill(poison, INPUT, INPUT + INPUT_SIZE);
        bytes.fill(0, INPUT + 4096, INPUT + INPUT_SIZE);
        bytes.set(value, INPUT + start);
        codec.openValue((start << 16) | value.length);
        return names.map((name) => {
          const found = codec[name]() >>> 0;
          const offset = codec.valueOffset();
          assert.ok(offset >= start && offset <= start + value.length, name);
          if (found > 1) {
            assert.ok(
              found >>> 16 >= start && (found >>> 16) + (found & 0xffff) <= start + value.length,
              name,
            );
          }
          return [found, offset, codec.valueDone()];
        });
      });
      assert.deepEqual(results[0], results[1]);
    }),
    { numRuns: 3000 },
  );
});
