import assert from "node:assert/strict";
import fc from "fast-check";
import { INPUT, STREAM, STREAM_KEPT, STREAM_SIZE } from "./assembly/layout.ts";
import * as simd from "./codec.wasm";
import * as scalar from "./codec_scalar.wasm";
import { inputWindow } from "./codec.ts";
import {
  copyText,
  isText,
  loadPart,
  READ_LIMIT,
  READ_START,
  stream,
  unmask,
  unmaskText,
} from "./masked_text.ts";

const builds = [simd, scalar].map((codec) => ({ codec, bytes: new Uint8Array(codec.memory.buffer) }));

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc.string({ unit: "binary", maxLength: 60 }).map((text) => new TextEncoder().encode(text)),
  fc.array(fc.constantFrom("zwykły tekst 16..", "ż", "€", "🎺", "\u0000", "x".repeat(31)), { maxLength: 12 })
    .map((parts) => new TextEncoder().encode(parts.join(""))),
  // One byte of a good text turned bad.
  fc.tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(255)).map(
    ([text, at, byte]) => {
      const bytes = new TextEncoder().encode(text);
      bytes[at % bytes.length] = byte;
      return bytes;
    },
  ),
);

function word([a, b, c, d]: Uint8Array): number {
  return a! | b! << 8 | c! << 16 | d! << 24;
}

function masked(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => byte ^ key[at % 4]!);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("unmaskText takes any text out of any mask from any place, and knows UTF-8, in both builds", () => {
  fc.assert(
    fc.property(payload, mask, fc.nat(40), fc.nat(255), (text, key, shift, poison) => {
      for (const { codec, bytes } of builds) {
        bytes.fill(poison, STREAM, STREAM + 256);
        bytes.fill(poison, INPUT, INPUT + 256);
        bytes.set(masked(text, key), STREAM + shift);
        const good = codec.unmaskText(STREAM + shift, text.length, word(key)) !== 0;
        assert.equal(good, isUtf8(text));
        assert.deepEqual(bytes.slice(INPUT, INPUT + text.length), text);
        assert.equal(bytes[INPUT + text.length], poison);
        assert.equal(codec.checkText(text.length) !== 0, good);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("unmask works in place and touches nothing else, in both builds", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), mask, fc.nat(20), (plain, key, shift) => {
      for (const { codec, bytes } of builds) {
        bytes.fill(7, STREAM, STREAM + 128);
        bytes.set(masked(plain, key), STREAM + shift);
        codec.unmask(STREAM + shift, STREAM + shift, plain.length, word(key));
        assert.deepEqual(bytes.slice(STREAM + shift, STREAM + shift + plain.length), plain);
        assert.ok(bytes.slice(STREAM, STREAM + shift).every((byte) => byte === 7));
        assert.ok(bytes.slice(STREAM + shift + plain.length, STREAM + 128).every((byte) => byte === 7));
      }
    }),
  );
});

Deno.test("unmaskText takes the longest message that one read can bring", () => {
  const key = new Uint8Array([1, 2, 3, 4]);
  const text = new Uint8Array(READ_LIMIT).fill(0x61);
  stream.set(masked(text, key), READ_START);
  assert.ok(unmaskText(READ_START, { length: READ_LIMIT, mask: word(key) }));
  assert.deepEqual(inputWindow().slice(0, READ_LIMIT), text);
});

Deno.test("stream has room for what is kept before what is read", () => {
  assert.equal(stream.length, STREAM_KEPT + STREAM_SIZE);
  assert.equal(READ_START, STREAM_KEPT);
});

Deno.test("loadPart puts a message together, and refuses what does not fit", () => {
  const parts = ["dwa ", "ż", "ó"].map((text) => new TextEncoder().encode(text));
  let length = 0;
  for (const part of parts) {
    loadPart(part, length);
    length += part.length;
  }
  assert.equal(new TextDecoder().decode(copyText(length)), "dwa żó");
  assert.ok(isText(length));
  assert.ok(!isText(length - 1));
  assert.throws(() => loadPart(new Uint8Array(2), 65_535), RangeError);
  stream.set([0xff ^ 1], READ_START);
  unmask(READ_START, { length: 1, mask: 1 });
  assert.equal(stream[READ_START], 0xff);
});
