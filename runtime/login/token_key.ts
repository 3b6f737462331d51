// The key that the relay signs its own tokens with.

/** A new one: 32 bytes in base64url. */
export function newTokenKey(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
}
