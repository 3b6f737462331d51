import assert from "node:assert/strict";
import fc from "fast-check";
import { closePayload, concat, PING, PONG, rawFrame, TEXT } from "../../test/raw_web_socket.ts";
import { copyText, readWindow, stream } from "../../wasm/masked_text.ts";
import { FRAGMENT_LIMIT, FrameReader, type FrameUser, MESSAGE_LIMIT } from "./frame_reader.ts";

const decoder = new TextDecoder();

/** Everything that a reader says, as text. */
class Heard implements FrameUser {
  readonly all: string[] = [];

  text(length: number): boolean {
    this.all.push(length < 0 ? "too long" : `text ${decoder.decode(copyText(length))}`);
    return true;
  }

  control(opcode: number, at: number, length: number): boolean {
    this.all.push(`control ${opcode} ${[...stream.subarray(at, at + length)]}`);
    return opcode !== 8;
  }

  fault(code: number): void {
    this.all.push(`fault ${code}`);
  }
}

/** Reads bytes in pieces; after a fault or a close nothing more. */
function read(pieces: readonly Uint8Array[], kept = { bytes: 0, limit: 1 << 20 }) {
  const heard = new Heard();
  const reader = new FrameReader(kept);
  for (const piece of pieces) {
    if (/^(fault|control 8)/.test(heard.all.at(-1) ?? "")) break;
    readWindow.fill(0xee);
    readWindow.set(piece);
    reader.read(piece.length, heard);
  }
  return { all: heard.all, reader, kept };
}

/** What a stream of good frames says, read the plain way: all of it at once, a byte at a time. */
function plain(bytes: Uint8Array): string[] {
  const all: string[] = [];
  let message: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [first, second] = [bytes[at]!, bytes[at + 1]! & 127];
    const room = second === 126 ? 2 : second === 127 ? 8 : 0;
    const length = room === 0
      ? second
      : [...bytes.slice(at + 2, at + 2 + room)].reduce((sum, byte) => sum * 256 + byte);
    const key = at + 2 + room;
    const payload = [...bytes.slice(key + 4, key + 4 + length)].map((byte, index) =>
      byte ^ bytes[key + index % 4]!
    );
    at = key + 4 + length;
    if ((first & 15) >= 8) {
      all.push(`control ${first & 15} ${payload}`);
      if ((first & 15) === 8) return all;
      continue;
    }
    message.push(...payload);
    if (first < 128) continue;
    all.push(message.length > 65_536 ? "too long" : `text ${decoder.decode(new Uint8Array(message))}`);
    message = [];
  }
  return all;
}

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
const control = fc.tuple(fc.constantFrom(PING, PONG), fc.uint8Array({ maxLength: 125 }), mask)
  .map(([opcode, payload, mask]) => rawFrame(opcode, payload, { mask }));

/** A text in one frame or in several, control frames between them. */
const message = fc.tuple(
  fc.string({ unit: "binary", maxLength: 300 }).map((text) => new TextEncoder().encode(text)),
  fc.array(fc.nat(1_000), { maxLength: 4 }),
  fc.array(control, { minLength: 5, maxLength: 5 }),
  mask,
  fc.boolean(),
).map(([text, cuts, controls, mask, calm]) => {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  return concat(
    places.slice(1).flatMap((end, index) => {
      const final = index === places.length - 2;
      const frame = rawFrame(index === 0 ? TEXT : 0, text.subarray(places[index]!, end), { final, mask });
      return calm ? [frame] : [frame, controls[index]!];
    }),
  );
});

