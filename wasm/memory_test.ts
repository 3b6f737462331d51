import { deepEqual, equal } from "node:assert/strict";
import { codec } from "./codec.ts";
import { INPUT_LIMIT } from "./memory.ts";

const { memory } = codec;

function write(length: number): number {
  const start = memory.outputStart();
  memory.finishOutput(start + length);
  return start;
}

Deno.test("resetOutput empties the arena but for what is held, releaseOutput all of it", () => {
  memory.releaseOutput();
  const room = memory.outputRoom();
  const first = write(100);
  memory.holdOutput();
  equal(write(50), first + 100);
  memory.resetOutput();
  equal(memory.outputRoom(), room - 100);
  equal(write(50), first + 100);
  memory.holdOutput();
  memory.resetOutput();
  equal(memory.outputRoom(), room - 150);
  memory.releaseOutput();
  equal(memory.outputRoom(), room);
  memory.resetOutput();
  equal(memory.outputRoom(), room);
});

Deno.test("openReceived moves the window to a slot; slots, input and arena lie apart", () => {
  const slots = memory.receiveSlots;
  const whole = INPUT_LIMIT + 1;
  for (let slot = 0; slot < slots; slot++) memory.received(slot, whole).fill(slot + 1);
  const start = write(10);
  memory.outputBytes(start, 10).fill(0xff);
  memory.inputWindow().fill(0xee);
  for (let slot = 0; slot < slots; slot++) {
    equal(memory.openReceived(slot, INPUT_LIMIT), INPUT_LIMIT);
    memory.setMessageLength(INPUT_LIMIT);
    deepEqual(memory.spanBytes((40_000 << 16 | 2) >>> 0), new Uint8Array(2).fill(slot + 1));
    equal(memory.spanAddress(1 << 16), memory.receiveOffset(slot) + 1);
    const received = memory.received(slot, whole);
    deepEqual([received[0], received[INPUT_LIMIT]], [slot + 1, slot + 1]);
  }
  equal(memory.openReceived(0, whole), -1);
  equal(memory.openInput(whole), -1);
  equal(memory.openInput(7), 7);
  deepEqual(memory.windowBytes(2), Uint8Array.of(0xee, 0xee));
  deepEqual(memory.spanBytes(1), Uint8Array.of(0xee));
  deepEqual(memory.outputBytes(start, 10), new Uint8Array(10).fill(0xff));
  equal(memory.receiveOffset(slots - 1) + whole <= memory.bytes.length, true);
  memory.releaseOutput();
});

Deno.test("outputText reads what came after resetOutput as what it is, over held output too", () => {
  memory.releaseOutput();
  const put = (text: string, ascii: boolean) => {
    const bytes = new TextEncoder().encode(text);
    const start = memory.outputStart();
    memory.outputBytes(start, bytes.length).set(bytes);
    const written = memory.finishOutput(start + bytes.length, ascii);
    return memory.outputText(written.start, written.length);
  };
  const plain = "held and plain, and long enough not to be read letter by letter";
  const other = "größer als alles, und lang genug, um nicht buchstabenweise gelesen zu werden";
  equal(put(plain, true), plain);
  memory.holdOutput();
  equal(put(plain.repeat(4), true), plain.repeat(4));
  memory.resetOutput();
  equal(put(other, false), other);
  equal(put(plain, true), plain);
  memory.releaseOutput();
  equal(put(other, false), other);
  memory.releaseOutput();
});
