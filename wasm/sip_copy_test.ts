import assert from "node:assert/strict";
import { load, loadText, outputBytes, outputText, resetOutput } from "./codec.ts";
import { sip } from "./sip.ts";
import { copyMessage } from "./sip_copy.ts";

function copied(text: string): string {
  assert.equal(sip.read(loadText(text)), 0);
  const { start, length } = copyMessage();
  const copy = outputText(start, length);
  resetOutput();
  return copy;
}

Deno.test("copyMessage gives long names, whole lines and the body's length, and leaves the rest as it is", () => {
  const message = [
    "OPTIONS sip:a@b SIP/2.0",
    "v: SIP/2.0/UDP a;branch=z9hG4bK1",
    "x-Odd.Name :  ;;,  kept  as it is",
    "F: <sip:a@b>",
    "  ;tag=1",
    "t:<sip:a@b>",
    "CALL-ID: 1",
    "cseq: 01 OPTIONS",
    "c: text/plain",
    "l: 3",
    "Last: x",
    "",
    "abcdef",
  ].join("\r\n");
  assert.deepEqual(copied(message).split("\r\n"), [
    "OPTIONS sip:a@b SIP/2.0",
    "Via: SIP/2.0/UDP a;branch=z9hG4bK1",
    "x-Odd.Name: ;;,  kept  as it is",
    "From: <sip:a@b>    ;tag=1",
    "To: <sip:a@b>",
    "Call-ID: 1",
    "CSeq: 01 OPTIONS",
    "Content-Type: text/plain",
    "Content-Length: 3",
    "Last: x",
    "",
    "abc",
  ]);
  assert.equal(copied(copied(message)), copied(message));
});

Deno.test("copyMessage adds the length that a datagram left out", () => {
  const head =
    "SIP/2.0 200 \r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n";
  assert.equal(copied(`${head}\r\nbody`), `${head}Content-Length: 4\r\n\r\nbody`);
});

Deno.test("copyMessage passes bytes of unknown headers that are no text", () => {
  const text =
    "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nX: ?\r\n\r\n"
      .replace("X:", "X-Bytes:");
  const bytes = new TextEncoder().encode(text);
  bytes[text.indexOf("?")] = 0xff;
  assert.equal(sip.read(load(bytes)), 0);
  const { start, length } = copyMessage();
  assert.ok(outputBytes(start, length).includes(0xff));
  resetOutput();
});

Deno.test("copyMessage refuses a message with a fault, and one that does not fit", () => {
  sip.read(loadText("OPTIONS sip:a@b SIP/2.0\r\n\r\n"));
  assert.throws(() => copyMessage(), RangeError);
  const long =
    `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nLong: ${
      "a".repeat(60000)
    }\r\n\r\n`;
  assert.equal(sip.read(loadText(long)), 0);
  assert.throws(() => {
    for (let nth = 0; nth < 100; nth++) copyMessage();
  }, RangeError);
  resetOutput();
});
