// One way of trying the codec with a message.

import type { Build } from "../builds.ts";

export const TARGETS = ["sip", "roap", "frame", "map", "roundtrip", "differential"] as const;
export type TargetName = typeof TARGETS[number];

export interface Target {
  /** The build whose counters guide. */
  readonly build: Build;
  /** One that is compared with it. */
  readonly other?: Build;
  /** Which seeds it starts from. */
  readonly seeds: readonly ("sip" | "json" | "stream")[];
  /** Tries a message. Whether the codec took it. Throws BrokenClaim, or whatever the codec throws. */
  readonly run: (message: Uint8Array) => boolean;
  /** Checks that cost too much for every message: made for those that reached something new, and now and then. */
  readonly thorough?: (message: Uint8Array) => void;
}

/** What lies behind a message in the window must not matter: one of these, chosen by the message alone so that a replay is the same. */
const POISONS = [0x00, 0x0d, 0x3b, 0x61, 0x22, 0xff, 0x20, 0x30];
const POISONED = 160;

/** Puts a message into the window with poison behind it. `other`: another poison than without. -1 when too long. */
export function loadPoisoned({ codec }: Build, message: Uint8Array, other = 0): number {
  const window = codec.memory.bytes;
  const length = codec.load(message);
  if (length >= 0) {
    const start = codec.inputWindow().byteOffset + length;
    window.fill(POISONS[(length + other) % POISONS.length]!, start, start + POISONED);
  }
  return length;
}

/** Whether the poison is whole from `from` bytes behind the message on. */
export function poisonIsWhole({ codec }: Build, length: number, from: number, other = 0): boolean {
  const start = codec.inputWindow().byteOffset + length;
  const poison = POISONS[(length + other) % POISONS.length]!;
  for (let at = start + from; at < start + POISONED; at++) {
    if (codec.memory.bytes[at] !== poison) return false;
  }
  return true;
}
