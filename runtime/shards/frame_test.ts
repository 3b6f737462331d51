import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FRAME_LIMIT,
  FrameReader,
  jsonFrame,
  KIND_FORWARD,
  KIND_PEER,
  readJson,
  readSipFrame,
  type SipFrame,
  sipFrameRoom,
  writeSipFrame,
} from "./frame.ts";

const frame = fc.record({
  hop: fc.record({
    transport: fc.constantFrom("udp" as const, "tcp" as const, "loop" as const, "tls" as const),
    host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("")),
    port: fc.integer({ min: 0, max: 65_535 }),
    flow: fc.integer({ min: 0, max: 0xffff_ffff }),
    domain: fc.domain(),
  }, { noNullPrototype: true, requiredKeys: ["transport", "host", "port", "flow"] }),
  transaction: fc.string({ maxLength: 300, unit: "grapheme" }),
  bytes: fc.uint8Array({ maxLength: 70_000 }),
}, { noNullPrototype: true });

function written(message: SipFrame): Uint8Array {
  const out = new Uint8Array(sipFrameRoom(message));
  return out.slice(0, writeSipFrame(KIND_FORWARD, message, out));
}

/** Puts bytes into a reader, as many at a time as are wanted. */
function push(reader: FrameReader, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const room = reader.room();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    reader.filled(part.length);
    at += part.length;
  }
}

Deno.test("a SIP frame comes out as it went in, however the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 4 }), fc.integer({ min: 1, max: 5_000 }), (messages, size) => {
      const reader = new FrameReader();
      const found: SipFrame[] = [];
      const stream = messages.flatMap((message) => [...written(message)]);
      for (let at = 0; at < stream.length; at += size) {
        push(reader, Uint8Array.from(stream.slice(at, at + size)));
        for (let next = reader.next(); next !== undefined; next = reader.next()) {
          assert.ok(next !== "fault");
          assert.equal(next.kind, KIND_FORWARD);
          const { hop, transaction, bytes } = readSipFrame(next.rest)!;
          found.push({ hop, transaction, bytes: bytes.slice() });
        }
      }
      assert.deepEqual(found, messages);
    }),
    { numRuns: 40 },
  );
});

Deno.test("any bytes as the rest of a SIP frame are a frame or none, without a throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const read = readSipFrame(bytes);
    if (read !== undefined) assert.ok(read.bytes.length <= bytes.length);
  }));
});

Deno.test("JSON comes out as it went in; what is no JSON is undefined", () => {
  const reader = new FrameReader();
  push(reader, jsonFrame(KIND_PEER, { user: "zoë" }));
  const next = reader.next();
  assert.ok(next !== undefined && next !== "fault");
  assert.deepEqual([next.kind, readJson(next.rest)], [KIND_PEER, { user: "zoë" }]);
  assert.equal(readJson(Uint8Array.of(0x7b)), undefined);
});

Deno.test("a length that no frame has is a fault", () => {
  for (const length of [0, FRAME_LIMIT + 1, 0xffff_ffff]) {
    const reader = new FrameReader();
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, length);
    push(reader, head);
    assert.equal(reader.next(), "fault");
  }
});
