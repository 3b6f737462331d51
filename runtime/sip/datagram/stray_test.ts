import assert from "node:assert/strict";
import { isStray } from "./stray.ts";

function stray(text: string): boolean {
  const bytes = Uint8Array.from(`##${text}##`, (letter) => letter.charCodeAt(0));
  return isStray(bytes, { start: 2, length: text.length });
}

Deno.test("isStray: keep-alives, and nothing", () => {
  for (const text of ["", "\r\n\r\n", "\r\n", "\0\0\0\0", "\n", "\0".repeat(64)]) assert.ok(stray(text));
});

Deno.test("isStray: what begins as no text does", () => {
  const stun = "\x00\x01\x00\x00\x21\x12\xa4\x42";
  for (const text of ["\x80\x60rtp", "\x16\xfe\xffdtls", "\xffINVITE", "\x7f", " INVITE", "\tINVITE"]) {
    assert.ok(stray(text));
  }
  // A zero may begin a keep-alive: the codec has the last word.
  assert.ok(!stray(stun));
});

Deno.test("isStray: messages, also wrong ones and those behind line breaks", () => {
  const good = [
    "INVITE sip:a@b SIP/2.0\r\n",
    "SIP/2.0 200 OK",
    "!method",
    "~",
    "<",
    "\r\nOPTIONS",
    "\0".repeat(65),
  ];
  for (const text of good) assert.ok(!stray(text), text);
});
