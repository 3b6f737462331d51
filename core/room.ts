// One input may write more than the codec's output arena takes: a tick that ends thousands of calls, a body that ten browsers get.

import { outputBytes, outputRoom, resetOutput } from "../wasm/codec.ts";
import type { Output } from "./output.ts";

/** More than what one signal to one leg can write: two members of 64 KiB, each byte an escape of six. */
const enough = 1024 * 1024;

/** Moves finished messages out of the arena when it fills up. To be called before a message is written, never in the midst. */
export function makeRoom(outputs: Output[]): void {
  if (outputRoom() >= enough) return;
  for (let at = 0; at < outputs.length; at++) {
    const output = outputs[at]!;
    if (output.type === "sip") outputs[at] = { ...output, bytes: output.bytes.slice() };
    else if (output.type === "text" && output.bytes === undefined) {
      outputs[at] = { ...output, bytes: outputBytes(output.start, output.length).slice() };
    }
  }
  resetOutput();
}
