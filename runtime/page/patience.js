// @ts-check
// How long to wait for the next attempt, in milliseconds. Half as long again, or half of it, is chance: whoever was cut off together does not come back together.

const FIRST = 500;
const LONGEST = 15_000;
/** A relay that asks for more than this is waited for no longer. */
const LONGEST_TOLD = 300_000;

/** @param {number} failures attempts in turn that came to nothing before @param {number} chance 0 to 1 */
export function afterFailures(failures, chance = Math.random()) {
  const longest = Math.min(FIRST * 2 ** failures, LONGEST);
  return longest / 2 + chance * (longest / 2);
}

/**
 * What a relay that has too much to do asks for in Retry-After: never less.
 *
 * @param {string | null} header seconds @param {number} chance 0 to 1 @returns {number | undefined} undefined: it asks for nothing
 */
export function asTold(header, chance = Math.random()) {
  const asked = /^\d{1,9}$/.test(header ?? "") ? Math.min(Number(header) * 1_000, LONGEST_TOLD) : 0;
  return asked === 0 ? undefined : asked * (1 + chance / 2);
}
