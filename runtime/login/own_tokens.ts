// The tokens that the relay gives to those who have proved their password: short-lived, given anew until the password has to be proved again.

import { SignJWT } from "jose";
import type { Millis } from "../../core/context.ts";
import type { TokenRules } from "./tokens.ts";

/** Seconds that a token holds, and that may lie between a password and the last token that came of it. */
export const LIFETIME = 600;
export const SESSION = 43_200;

const ALGORITHM = "HS256";
const KEY_ID = "ropeway";
const ISSUER = "ropeway";

export interface OwnTokensOptions {
  /** 32 bytes in base64url, the same in all shards. */
  readonly key: string;
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly wallClock: () => Millis;
}

export interface Given {
  readonly token: string;
  /** Seconds. */
  readonly lifetime: number;
}

export class OwnTokens {
  readonly #key: Uint8Array<ArrayBuffer>;
  readonly #rules: TokenRules;
  readonly #wallClock: () => Millis;

  constructor({ key, domain, wallClock }: OwnTokensOptions) {
    this.#key = Uint8Array.fromBase64(key, { alphabet: "base64url" });
    this.#wallClock = wallClock;
    this.#rules = {
      algorithm: ALGORITHM,
      key: this.#key,
      issuer: ISSUER,
      audience: domain,
      claim: "sub",
      isOwn: true,
    };
  }

  /** How a token whose key has this name is checked, when it says that it is ours. */
  rulesOf(keyId: string | undefined): TokenRules | undefined {
    return keyId === KEY_ID ? this.#rules : undefined;
  }

  /** `since`: when the password was proved, in seconds since 1970. Undefined: too long ago. */
  async give(user: string, since = this.#now()): Promise<Given | undefined> {
    const lifetime = Math.min(LIFETIME, since + SESSION - this.#now());
    if (lifetime <= 0) return undefined;
    const token = await new SignJWT({ auth_time: since })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID, typ: "JWT" })
      .setSubject(user)
      .setIssuer(ISSUER)
      .setAudience(this.#rules.audience!)
      .setExpirationTime(this.#now() + lifetime)
      .sign(this.#key);
    return { token, lifetime };
  }

  #now(): number {
    return Math.floor(this.#wallClock() / 1_000);
  }
}
