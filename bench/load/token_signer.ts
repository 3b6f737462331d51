// Signs the tokens (RFC 7519) that browsers log in with, before a trial begins: the generator only says them.

import { createPrivateKey } from "node:crypto";
import { importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import { userOf } from "./generator/population.ts";

export interface TokenClaims {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** The claim that names the user. */
  readonly claim: string;
  /** Which of its issuer's keys it is, if the key file does not say. */
  readonly keyId?: string | undefined;
}

/** Seconds that tokens hold: longer than any run. */
const LIFETIME = 172_800;
const SECRET_BYTES = 32;
const ALGORITHMS = ["HS256", "RS256", "ES256"];
/** At once: the library signs in threads of its own. */
const TOGETHER = 256;

export class TokenSigner {
  readonly #key: CryptoKey | Uint8Array;
  readonly #header: { readonly alg: string; readonly kid?: string };
  readonly #claims: TokenClaims;
  /** By stream; trials share them. */
  readonly #tokens: string[] = [];

  private constructor(
    { key, alg, kid }: { key: CryptoKey | Uint8Array; alg: string; kid: string | undefined },
    claims: TokenClaims,
  ) {
    this.#key = key;
    this.#header = { alg, ...(kid === undefined ? {} : { kid }) };
    this.#claims = claims;
  }

  /**
   * `text`: a private key as PEM or JWK for RS256 or ES256; anything else is the secret of HS256, as the relay's own file has it.
   *
   * @throws RangeError that says nothing of what is in it
   */
  static async open(text: string, claims: TokenClaims): Promise<TokenSigner> {
    const jwk = jwkOf(text);
    const alg = typeof jwk.alg === "string" ? jwk.alg : algorithmOf(jwk);
    if (alg === undefined || !ALGORITHMS.includes(alg)) {
      throw new RangeError(`--token-key is no key of ${ALGORITHMS.join(", ")}`);
    }
    if (alg !== "HS256" && jwk.d === undefined) {
      throw new RangeError("--token-key is a public key, which cannot sign");
    }
    try {
      const key = await importJWK(jwk, alg);
      return new TokenSigner({ key, alg, kid: claims.keyId ?? jwk.kid }, claims);
    } catch {
      throw new RangeError("--token-key cannot be used");
    }
  }

  /** Of the first so many streams. */
  async tokens(count: number): Promise<readonly string[]> {
    while (this.#tokens.length < count) {
      const first = this.#tokens.length;
      const more = Math.min(TOGETHER, count - first);
      this.#tokens.push(
        ...await Promise.all(Array.from({ length: more }, (_, at) => this.#sign(first + at))),
      );
    }
    return this.#tokens.slice(0, count);
  }

  #sign(stream: number): Promise<string> {
    const { claim, issuer, audience } = this.#claims;
    const now = Math.floor(Date.now() / 1e3);
    const claims: JWTPayload = {
      iat: now,
      exp: now + LIFETIME,
      [claim]: userOf(stream),
      ...(issuer === undefined ? {} : { iss: issuer }),
      ...(audience === undefined ? {} : { aud: audience }),
    };
    return new SignJWT(claims).setProtectedHeader(this.#header).sign(this.#key);
  }
}

function jwkOf(text: string): JWK {
  if (text.trimStart().startsWith("{")) return readJwk(text);
  if (text.includes("-----BEGIN ")) {
    try {
      return createPrivateKey(text).export({ format: "jwk" }) as JWK;
    } catch {
      throw new RangeError("--token-key has no private key in PEM that can be read");
    }
  }
  // The end of the line is the editor's.
  const secret = new TextEncoder().encode(text.replace(/\r?\n$/, ""));
  if (secret.length < SECRET_BYTES) {
    throw new RangeError(`--token-key is neither PEM nor JWK, and has fewer than ${SECRET_BYTES} bytes`);
  }
  return { kty: "oct", k: secret.toBase64({ alphabet: "base64url", omitPadding: true }) };
}

function readJwk(text: string): JWK {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError("--token-key is not JSON");
  }
}

function algorithmOf({ kty, crv }: JWK): string | undefined {
  if (kty === "oct") return "HS256";
  if (kty === "RSA") return "RS256";
  return kty === "EC" && crv === "P-256" ? "ES256" : undefined;
}
