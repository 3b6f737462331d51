import assert from "node:assert/strict";
import { isCloseCode } from "./close_code.ts";
import { closeFrame, controlFrame, OPCODE_PING, OPCODE_TEXT, writeHeader } from "./frame.ts";

Deno.test("writeHeader writes each length the shortest way", () => {
  const cases: readonly [length: number, header: number[]][] = [
    [0, [0x81, 0]],
    [125, [0x81, 125]],
    [126, [0x81, 126, 0, 126]],
    [65_535, [0x81, 126, 255, 255]],
    [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
    [0x12345678, [0x81, 127, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]],
  ];
  for (const [length, header] of cases) {
    const target = new Uint8Array(20).fill(0xee);
    assert.deepEqual([...target.subarray(0, writeHeader(target, OPCODE_TEXT, length))], header);
  }
});

Deno.test("closeFrame carries code and reason, no reason that is too long, and nothing without a code", () => {
  assert.deepEqual([...closeFrame(1001, "ż")], [0x88, 4, 3, 233, 0xc5, 0xbc]);
  assert.deepEqual([...closeFrame(0, "x")], [0x88, 0]);
  assert.equal(closeFrame(1000, "x".repeat(123)).length, 127);
  assert.deepEqual([...closeFrame(1000, "ż".repeat(62))], [0x88, 2, 3, 232]);
  assert.deepEqual([...controlFrame(OPCODE_PING, new Uint8Array([7]))], [0x89, 1, 7]);
});

Deno.test("isCloseCode knows which codes are ever sent", () => {
  for (
    const code of [
      1000,
      1001,
      1002,
      1003,
      1007,
      1008,
      1009,
      1010,
      1011,
      1012,
      1013,
      1014,
      3000,
      3999,
      4000,
      4999,
    ]
  ) {
    assert.ok(isCloseCode(code), `${code}`);
  }
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]) {
    assert.ok(!isCloseCode(code), `${code}`);
  }
});
