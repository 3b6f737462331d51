// Chance that can be told again: the same seed gives the same numbers.

/** Numbers from 0 up to, not including, 1 (Marsaglia's xorshift32). */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
