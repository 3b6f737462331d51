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

Deno.test("loadReceived copies a slot into the window; slots, window and arena lie apart", () => {
  const slots = memory.receiveSlots;
  const whole = INPUT_LIMIT + 1;
  for (let slot = 0; slot < slots; slot++) memory.received(slot, whole).fill(slot + 1);
  const start = write(10);
  memory.outputBytes(start, 10).fill(0xff);
  for (let slot = 0; slot < slots; slot++) {
    equal(memory.loadReceived(slot, INPUT_LIMIT), INPUT_LIMIT);
    const window = memory.inputWindow();
    deepEqual([window[0], window[INPUT_LIMIT - 1]], [slot + 1, slot + 1]);
    deepEqual([memory.received(slot, whole)[0], memory.received(slot, whole)[INPUT_LIMIT]], [
      slot + 1,
      slot + 1,
    ]);
  }
  equal(memory.loadReceived(0, whole), -1);
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
