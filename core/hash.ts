// Hashes and the block cipher of authentication, which the runtime lends to core.

/** RFC 7616 section 3.2, RFC 8760. */
export type Algorithm = "MD5" | "SHA-256" | "SHA-512-256";

/** Lower-case hexadecimal hash of the bytes, or of the text's UTF-8. */
export type Hash = (algorithm: Algorithm, data: string | Uint8Array) => string;

/** AES-128 of one block of 16 bytes under a key of 16: the kernel of Milenage (3GPP TS 35.206 section 5). */
export type BlockCipher = (key: Uint8Array, block: Uint8Array) => Uint8Array;

/** Compares two hashes in a time that tells nothing of where they differ. */
export function equalHash(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
