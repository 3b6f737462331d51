// What the nonce of a Digest AKA challenge holds (RFC 3310 3.2, RFC 4169).

export interface AkaNonce {
  readonly rand: Uint8Array;
  readonly autn: Uint8Array;
  /** What the server put behind them. */
  readonly data: Uint8Array;
}

const part = 16;

export function isAka(algorithm: string | undefined): boolean {
  return algorithm !== undefined && /^akav[12]-/i.test(algorithm);
}

/** undefined: not base64 of at least RAND and AUTN. */
export function readAkaNonce(nonce: string): AkaNonce | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(nonce) || nonce.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(nonce), (unit) => unit.charCodeAt(0));
  if (bytes.length < 2 * part) return undefined;
  return { rand: bytes.slice(0, part), autn: bytes.slice(part, 2 * part), data: bytes.slice(2 * part) };
}