Deno.test("FrameReader hears the same however the stream is cut, and the same as a plain reader", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(message, control), { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
      (frames, sizes) => {
        const bytes = concat(frames);
        const expected = plain(bytes);
        assert.deepEqual(read([bytes]).all, expected);
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const { all, reader, kept } = read(pieces);
        assert.deepEqual(all, expected);
        assert.ok(!reader.keeps);
        assert.equal(kept.bytes, 0);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("FrameReader hears the same when cut at any one byte, and byte by byte", () => {
  const bytes = concat([
    rawFrame(TEXT, "a".repeat(200)),
    rawFrame(PING, "hier"),
    rawFrame(TEXT, "zażółć ", { final: false }),
    rawFrame(PONG, ""),
    rawFrame(0, "", { final: false }),
    rawFrame(0, "gęślą", { mask: new Uint8Array([0, 255, 1, 7]) }),
    rawFrame(TEXT, ""),
    rawFrame(8, closePayload(1000, "do widzenia")),
  ]);
  const expected = plain(bytes);
  assert.equal(expected.length, 6);
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(
      read([bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length > 0)).all,
      expected,
    );
  }
  assert.deepEqual(read([...bytes].map((byte) => new Uint8Array([byte]))).all, expected);
});

type Case = readonly [name: string, frames: readonly Uint8Array[], expected: readonly string[]];

const cases: readonly Case[] = [
  ["a frame without a mask", [rawFrame(TEXT, "x", { mask: false })], ["fault 1002"]],
  ["reserved bit 1", [rawFrame(TEXT, "x", { reserved: 0x40 })], ["fault 1002"]],
  ["reserved bit 2 of a ping", [rawFrame(PING, "x", { reserved: 0x20 })], ["fault 1002"]],
  ["reserved bit 3 of a continuation", [
    rawFrame(TEXT, "x", { final: false }),
    rawFrame(0, "y", { reserved: 0x10 }),
  ], ["fault 1002"]],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) =>
    [`opcode ${opcode}`, [rawFrame(TEXT, "a"), rawFrame(opcode, "x"), rawFrame(TEXT, "b")], [
      "text a",
      "fault 1002",
    ]] as const
  ),
  ["a ping of 125 bytes", [rawFrame(PING, "x".repeat(125))], [`control 9 ${new Array(125).fill(120)}`]],
  ["a ping of 126 bytes", [rawFrame(PING, "x".repeat(126))], ["fault 1002"]],
  ["a ping with a long length", [rawFrame(PING, "x", { lengthRoom: 2 })], ["fault 1002"]],
  ["a ping in parts", [rawFrame(PING, "x", { final: false })], ["fault 1002"]],
  ["a close in parts", [rawFrame(8, closePayload(1000), { final: false })], ["fault 1002"]],
  [
    "a ping within a message",
    [rawFrame(TEXT, "a", { final: false }), rawFrame(PING, "!"), rawFrame(0, "b")],
    ["control 9 33", "text ab"],
  ],
  ["a continuation of nothing", [rawFrame(0, "x")], ["fault 1002"]],
  ["the end of nothing", [rawFrame(TEXT, "a"), rawFrame(0, "x", { final: false })], ["text a", "fault 1002"]],
  ["a text within a message", [rawFrame(TEXT, "a", { final: false }), rawFrame(TEXT, "b")], ["fault 1002"]],
  ["bytes", [rawFrame(2, "x")], ["fault 1003"]],
  ["bytes within a message", [rawFrame(TEXT, "a", { final: false }), rawFrame(2, "b")], ["fault 1002"]],
  ["an empty text", [rawFrame(TEXT, "")], ["text "]],
  [
    "empty parts",
    [rawFrame(TEXT, "", { final: false }), rawFrame(0, "", { final: false }), rawFrame(0, "")],
    ["text "],
  ],
  ["a length of 125 in two bytes", [rawFrame(TEXT, "x".repeat(125), { lengthRoom: 2 })], ["fault 1002"]],
  ["a length of 126 in two bytes", [rawFrame(TEXT, "x".repeat(126))], [`text ${"x".repeat(126)}`]],
  ["a length of 65,535 in eight bytes", [
    rawFrame(TEXT, "", {}).slice(0, 1),
    new Uint8Array([255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0]),
  ], ["fault 1002"]],
  ["a length of 64 bits", [new Uint8Array([0x81, 255, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])], [
    "fault 1002",
  ]],
  ["a length of 63 bits", [new Uint8Array([0x81, 255, 127, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])], [
    "fault 1009",
  ]],
  ["a length over the limit", [new Uint8Array([0x81, 255, 0, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0, 0])], [
    "fault 1009",
  ]],
  ["a byte that is no UTF-8", [rawFrame(TEXT, new Uint8Array([0x61, 0xff]))], ["fault 1007"]],
  ["a surrogate", [rawFrame(TEXT, new Uint8Array([0xed, 0xa0, 0x80]))], ["fault 1007"]],
  ["an overlong slash", [rawFrame(TEXT, new Uint8Array([0xc0, 0xaf]))], ["fault 1007"]],
  ["a character beyond the last", [rawFrame(TEXT, new Uint8Array([0xf4, 0x90, 0x80, 0x80]))], ["fault 1007"]],
  ["a character cut short", [rawFrame(TEXT, new Uint8Array([0xf0, 0x9f, 0x8e]))], ["fault 1007"]],
  [
    "a character in two parts",
    [
      rawFrame(TEXT, new Uint8Array([0xf0, 0x9f]), { final: false }),
      rawFrame(0, new Uint8Array([0x8e, 0xba])),
    ],
    ["text 🎺"],
  ],
  [
    "a character that its second part spoils",
    [
      rawFrame(TEXT, new Uint8Array([0xf0, 0x9f]), { final: false }),
      rawFrame(0, new Uint8Array([0x8e, 0x41])),
    ],
    ["fault 1007"],
  ],
  ["a close that ends all", [rawFrame(8, ""), rawFrame(TEXT, "x")], ["control 8 "]],
  [
    "as many parts as may be",
    [
      rawFrame(TEXT, "", { final: false }),
      ...new Array(FRAGMENT_LIMIT - 2).fill(rawFrame(0, "", { final: false })),
      rawFrame(0, "x"),
    ],
    ["text x"],
  ],
  [
    "one part more",
    [
      rawFrame(TEXT, "", { final: false }),
      ...new Array(FRAGMENT_LIMIT - 1).fill(rawFrame(0, "", { final: false })),
      rawFrame(0, "x"),
    ],
    ["fault 1008"],
  ],
];

