// A message as a stream: the frames of every split of it.

import * as codes from "../../wasm/assembly/codes.ts";
import { Framer } from "../../wasm/frame.ts";

const faults = new Map(
  Object.entries(codes)
    .filter(([name]) => name.startsWith("FAULT_"))
    .map(([name, code]) => [code, name.slice("FAULT_".length)]),
);

/** "message", "ping", "pong" or the name of a fault; and each message's length. */
export interface Frames {
  readonly names: readonly string[];
  readonly lengths: readonly number[];
}

/** What a framer makes of the chunks, one after the other. */
export function framesOf(chunks: readonly Uint8Array[]): Frames {
  const framer = new Framer();
  const names: string[] = [];
  const lengths: number[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      names.push(frame.type === "fault" ? faultName(frame.code) : frame.type);
      if (frame.type === "message") lengths.push(frame.bytes.length);
      if (frame.type === "fault") return { names, lengths };
    }
  }
  return { names, lengths };
}

/** Name of a FAULT_* without its prefix, "" for 0. */
export function faultName(code: number): string {
  return faults.get(code) ?? "";
}
