// Both builds of the codec at once: the scalar one has to make of every message exactly what the SIMD one makes of it.

import assert from "node:assert/strict";
import { INPUT, OUTPUT, SIP, SIP_LINE_COUNT, SIP_LINE_WORDS, SIP_LINES } from "../../wasm/assembly/layout.ts";
import { codec, INPUT_LIMIT, load, outputBytes, resetOutput } from "../../wasm/codec.ts";
import * as scalar from "../../wasm/codec_scalar.wasm";
import { sip } from "../../wasm/sip.ts";
import { copyMessage } from "../../wasm/sip_copy.ts";

const memoryWords = codec.memory.words;
const scalarBytes = new Uint8Array(scalar.memory.buffer as ArrayBuffer);
const scalarWords = new Uint32Array(scalar.memory.buffer as ArrayBuffer);

/** Reads with both; the views are about the SIMD one's. */
export function readBoth(message: Uint8Array): number {
  scalarBytes.set(message.subarray(0, INPUT_LIMIT), INPUT);
  const length = load(message);
  const fault = sip.read(length);
  const scalarFault = scalar.readSip(length < 0 ? INPUT_LIMIT + 1 : length);
  if (scalarFault !== fault || !same(SIP, recordSize()) || !same(INPUT, Math.max(length, 0))) {
    assert.fail(
      `The codecs differ over ${JSON.stringify(new TextDecoder().decode(message.subarray(0, 2000)))}`,
    );
  }
  return fault;
}

/** Writes the message out again with both. */
export function copyBoth(): Uint8Array {
  resetOutput();
  const { start, length } = copyMessage();
  const copy = outputBytes(start, length).slice();
  const end = scalar.copySip(OUTPUT);
  assert.deepEqual(scalarBytes.subarray(OUTPUT, end), copy);
  resetOutput();
  return copy;
}

function recordSize(): number {
  const lines = memoryWords[(SIP >> 2) + SIP_LINE_COUNT]!;
  return (SIP_LINES + lines * SIP_LINE_WORDS) << 2;
}

/** Word by word: behind a message there are zeros in both. */
function same(address: number, length: number): boolean {
  const end = (address + length + 3) >> 2;
  for (let at = address >> 2; at < end; at++) if (memoryWords[at] !== scalarWords[at]) return false;
  return true;
}
