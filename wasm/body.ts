// The body of a message to write, as an address and a length for the codec.

import { BODY } from "./assembly/layout.ts";
import { type Body, type CodecMemory, INPUT_LIMIT } from "./memory.ts";

/** One reused object, to be read before the next body is staged. */
export interface StagedBody {
  address: number;
  length: number;
}

const staged: StagedBody = { address: BODY, length: 0 };

/** A span of the window stays where it is; owned bytes are copied in. Throws RangeError for more than a message may hold. */
export function stageBody(memory: CodecMemory, body: Body): StagedBody {
  staged.address = BODY;
  staged.length = 0;
  if (typeof body === "number") {
    staged.length = body & 0xffff;
    if (staged.length !== 0) staged.address = memory.spanAddress(body);
  } else if (body !== undefined) {
    if (body.length > INPUT_LIMIT) throw new RangeError(`Body of ${body.length} bytes`);
    memory.bytes.set(body, BODY);
    staged.length = body.length;
  }
  return staged;
}
