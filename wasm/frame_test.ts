import assert from "node:assert/strict";
import fc from "fast-check";
import * as codes from "./assembly/codes.ts";
import { type Frame, Framer } from "./frame.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function message(body: string, lengthLine = `Content-Length: ${body.length}`): string {
  return `OPTIONS sip:b@c SIP/2.0\r\nVia: x\r\n${lengthLine}\r\nX: y\r\n\r\n${body}`;
}

function words(frame: Frame): string {
  if (frame.type === "message") return decoder.decode(frame.bytes);
  return frame.type === "fault" ? `fault ${frame.code}` : frame.type;
}

/** All frames of a stream that comes in pieces. A fault ends it. */
function frames(pieces: Iterable<string | Uint8Array>): string[] {
  const framer = new Framer();
  const found: string[] = [];
  for (const piece of pieces) {
    framer.push(typeof piece === "string" ? encoder.encode(piece) : piece);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      found.push(words(frame));
      if (frame.type === "fault") return found;
    }
  }
  return found;
}

Deno.test("Framer cuts messages and keep-alives", () => {
  const [first, second] = [message("body"), message("", "l :\r\n 0")];
  assert.deepEqual(frames([`\r\n${first}\r\n\r\n${second}${second}\r\n\r\n\r\n`, "X"]), [
    "pong",
    first,
    "ping",
    second,
    second,
    "ping",
    "pong",
  ]);
});

Deno.test("Framer waits for what is missing, and says what it holds", () => {
  const framer = new Framer();
  const bytes = encoder.encode(message("body"));
  framer.push(bytes.subarray(0, 30));
  assert.equal(framer.next(), undefined);
  assert.equal(framer.pending, 30);
  framer.push(bytes.subarray(30, bytes.length - 1));
  assert.equal(framer.next(), undefined);
  framer.push(bytes.subarray(bytes.length - 1));
  assert.equal(framer.next()?.type, "message");
  assert.equal(framer.pending, 0);
  assert.equal(framer.next(), undefined);
});

const bad: readonly [claim: string, stream: string, fault: number][] = [
  ["no Content-Length", message("", "Z: 1"), codes.FAULT_NO_CONTENT_LENGTH],
  ["a negative Content-Length", message("", "l: -1"), codes.FAULT_BAD_NUMBER],
  ["a Content-Length with more behind", message("", "l: 1 2"), codes.FAULT_BAD_NUMBER],
  ["a folded Content-Length of two numbers", message("", "l: 1\r\n 2"), codes.FAULT_BAD_NUMBER],
  ["an empty Content-Length", message("", "l:"), codes.FAULT_BAD_NUMBER],
  ["a Content-Length over 2^31", message("", "l: 4294967296"), codes.FAULT_BAD_NUMBER],
  ["two that differ", message("", "l: 1\r\nContent-Length: 2"), codes.FAULT_CONTENT_LENGTH_CONFLICT],
  ["a message over the limit", message("", "l: 65536"), codes.FAULT_TOO_LONG],
  ["headers over the limit", "X".repeat(65536), codes.FAULT_TOO_LONG],
  ["text of another kind", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", codes.FAULT_NO_CONTENT_LENGTH],
];

for (const [claim, stream, fault] of bad) {
  Deno.test(`Framer ends a stream with ${claim}`, () => {
    assert.deepEqual(frames([message("ok"), stream]), [message("ok"), `fault ${fault}`]);
    assert.deepEqual(frames(stream), [`fault ${fault}`]);
  });
}

Deno.test("Framer stays at its fault and holds nothing", () => {
  const framer = new Framer();
  framer.push(encoder.encode(message("", "l: x") + message("")));
  assert.equal(framer.next()?.type, "fault");
  framer.push(encoder.encode(message("")));
  assert.equal(framer.next()?.type, "fault");
  assert.equal(framer.pending, 0);
});

Deno.test("Framer takes the longest message", () => {
  const head = message("", "Content-Length: 00000").length;
  const longest = message("x".repeat(65536 - head));
  assert.equal(longest.length, 65536);
  assert.deepEqual(frames([longest + longest]), [longest, longest]);
  assert.deepEqual(frames([message("x".repeat(65537 - head))]), [`fault ${codes.FAULT_TOO_LONG}`]);
});

Deno.test("Framer gives the same frames for any split of a stream", () => {
  const part = fc.oneof(
    fc.constantFrom("\r\n", "\r\n\r\n", "\r", "\n", "garbage", message("", "l: x"), message("", "Z: 1")),
    fc.string({ maxLength: 40 }).map((body) => message(body)),
    fc.constant(message("\r\n\r\nINVITE\r\n\r\n")),
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.nat(400), { maxLength: 12 }),
      (parts, cuts) => {
        const stream = encoder.encode(parts.join(""));
        const pieces: Uint8Array[] = [];
        let start = 0;
        for (const cut of cuts) {
          pieces.push(stream.subarray(start, start + cut));
          start = Math.min(stream.length, start + cut);
        }
        pieces.push(stream.subarray(start));
        const whole = frames([stream]);
        assert.deepEqual(frames(pieces), whole);
        assert.deepEqual(frames(Array.from(stream, (byte) => Uint8Array.of(byte))), whole);
      },
    ),
  );
});

Deno.test("Framer's work on a byte-wise stream grows with its length, not its square", () => {
  const framer = new Framer();
  const byte = Uint8Array.of(0x58);
  const started = performance.now();
  for (let i = 0; i < 65000; i++) {
    framer.push(byte);
    assert.equal(framer.next(), undefined);
  }
  assert.ok(performance.now() - started < 2000);
});