Deno.test("FrameReader: what RFC 6455 forbids, and what it allows", async (context) => {
  for (const [name, frames, expected] of cases) {
    await context.step(name, () => {
      assert.deepEqual(read([concat(frames)]).all, expected);
      const bytewise = [...concat(frames)].map((byte) => new Uint8Array([byte]));
      assert.deepEqual(read(bytewise).all, expected);
    });
  }
});

Deno.test("FrameReader skips a message that is too long without keeping it, and goes on behind it", () => {
  for (const length of [65_537, MESSAGE_LIMIT]) {
    const bytes = concat([rawFrame(TEXT, new Uint8Array(length)), rawFrame(TEXT, "next")]);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 32_768) pieces.push(bytes.subarray(at, at + 32_768));
    const { all, kept } = read(pieces);
    assert.deepEqual(all, ["too long", "text next"]);
    assert.equal(kept.bytes, 0);
  }
});

Deno.test("FrameReader counts the length of a message over its parts", () => {
  const part = new Uint8Array(20_000).fill(0x61);
  const parts = (count: number) => [
    rawFrame(TEXT, part, { final: false }),
    ...new Array(count - 2).fill(rawFrame(0, part, { final: false })),
    rawFrame(0, part),
    rawFrame(TEXT, "next"),
  ];
  assert.deepEqual(read(parts(3)).all, [`text ${"a".repeat(60_000)}`, "text next"]);
  assert.deepEqual(read(parts(4)).all, ["too long", "text next"]);
  assert.deepEqual(read(parts(60)).all, ["fault 1009"]);
});

Deno.test("FrameReader gives what was only announced no room, and all readers together no more than their limit", () => {
  const kept = { bytes: 0, limit: 4_096 };
  const header = rawFrame(TEXT, new Uint8Array(60_000)).subarray(0, 8);
  const one = read([header, new Uint8Array(10)], kept);
  assert.ok(kept.bytes > 0 && kept.bytes <= 1_024);
  const other = read([header, new Uint8Array(3_500)], kept);
  assert.deepEqual(other.all, ["fault 1013"]);
  one.reader.release();
  assert.equal(kept.bytes, 0);
});
