// INVITEs whose sessions are over, by their branches, which are ours and nobody else's to choose.

import { AgingIndex } from "../../aging_index.ts";
import type { Millis } from "../../context.ts";
import { keySum } from "../../key_sum.ts";

/** Half a minute of 16,000 calls a second, in 36 MiB. */
const LIMIT = 2 ** 19;
/** Whoever answers our INVITE twice under one tag fools nobody but itself. */
const TAG_SEED = 1;
const TAG = 0;
const CALL = 1;
const THROUGH = 2;

/** What is known of an INVITE. */
export interface EndedEntry {
  readonly call: number;
  /** The sibling shard whose sockets reach the peer, -1 = ours do. */
  readonly through: number;
  /** Until when it is remembered. */
  readonly until: Millis;
  /** The dialog that was asked for has had its BYE. */
  readonly isKnown: boolean;
  /** How many of the INVITE's dialogs are remembered. */
  readonly dialogs: number;
}

export class EndedTable {
  readonly #index: AgingIndex;

  /** `limit`: a power of 2. When there are more, the oldest is forgotten. */
  constructor({ limit = LIMIT, seed }: { limit?: number; seed: number }) {
    this.#index = new AgingIndex({ limit, seed });
  }

  get size(): number {
    return this.#index.size;
  }

  /** One dialog of an INVITE. `tag` "" = none that has had its BYE. */
  add(
    { branch, tag, call, through }: { branch: string; tag: string; call: number; through: number },
    times: { now: Millis; until: Millis },
  ): void {
    const index = this.#index;
    const number = index.add(branch, times);
    index.setOwn(number, TAG, keySum(tag, TAG_SEED));
    index.setOwn(number, CALL, call);
    index.setOwn(number, THROUGH, through);
  }

  /** What is remembered of the INVITE with this branch. */
  find(branch: string, tag: string, now: Millis): EndedEntry | undefined {
    const index = this.#index;
    const first = index.find(branch, now);
    if (first === 0) return undefined;
    const wanted = keySum(tag, TAG_SEED);
    let isKnown = false;
    let dialogs = 0;
    for (let number = first; number !== 0; number = index.older(number, now)) {
      dialogs++;
      if (index.own(number, TAG) === wanted) isKnown = true;
    }
    const call = index.own(first, CALL);
    return { call, through: index.own(first, THROUGH), until: index.until(first), isKnown, dialogs };
  }
}
