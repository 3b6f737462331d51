// Whoever gives tokens to browsers: keys, what they publish, and tokens as good or as bad as a test wants them.

import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** Milliseconds since 1970 that tests begin at. */
export const NOW = 1_700_000_000_000;
export const SECRET = "0123456789abcdef0123456789abcdef";
export const ISSUER = "https://issuer.test";
export const AUDIENCE = "ropeway";

export interface TokenOptions {
  /** Seconds from `NOW` until it has expired; undefined = it never does. */
  readonly lifetime?: number | undefined;
  readonly claims?: JWTPayload;
  /** Names of claims that are left out. */
  readonly without?: readonly string[];
  readonly kid?: string | undefined;
}

/** A key that signs, and what others may know of it. */
export interface SigningKey {
  readonly algorithm: string;
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
  readonly published: JWK;
}

export async function newKey(algorithm: "RS256" | "ES256", kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const published = { ...await exportJWK(publicKey), kid, alg: algorithm, use: "sig" };
  return { algorithm, kid, key: privateKey, published };
}

export function secretKey(secret = SECRET): SigningKey {
  return { algorithm: "HS256", kid: "shared", key: new TextEncoder().encode(secret), published: {} };
}

export async function tokenOf(user: unknown, by: SigningKey, options: TokenOptions = {}): Promise<string> {
  const { lifetime = 300, claims = {}, without = [], kid = by.kid } = options;
  const all: Record<string, unknown> = {
    sub: user,
    iss: ISSUER,
    aud: AUDIENCE,
    exp: NOW / 1_000 + lifetime,
    ...claims,
  };
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
  return await new SignJWT(kept).setProtectedHeader({ alg: by.algorithm, kid }).sign(by.key);
}

/** A token put together by hand, whatever the library would say of it. */
export function rawToken(header: object, claims: object, signature = ""): string {
  const part = (value: object) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
  return `${part(header)}.${part(claims)}.${signature}`;
}
