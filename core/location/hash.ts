// The hashes of digest authentication, which the runtime lends to core.

export type Algorithm = "MD5" | "SHA-256";

/** Lower-case hexadecimal hash of the text's UTF-8. */
export type Hash = (algorithm: Algorithm, text: string) => string;

/** Compares two hashes in a time that tells nothing of where they differ. */
export function equalHash(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
