// The hash of a password at the least cost that the relay takes: a test has no time for more.

import { scryptSync } from "node:crypto";

export function cheapHash(password: string): string {
  const salt = new Uint8Array(16);
  const hash = new Uint8Array(scryptSync(password, salt, 32, { N: 8_192, r: 8, p: 1 }));
  const base64 = (bytes: Uint8Array) => bytes.toBase64({ omitPadding: true });
  return `$scrypt$ln=13,r=8,p=1$${base64(salt)}$${base64(hash)}`;
}
