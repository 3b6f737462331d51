// The codec's memory as bytes and as words. It never grows, so these views never detach.

import { memory } from "./codec.wasm";

export const memoryBytes: Uint8Array<ArrayBuffer> = new Uint8Array(memory.buffer as ArrayBuffer);
export const memoryWords: Uint32Array<ArrayBuffer> = new Uint32Array(memory.buffer as ArrayBuffer);
