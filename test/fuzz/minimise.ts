// The shortest message of a find: pieces are taken out, halves first and single bytes last, then what is left is made plain, as long as the
// claim stays the same (Zeller's delta debugging).

/** Tries of one find at the most. */
const TRIES = 4_000;
const PLAIN = 0x61;

/** `same`: whether a message still has the same claim. */
export function minimise(
  message: Uint8Array,
  same: (message: Uint8Array) => boolean,
): Uint8Array<ArrayBuffer> {
  let left = TRIES;
  let best = message.slice();
  const better = (candidate: Uint8Array<ArrayBuffer>) => {
    if (left-- <= 0 || !same(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let round = 0; round < 3; round++) {
    const before = best.length;
    for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < best.length && left > 0;) {
        if (!better(without(best, at, at + size))) at += size;
      }
    }
    if (best.length === before) break;
  }
  for (let at = 0; at < best.length && left > 0; at++) {
    if (best[at] === PLAIN || !isLetter(best[at]!)) continue;
    const candidate = best.slice();
    candidate[at] = PLAIN;
    better(candidate);
  }
  return best;
}

function without(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const stop = Math.min(end, bytes.length);
  const rest = new Uint8Array(bytes.length - (stop - start));
  rest.set(bytes.subarray(0, start));
  rest.set(bytes.subarray(stop), start);
  return rest;
}

function isLetter(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f ? /[0-9A-Za-z]/.test(String.fromCharCode(byte)) : byte >= 0x80;
}
