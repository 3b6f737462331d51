// The tokens that the relay gives to those who have proved their password: short-lived, given anew until the password has to be proved again.
// They hold as long as the user has that password: a mark of its hash is in them.

import { createHmac } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import type { Millis } from "../../core/context.ts";
import type { TokenRules } from "./tokens.ts";

/** Seconds that a token holds, and that may lie between a password and the last token that came of it. */
export const LIFETIME = 600;
export const SESSION = 43_200;

const ALGORITHM = "HS256";
const KEY_ID = "ropeway";
const ISSUER = "ropeway";
/** Claim of the mark, and its characters. */
const MARK = "pwd";
const MARK_LENGTH = 16;

export interface OwnTokensOptions {
  /** 32 bytes in base64url, the same in all shards. */
  readonly key: string;
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly wallClock: () => Millis;
  /** The hash of a user's password as it is now; undefined: there is no such user. */
  readonly hashOf: (user: string) => string | undefined;
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
  readonly #hashOf: OwnTokensOptions["hashOf"];

  constructor({ key, domain, wallClock, hashOf }: OwnTokensOptions) {
    this.#hashOf = hashOf;
    this.#key = Uint8Array.fromBase64(key, { alphabet: "base64url" });
    this.#wallClock = wallClock;
    this.#rules = {
      algorithm: ALGORITHM,
      key: this.#key,
      issuer: ISSUER,
      audience: domain,
      claim: "sub",
      holds: (payload) => this.#holds(payload),
    };
  }

  /** How a token whose key has this name is checked, when it says that it is ours. */
  rulesOf(keyId: string | undefined): TokenRules | undefined {
    return keyId === KEY_ID ? this.#rules : undefined;
  }

  /** `since`: when the password was proved, in seconds since 1970. Undefined: too long ago, or the user is gone. */
  async give(user: string, since = this.#now()): Promise<Given | undefined> {
    const lifetime = Math.min(LIFETIME, since + SESSION - this.#now());
    const mark = this.#markOf(user);
    if (lifetime <= 0 || mark === undefined) return undefined;
    const token = await new SignJWT({ auth_time: since, [MARK]: mark })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID, typ: "JWT" })
      .setSubject(user)
      .setIssuer(ISSUER)
      .setAudience(this.#rules.audience!)
      .setExpirationTime(this.#now() + lifetime)
      .sign(this.#key);
    return { token, lifetime };
  }

  #holds({ sub, [MARK]: mark }: JWTPayload): boolean {
    return sub !== undefined && mark !== undefined && mark === this.#markOf(sub);
  }

  /** Tells nothing of the hash to who does not have the key. */
  #markOf(user: string): string | undefined {
    const hash = this.#hashOf(user);
    if (hash === undefined) return undefined;
    return createHmac("sha256", this.#key).update(hash).digest("base64url").slice(0, MARK_LENGTH);
  }

  #now(): number {
    return Math.floor(this.#wallClock() / 1_000);
  }
}
