// Chance that is none: tokens are counted, so a story can be read and comes out the same each time.

import type { Random } from "../../core/context.ts";

/** @param name Goes into each token, so that those of two nodes differ. */
export function countedRandom(name: string): Random {
  let count = 0;
  const prefix = name.replace(/[^A-Za-z0-9]/g, "");
  return {
    token: () => `${prefix}x${(++count).toString(36).padStart(6, "0")}`,
    uint32: () => (++count * 2654435761) >>> 0,
  };
}
