// Tokens of browsers (RFC 7519): who signed them, for whom, until when, and whom they name.

import { createLocalJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { Millis } from "../../core/context.ts";
import type { LoginConfig } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { OwnTokens } from "./own_tokens.ts";
import { userOfClaim } from "./public_identity.ts";
import { KeysUnavailable, RemoteKeys, type RemoteKeysLimits } from "./remote_keys.ts";
import type { TokenFault } from "./token_fault.ts";
import { TOKEN_LIMIT } from "./token_place.ts";

/** Seconds that two clocks may differ. */
export const SKEW = 30;
/** Tokens that are looked at, at a time. */
const BUSY_LIMIT = 1_024;

/** What a good token says. */
export interface Proof {
  readonly user: string;
  /** When the login ends, in milliseconds since 1970. */
  readonly expires: Millis;
  /** Of a token that the relay gave: when the password was proved, in seconds since 1970. */
  readonly since?: number;
}

/** Who may have signed a token, and what it has to say. */
export interface TokenRules {
  readonly algorithm: string;
  readonly key: Uint8Array | RemoteKeys["find"];
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** The claim that names the user. */
  readonly claim: string;
  /** The relay itself has: whether it still stands by it. */
  readonly holds?: (payload: JWTPayload) => boolean;
}

export interface TokensOptions {
  readonly config: LoginConfig;
  /** Lower case. */
  readonly domain: string;
  /** Those that the relay gives itself. */
  readonly own: OwnTokens | undefined;
  readonly log: Log;
  /** Monotonic clock. */
  readonly now: () => Millis;
  /** Milliseconds since 1970. */
  readonly wallClock: () => Millis;
  readonly keyLimits?: Partial<RemoteKeysLimits> | undefined;
}

export class Tokens {
  readonly #options: TokensOptions;
  #rules: ReadonlyMap<string, TokenRules>;
  readonly #remote: RemoteKeys | undefined;
  #busy = 0;

  constructor(options: TokensOptions) {
    this.#options = options;
    const { config: { keys }, log, now, keyLimits = {} } = options;
    if (keys !== undefined && "url" in keys) {
      this.#remote = new RemoteKeys({ url: keys.url, log, now, limits: keyLimits });
    }
    this.#rules = rulesOf(options.config, this.#remote);
  }

  /** Other keys from now on. Those behind a URL, which stays the same, are fetched now. */
  renew(config: LoginConfig): void {
    this.#rules = rulesOf(config, this.#remote);
    this.#remote?.renew();
  }

  start(): void {
    this.#remote?.start();
  }

  close(): void {
    this.#remote?.close();
  }

  async check(token: string): Promise<Proof | TokenFault> {
    if (token.length > TOKEN_LIMIT) {
      return { kind: "malformed", reason: `The token is longer than ${TOKEN_LIMIT} characters` };
    }
    if (this.#busy >= BUSY_LIMIT) return { kind: "unavailable", reason: "Too many log in at once" };
    this.#busy++;
    try {
      const rules = this.#rulesOf(token);
      if (rules === undefined) {
        return { kind: "algorithm", reason: "Tokens of this algorithm are not accepted" };
      }
      return await this.#verify(token, rules);
    } catch (error) {
      return faultOf(error);
    } finally {
      this.#busy--;
    }
  }

  #rulesOf(token: string): TokenRules | undefined {
    const { alg, kid } = decodeProtectedHeader(token);
    return this.#options.own?.rulesOf(kid) ?? this.#rules.get(alg ?? "");
  }

  async #verify(token: string, rules: TokenRules): Promise<Proof | TokenFault> {
    const { algorithm, key, issuer, audience, claim, holds } = rules;
    const { wallClock, domain } = this.#options;
    const checks = {
      algorithms: [algorithm],
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
      clockTolerance: SKEW,
      currentDate: new Date(wallClock()),
      requiredClaims: ["exp"],
    };
    const { payload } = typeof key === "function"
      ? await jwtVerify(token, key, checks)
      : await jwtVerify(token, key, checks);
    if (holds?.(payload) === false) {
      return { kind: "revoked", reason: "The password has to be proved again" };
    }
    const user = userOfClaim(ownMember(payload, claim), domain);
    if (user === undefined) return { kind: "user", reason: "The token names no user of this domain" };
    const expires = (payload.exp! + SKEW) * 1_000;
    // JSON has numbers that no clock reaches.
    if (!Number.isSafeInteger(Math.floor(expires))) return { kind: "claims", reason: CLAIMS["exp"]! };
    const since = payload["auth_time"];
    return holds !== undefined && typeof since === "number" ? { user, expires, since } : { user, expires };
  }
}

/** By algorithm: that chooses the key, never the other way round, for a public key is no secret of HS256's. */
function rulesOf(
  { secret, keys, issuer, audience, claim }: LoginConfig,
  remote: RemoteKeys | undefined,
): ReadonlyMap<string, TokenRules> {
  const common = { issuer, audience, claim };
  const rules = new Map<string, TokenRules>();
  if (secret !== undefined) {
    rules.set("HS256", { ...common, algorithm: "HS256", key: new TextEncoder().encode(secret) });
  }
  if (keys === undefined) return rules;
  const find: RemoteKeys["find"] = "set" in keys
    ? createLocalJWKSet(keys.set)
    : (header) => remote!.find(header);
  for (const algorithm of ["RS256", "ES256"]) rules.set(algorithm, { ...common, algorithm, key: find });
  return rules;
}

/** A claim of that name that is really there: `constructor` is none. */
export function ownMember(payload: JWTPayload, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: "The token is from another issuer",
  aud: "The token is for another audience",
  exp: "The token does not say until when it holds (exp)",
};

function faultOf(error: unknown): TokenFault {
  if (error instanceof KeysUnavailable) return { kind: "unavailable", reason: error.message };
  if (error instanceof errors.JWTExpired) return { kind: "expired", reason: "The token has expired" };
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf" && error.reason === "check_failed") {
      return { kind: "early", reason: "The token does not hold yet" };
    }
    return { kind: "claims", reason: CLAIMS[error.claim] ?? "A claim of the token cannot be read" };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return { kind: "signature", reason: "The signature of the token is wrong" };
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return { kind: "key", reason: "The key of the token is not known here" };
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return { kind: "key", reason: "The token does not say which key it is signed with (kid)" };
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return { kind: "algorithm", reason: "Tokens of this algorithm are not accepted" };
  }
  // What a key of the set or a token is that the library cannot use.
  return { kind: "malformed", reason: "The token cannot be read" };
}
