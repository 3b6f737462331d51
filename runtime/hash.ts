// The digests that core's registrar asks for (RFC 8760), from the crypto library that Deno carries.

import { hash as digest } from "node:crypto";

/** Lower-case hexadecimal digest of the text's UTF-8. */
export function hash(algorithm: "MD5" | "SHA-256", text: string): string {
  return digest(algorithm === "MD5" ? "md5" : "sha256", text, "hex");
}
