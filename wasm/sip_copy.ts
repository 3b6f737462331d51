// Writes the message in the window out again.

import { SIP, SIP_FAULT } from "./assembly/layout.ts";
import { codec, type Written } from "./codec.ts";
import { copySip } from "./codec.wasm";

const { memory } = codec;

/**
 * Writes the message that sip.read() has read without a fault into the output arena: its header lines in their order, the unknown ones untouched, the
 * known ones under their long names, folds joined, and a Content-Length that says what the body is. Written again, the result is the same.
 * Throws RangeError when the message has a fault or does not fit.
 */
export function copyMessage(): Written {
  if (memory.words[(SIP >> 2) + SIP_FAULT] !== 0) throw new RangeError("Message has a fault");
  const end = copySip(memory.outputStart());
  if (end === 0) throw new RangeError("Output arena is full");
  return memory.finishOutput(end);
}
