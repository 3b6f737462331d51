// Cuts the streams that the relay receives.

import { codec } from "./codec.ts";
import { CodecFramer, type Frame } from "./framer.ts";

export type { Frame };

export class Framer extends CodecFramer {
  constructor() {
    super(codec.memory, codec.wasm);
  }
}
