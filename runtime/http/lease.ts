// A login that ends, and a fresh token for it over the WebSocket that stands:
//
//   browser ──► {"token":"eyJ…"}                             ROAP has no such message: it begins with these very bytes
//   browser ◄── {"token":"accepted","expires":1767225600}    seconds since 1970
//   browser ◄── {"token":"refused","reason":"…"}             the login goes on as it was

import type { Millis } from "../../core/context.ts";
import type { Logins } from "../login/logins.ts";
import { TOKEN_LIMIT } from "../login/token_place.ts";
import type { Admitted } from "./doorkeeper.ts";

export interface LeaseOptions {
  /** Milliseconds since 1970. */
  readonly expires: Millis;
  /** What a fresh token says: when the login ends then, or why it is refused. Never fails. */
  readonly renew: (token: string) => Promise<Millis | string>;
}

const BEGINNING = new TextEncoder().encode('{"token":"');
const decoder = new TextDecoder();

export class Lease {
  readonly #renew: LeaseOptions["renew"];
  #expires: Millis;
  #busy = false;

  constructor({ expires, renew }: LeaseOptions) {
    this.#expires = expires;
    this.#renew = renew;
  }

  isOver(now: Millis): boolean {
    return this.#expires <= now;
  }

  /** Resolves to the answer for the browser. */
  async renew(token: string): Promise<string> {
    if (this.#busy) return refused("Another token is looked at");
    this.#busy = true;
    const found = await this.#renew(token);
    this.#busy = false;
    if (typeof found === "string") return refused(found);
    // An older one takes nothing away: it has come late.
    this.#expires = Math.max(this.#expires, found);
    return JSON.stringify({ token: "accepted", expires: Math.floor(this.#expires / 1_000) });
  }
}

/** For who has come in with a token; undefined = with none, and may stay. */
export function leaseOf({ user, expires }: Admitted, logins: Logins | undefined): Lease | undefined {
  if (logins === undefined || expires === undefined) return undefined;
  const renew = async (token: string) => {
    const found = await logins.check(token);
    if ("kind" in found) return found.reason;
    return found.user === user ? found.expires : "The token is for another user";
  };
  return new Lease({ expires, renew });
}

/** The fresh token that a text is; undefined = it is something else. A ROAP message costs the look at its third byte. */
export function freshToken(text: Uint8Array): string | undefined {
  for (let at = 0; at < BEGINNING.length; at++) if (text[at] !== BEGINNING[at]) return undefined;
  if (text.length > TOKEN_LIMIT + BEGINNING.length + 2) return undefined;
  try {
    const { token, ...others } = JSON.parse(decoder.decode(text));
    return typeof token === "string" && Object.keys(others).length === 0 ? token : undefined;
  } catch {
    return undefined;
  }
}

function refused(reason: string): string {
  return JSON.stringify({ token: "refused", reason });
}
