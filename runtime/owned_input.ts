// Inputs that have to wait for their turn: what they point at is another's before it comes.

import { inputWindow, received } from "../wasm/codec.ts";
import type { Input } from "./input.ts";

/** The input, its bytes being its own instead of those in a slot or in the codec's window. */
export function ownedInput(input: Input): Input {
  if (input.type === "datagram") {
    return { type: "sip", arrival: input.arrival, bytes: received(input.slot, input.length).slice() };
  }
  if (input.type === "message") {
    return { type: "sip", arrival: input.arrival, bytes: inputWindow().slice(0, input.length) };
  }
  if (input.type !== "roap" || input.bytes !== undefined || input.length < 0) return input;
  return { ...input, bytes: inputWindow().slice(0, input.length) };
}
