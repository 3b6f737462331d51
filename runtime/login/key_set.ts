// A JWK Set (RFC 7517 section 5) as a file or a URL has it.

import type { JSONWebKeySet } from "jose";

/** Keys of a set. */
export const KEYS_LIMIT = 64;

/**
 * Reads the text of a JWK Set.
 *
 * @throws Error that says what is wrong, nothing of the text in it
 */
export function readKeySet(text: string, limit = KEYS_LIMIT): JSONWebKeySet {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    throw new Error("The JWK Set is not JSON");
  }
  const keys = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new Error("There is no JWK Set: an object with a list keys");
  if (keys.length > limit) throw new Error(`The JWK Set has more than ${limit} keys`);
  if (!keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key))) {
    throw new Error("A key of the JWK Set is not an object");
  }
  return { keys };
}
