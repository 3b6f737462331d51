// A phone that registers with digest, as texts: what a REGISTER looks like and how a challenge is answered (RFC 7616).

import { createHash } from "node:crypto";
import type { Random } from "../core/context.ts";
import type { Algorithm, Hash } from "../core/hash.ts";

export const hash: Hash = (algorithm, text) =>
  createHash(algorithm === "MD5" ? "md5" : "sha256").update(text).digest("hex");

/** Chance without chance: each token is new, and every run has the same ones. */
export function countedRandom(prefix = "token"): Random {
  let last = 0;
  return { token: () => `${prefix}${++last}`, uint32: () => ++last };
}

/** What of a REGISTER, or of another request, a test wants to differ. */
export interface RequestOptions {
  readonly method?: string;
  readonly requestUri?: string;
  readonly to?: string;
  readonly from?: string;
  readonly callId?: string;
  readonly cseq?: number;
  /** Further whole header lines. */
  readonly lines?: readonly string[];
}

export class DigestPhone {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  #count = 0;

  constructor(options: { user: string; password: string; realm: string }) {
    this.user = options.user;
    this.password = options.password;
    this.realm = options.realm;
  }

  /** A whole request. */
  request(options: RequestOptions = {}): string {
    const { method = "REGISTER", requestUri = `sip:${this.realm}`, callId = "call-1", cseq = 1 } = options;
    const own = `sip:${this.user}@${this.realm}`;
    return [
      `${method} ${requestUri} SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK${callId}-${cseq};rport`,
      "Max-Forwards: 70",
      `From: <${options.from ?? own}>;tag=f1`,
      `To: <${options.to ?? own}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...options.lines ?? [],
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n");
  }

  /** An Authorization line that answers one WWW-Authenticate line. `nc` counts by itself. */
  answer(challenge: string, options: {
    readonly algorithm?: Algorithm;
    readonly method?: string;
    readonly uri?: string;
    readonly nc?: number;
  } = {}): string {
    const { method = "REGISTER", uri = `sip:${this.realm}` } = options;
    const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? "";
    const algorithm = options.algorithm ?? (/algorithm=MD5/.test(challenge) ? "MD5" : "SHA-256");
    const nc = (options.nc ?? ++this.#count).toString(16).padStart(8, "0");
    const secret = hash(algorithm, `${this.user}:${this.realm}:${this.password}`);
    const covered = hash(algorithm, `${method}:${uri}`);
    const response = hash(algorithm, `${secret}:${nonce}:${nc}:0a4f113b:auth:${covered}`);
    return `Authorization: Digest username="${this.user}", realm="${this.realm}", nonce="${nonce}", uri="${uri}", ` +
      `algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="0a4f113b", response="${response}"`;
  }
}
