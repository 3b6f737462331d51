import assert from "node:assert/strict";
import { Arena } from "./arena.ts";
import { Frame, HEADER_ROOM, readFrame, TEXT, writeFrame } from "./web_socket_frame.ts";
import { acceptOf, handshake, refusalOf } from "./web_socket_handshake.ts";

/** The payload of a client's frame, read by the RFC's letter. */
function unmasked(bytes: Uint8Array): { opcode: number; payload: Uint8Array } {
  const [first = 0, second = 0] = bytes;
  assert.equal(first & 0xf0, 0x80, "one whole frame");
  assert.equal(second & 0x80, 0x80, "masked");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const short = second & 0x7f;
  const [length, at] = short === 127
    ? [Number(view.getBigUint64(2)), 10]
    : short === 126
    ? [view.getUint16(2), 4]
    : [short, 2];
  const key = bytes.subarray(at, at + 4);
  const payload = bytes.slice(at + 4).map((byte, i) => byte ^ key[i % 4]!);
  assert.equal(payload.length, length);
  return { opcode: first & 0xf, payload };
}

Deno.test("writeFrame: every length has its header, and the mask comes off again", () => {
  const arena = new Arena(256 * 1024);
  const payload = arena.allocate(128 * 1024) + HEADER_ROOM;
  for (const length of [0, 1, 2, 3, 125, 126, 127, 1_000, 65_535, 65_536, 100_000]) {
    const expected = new Uint8Array(length).map((_, at) => at * 7);
    arena.bytes.set(expected, payload);
    const start = writeFrame(arena, { opcode: TEXT, payload, length, key: 0x8badf00d | 0 });
    const { opcode, payload: found } = unmasked(arena.bytes.slice(start, payload + length));
    assert.equal(opcode, TEXT);
    assert.deepEqual(found, expected, `length ${length}`);
  }
});

Deno.test("readFrame: finds frames of every length, and waits for what is not complete", () => {
  const frame = new Frame();
  for (const length of [0, 1, 125, 126, 300, 65_535, 65_536]) {
    const header = length <= 125
      ? [0x81, length]
      : length <= 0xffff
      ? [0x81, 126, length >> 8, length & 255]
      : [0x81, 127, 0, 0, 0, 0, 0, length >> 16, length >> 8 & 255, length & 255];
    const bytes = new Uint8Array(5 + header.length + length);
    bytes.set(header, 5);
    const end = bytes.length;
    assert.equal(readFrame(bytes, { start: 5, end }, frame), end);
    assert.deepEqual([frame.fin, frame.opcode, frame.start, frame.end], [true, 1, 5 + header.length, end]);
    for (const cut of [5, 6, 5 + header.length - 1, end - 1]) {
      if (cut < end) {
        assert.equal(readFrame(bytes, { start: 5, end: cut }, frame), 0, `${length} cut at ${cut}`);
      }
    }
  }
});

Deno.test("readFrame: masks, reserved bits and endless lengths are no server's", () => {
  const frame = new Frame();
  const read = (...bytes: number[]) =>
    readFrame(
      new Uint8Array([...bytes, ...new Array(16).fill(0)]),
      { start: 0, end: bytes.length + 16 },
      frame,
    );
  assert.equal(read(0x81, 0x80), -1);
  assert.equal(read(0xc1, 0x01), -1);
  assert.equal(read(0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0), -1);
});

Deno.test("handshake: the server of RFC 6455 section 1.3 is believed, others are not", () => {
  const { request, accept } = handshake({ host: "127.0.0.1:80", path: "/ws", protocol: "roap" });
  assert.match(request, /^GET \/ws HTTP\/1\.1\r\nHost: 127\.0\.0\.1:80\r\n/);
  assert.match(request, /\r\nSec-WebSocket-Protocol: roap\r\n\r\n$/);
  const head = (status: string, value: string) => `HTTP/1.1 ${status}\r\nsec-websocket-accept: ${value}`;
  assert.equal(refusalOf(head("101 Switching Protocols", accept), accept), "");
  assert.equal(
    refusalOf(head("101 Switching Protocols", "c3VwZXI="), accept),
    "login answered with a wrong accept",
  );
  assert.equal(refusalOf("HTTP/1.1 503 Service Unavailable", accept), "login refused with 503");
  assert.equal(refusalOf("SSH-2.0-x", accept), "login refused with no HTTP status");
  // The key and the accept of the RFC's own example.
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  assert.equal(acceptOf(key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});
