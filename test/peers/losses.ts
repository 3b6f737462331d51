// What a hop has lost once has to come again.

import assert from "node:assert/strict";
import type { Hop, Way } from "./hop.ts";

export type Loss = readonly [way: Way, short: string];

/** The lost message came again as it was, after T1. */
export function isRepeated(hop: Hop, [way, short]: Loss): void {
  const [first, ...later] = hop.all(way, short);
  const isSame = (bytes: Uint8Array) =>
    bytes.length === first!.bytes.length && bytes.every((byte, at) => byte === first!.bytes[at]);
  const second = later.find(({ bytes }) => isSame(bytes));
  assert.ok(
    first !== undefined && second !== undefined,
    `No second ${way} ${short}:\n${hop.story.join("\n")}`,
  );
  assert.ok(first.lost && !second.lost, hop.story.join("\n"));
  const waited = second.at - first.at;
  assert.ok(waited > 350 && waited < 2000, `It came again after ${waited} ms`);
}
