// Digest authentication of a request by its user agent's shared secret: RFC 3261 section 22, RFC 7616, RFC 8760.

import type { Millis, Random } from "../context.ts";
import type { Credentials } from "./credentials.ts";
import { type Algorithm, equalHash, type Hash } from "../hash.ts";
import { Nonces, type NonceSharing, type NonceUse } from "./nonces.ts";

/**
 * Offered, topmost the one that a client should take (RFC 8760 section 2.3). MD5 stands first because clients in the field look at the first
 * challenge alone.
 */
export const defaultAlgorithms: readonly Algorithm[] = ["MD5", "SHA-256"];
const COUNT = /^[0-9a-f]{8}$/i;
const HEXADECIMAL = /^[0-9a-f]+$/i;

/**
 * What an answer to a challenge is worth. stale: right, but its nonce is used up (a fresh one will do, nobody need type a password
 * again). wrong: not this user's answer. malformed: a parameter lacks or makes no sense.
 */
export type Verdict = "good" | "stale" | "wrong" | "malformed";

/** What of the request the answer has to cover. */
export interface Claim {
  readonly credentials: Credentials;
  /** Method's text. */
  readonly method: string;
  /** Undefined: no such account. It takes the same time. */
  readonly password: string | undefined;
}

export class Digest {
  readonly realm: string;
  readonly #algorithms: readonly Algorithm[];
  readonly #hash: Hash;
  readonly #nonces: Nonces;
  /** Stands for the password of an account that does not exist. */
  readonly #nobody: string;

  constructor(
    options: {
      realm: string;
      algorithms?: readonly Algorithm[] | undefined;
      hash: Hash;
      random: Random;
      sharing?: NonceSharing | undefined;
    },
  ) {
    this.#algorithms = options.algorithms ?? defaultAlgorithms;
    this.realm = options.realm;
    this.#hash = options.hash;
    this.#nonces = new Nonces(options);
    this.#nobody = options.random.token();
  }

  /** WWW-Authenticate lines, one for each algorithm, the preferred one topmost, or with MD5 undermost. */
  challenge(now: Millis, stale = false, { md5Last = false } = {}): string[] {
    const algorithms = md5Last
      ? this.#algorithms.toSorted((one, other) => Number(one === "MD5") - Number(other === "MD5"))
      : this.#algorithms;
    return algorithms.map((algorithm) =>
      `WWW-Authenticate: Digest realm="${this.realm}", nonce="${this.#nonces.issue(algorithm, now)}", ` +
      `${stale ? "stale=true, " : ""}algorithm=${algorithm}, qop="auth"`
    );
  }

  /** A nonce was used elsewhere. */
  used(use: NonceUse, now: Millis): void {
    this.#nonces.take(use, now);
  }

  /** Weighs an answer, whose realm and uri the caller has compared. A good one uses up its nonce count. */
  verify(claim: Claim, now: Millis): Verdict {
    const { credentials } = claim;
    const username = credentials.get("username");
    const nonce = credentials.get("nonce");
    const uri = credentials.get("uri");
    const response = credentials.get("response");
    const cnonce = credentials.get("cnonce");
    const count = credentials.get("nc");
    const qop = credentials.get("qop");
    if (
      username === undefined || nonce === undefined || uri === undefined || response === undefined ||
      cnonce === undefined || count === undefined || qop?.toLowerCase() !== "auth" ||
      !COUNT.test(count) || !HEXADECIMAL.test(response)
    ) return "malformed";
    const named = (credentials.get("algorithm") ?? "MD5").toUpperCase();
    const algorithm = this.#algorithms.find((offered) => offered === named);
    if (algorithm === undefined) return "wrong";

    const secret = this.#hash(algorithm, `${username}:${this.realm}:${claim.password ?? this.#nobody}`);
    const covered = this.#hash(algorithm, `${claim.method}:${uri}`);
    const expected = this.#hash(algorithm, `${secret}:${nonce}:${count}:${cnonce}:${qop}:${covered}`);
    const equal = equalHash(response.toLowerCase(), expected);
    if (!equal || claim.password === undefined) return "wrong";
    // The nonce last: that it is stale may only be learnt by who knows the password (RFC 7616 section 3.3).
    return this.#nonces.use({ nonce, algorithm, count: parseInt(count, 16) }, now) ? "good" : "stale";
  }
}
