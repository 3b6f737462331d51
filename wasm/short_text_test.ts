import assert from "node:assert/strict";
import { asciiAt, shortAscii } from "./short_text.ts";

const encoder = new TextEncoder();
const letters = encoder.encode("The quick brown fox jumps over the lazy dog, 0123456789 times");

Deno.test("asciiAt answers texts of every length it may be asked for", () => {
  for (let length = 1; length <= shortAscii; length++) {
    for (let at = 0; at + shortAscii <= letters.length; at++) {
      assert.equal(
        asciiAt(letters, at, length),
        String.fromCharCode(...letters.subarray(at, at + length)),
      );
    }
  }
});

Deno.test("asciiAt leaves longer characters to others, wherever they stand in the text", () => {
  for (let length = 1; length <= shortAscii; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = letters.slice();
      bytes[at] = 0x80;
      assert.equal(asciiAt(bytes, 0, length), "");
    }
  }
});

Deno.test("asciiAt reads a text that ends with the memory", () => {
  for (let length = 1; length <= shortAscii; length++) {
    const bytes = letters.slice(0, length);
    assert.equal(asciiAt(bytes, 0, length), String.fromCharCode(...bytes));
  }
});
