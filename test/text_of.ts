// What a browser would be told: the text of an output, before the codec's memory is another's.

import type { Output } from "../core/output.ts";
import { outputText } from "../wasm/codec.ts";

export function textOf({ bytes, start, length }: Extract<Output, { type: "text" }>): string {
  return bytes === undefined ? outputText(start, length) : new TextDecoder().decode(bytes);
}
