// One execution: a message through a target, with a limit to the codec's steps, and what came of it.

import { type Claim, claimOf } from "./claim.ts";
import type { Target } from "./targets/target.ts";

/** Turns of loops that the codec gets for each byte of the message and on top: several times what any message of that length has been seen to need. */
const STEPS_PER_BYTE = 100;
const STEPS_AT_LEAST = 20_000;

export interface Outcome {
  readonly claim: Claim | undefined;
  /** Whether the codec took the message. */
  readonly taken: boolean;
  /** Turns of loops that the codec took, 0 with a claim. */
  readonly steps: number;
}

/** Without SIMD a scan takes a turn for each byte. */
const SCALAR = 16;

/** Runs a target, and its thorough checks when asked for. */
export function execute(target: Target, message: Uint8Array, thorough: boolean): Outcome {
  const { steps } = target.build;
  const otherSteps = target.other?.steps ?? new Uint32Array(1);
  const limit = STEPS_AT_LEAST + STEPS_PER_BYTE * message.length;
  steps[0] = limit;
  otherSteps[0] = SCALAR * limit;
  try {
    const taken = target.run(message);
    const used = limit - steps[0];
    if (thorough && target.thorough !== undefined) {
      // What costs more than a message may, and does not guide.
      steps[0] = 0;
      target.thorough(message);
    }
    return { claim: undefined, taken, steps: used };
  } catch (error) {
    return { claim: claimOf(error, Math.min(steps[0] ?? 0, otherSteps[0] ?? 0)), taken: false, steps: 0 };
  }
}
