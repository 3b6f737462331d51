// A text as a number, for tables that keep numbers only.

/**
 * Two FNV-1a sums of a text in 53 bits, the upper half of one in the other: the same each time, and nobody's to choose without the seed. Whoever sees a sum of
 * his own text can work the seed out: it is for nothing else then.
 */
export function keySum(key: string, seed: number): number {
  let left = seed | 0;
  let right = ~seed;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    left = Math.imul(left ^ unit, 0x01000193);
    right = Math.imul(right ^ unit ^ (left >>> 15), 0x01000193);
  }
  return (left >>> 0) * 2 ** 21 + (right >>> 11);
}
