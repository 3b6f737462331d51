// Sequence numbers of AKA, as a USIM checks them: 3GPP TS 33.102 annex C.2 with the array of C.3.1. Of the 48 bits of SQN = SEQ ‖ IND the last 5
// are IND, which says which of 32 places SEQ is compared with: vectors that were fetched together may be used in another order.

const PLACES = 32;
/** How far a number may run ahead at once (annex C.2.1, Δ = 2²⁸): a wrong one must not use up all that follow. */
const LEAP = 2 ** 28;

/** The highest SEQ that was taken at each place; plain data. */
export interface Sequence {
  readonly taken: number[];
}

export function newSequence(): Sequence {
  return { taken: new Array<number>(PLACES).fill(-1) };
}

/** Whether a challenge with this SQN is a new one: then its number is used up. */
export function takeSequence(sequence: Sequence, sqn: Uint8Array): boolean {
  const number = numberOf(sqn);
  const place = number % PLACES;
  const seq = Math.floor(number / PLACES);
  const highest = highestOf(sequence);
  if (seq <= sequence.taken[place]! || (highest >= 0 && seq - highest > LEAP)) return false;
  sequence.taken[place] = seq;
  return true;
}

/** SQN_MS: the highest one that was taken, 6 bytes (annex C.3.1). */
export function highestSqn(sequence: Sequence): Uint8Array {
  const seq = Math.max(0, highestOf(sequence));
  const number = seq * PLACES + Math.max(0, sequence.taken.indexOf(seq));
  return Uint8Array.from({ length: 6 }, (_, at) => Math.floor(number / 2 ** (8 * (5 - at))) % 256);
}

function highestOf({ taken }: Sequence): number {
  return Math.max(...taken);
}

/** 48 bits are exact in a double. */
function numberOf(sqn: Uint8Array): number {
  return sqn.reduce((number, byte) => number * 256 + byte, 0);
}
