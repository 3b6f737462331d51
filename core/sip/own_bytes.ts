// A body that has to outlive the input it came with.

import { type Body, spanBytes } from "../../wasm/codec.ts";

/** A copy of what lies in the codec's window; other bytes are owned already. */
export function ownBytes(body: Body): Uint8Array | undefined {
  return typeof body === "number" ? spanBytes(body) : body;
}
