// POST /login: a password for a token, or a token that still holds for a fresh one.
//
//   POST /login  {"user":"alice","password":"…"}     200 {"access_token":"…","token_type":"Bearer","expires_in":600,"user":"alice"}
//   POST /login  Authorization: Bearer …             the same, until the password has to be proved again

import { isIP } from "node:net";
import type { Millis } from "../../core/context.ts";
import { type Asking, isLoopback } from "../http/access.ts";
import type { Refusal } from "../http/refusal.ts";
import { Attempts } from "./attempts.ts";
import { type OwnTokens, SESSION } from "./own_tokens.ts";
import type { Passwords } from "./passwords.ts";
import type { Proof } from "./tokens.ts";

/** Bytes of a request's body. */
const BODY_LIMIT = 2_048;
/** Characters of a user's name and of a password. */
const TEXT_LIMIT = 256;
const NAMES = 10_000;

/** What is answered to a login that is good (RFC 6749 section 5.1). */
export interface Granted {
  readonly access_token: string;
  readonly token_type: "Bearer";
  /** Seconds. */
  readonly expires_in: number;
  readonly user: string;
}

export interface PasswordLoginOptions {
  readonly passwords: Passwords;
  readonly tokens: OwnTokens;
  /** Monotonic clock. */
  readonly now: () => Millis;
}

export class PasswordLogin {
  readonly #options: PasswordLoginOptions;
  /** Wrong passwords by whoever sends them, and by whose they were to be. */
  readonly #addresses: Attempts;
  readonly #users: Attempts;
  #good = 0;
  #wrong = 0;
  #held = 0;

  constructor(options: PasswordLoginOptions) {
    this.#options = options;
    const { now } = options;
    this.#addresses = new Attempts({ burst: 10, every: 6_000, limit: NAMES, now });
    this.#users = new Attempts({ burst: 10, every: 10_000, limit: NAMES, now });
  }

  /** Good and wrong passwords, and those that were not looked at because there were too many. */
  get counts(): { readonly good: number; readonly wrong: number; readonly held: number } {
    return { good: this.#good, wrong: this.#wrong, held: this.#held };
  }

  /** `remote`: the peer's address. */
  async enter(request: Request, remote: string): Promise<Granted | Refusal> {
    const asked = await readBody(request);
    if ("status" in asked) return asked;
    const names = [[this.#addresses, addressOf(request, remote)], [this.#users, asked.user]] as const;
    for (const [at, [attempts, name]] of names.entries()) {
      const wait = attempts.take(name);
      if (wait === 0) continue;
      // What was counted before is not: this one is not tried at all.
      for (const [other, before] of names.slice(0, at)) other.giveBack(before);
      return this.#hold(429, "Too many wrong passwords", wait);
    }
    const found = await this.#options.passwords.check(asked.user, asked.password);
    if (found !== false) { for (const [attempts, name] of names) attempts.giveBack(name); }
    if (found === "busy") return this.#hold(503, "Too many log in at once", 5_000);
    if (!found) {
      this.#wrong++;
      const headers = { "www-authenticate": 'Bearer realm="ropeway"' };
      return { status: 401, reason: "User or password is wrong", headers };
    }
    this.#good++;
    return await this.#grant(asked.user);
  }

  /** For one whose token is good. */
  async renew(proof: Proof): Promise<Granted | Refusal> {
    if (proof.since === undefined) {
      return { status: 403, reason: "The relay renews no tokens but its own" };
    }
    return await this.#grant(proof.user, proof.since);
  }

  async #grant(user: string, since?: number): Promise<Granted | Refusal> {
    const given = await this.#options.tokens.give(user, since);
    if (given === undefined) {
      const headers = { "www-authenticate": 'Bearer realm="ropeway", error="invalid_token"' };
      return { status: 401, reason: `The password is needed again after ${SESSION / 3_600} hours`, headers };
    }
    return { access_token: given.token, token_type: "Bearer", expires_in: given.lifetime, user };
  }

  #hold(status: number, reason: string, wait: Millis): Refusal {
    this.#held++;
    return { status, reason, headers: { "retry-after": `${Math.ceil(wait / 1_000)}` } };
  }
}

/** Who asks. A proxy on this very machine says whom it asks for; an IPv6 network counts as one. */
export function addressOf({ headers }: Asking, remote: string): string {
  const last = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  const address = isLoopback(remote) && isIP(last) !== 0 ? last : remote;
  return isIP(address) === 6 ? networkOf(address) : address;
}

/** The first 64 bits, as URLs write them. */
function networkOf(address: string): string {
  const plain = URL.parse(`http://[${address.split("%")[0]}]`)?.hostname.slice(1, -1) ?? address;
  const [left = "", right] = plain.split("::");
  const groups = left.split(":");
  if (right === undefined) return groups.slice(0, 4).join(":");
  const tail = right === "" ? [] : right.split(":");
  const head = left === "" ? [] : groups;
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}

async function readBody(request: Request): Promise<{ user: string; password: string } | Refusal> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  // A form of somebody else's page could send anything but this without asking.
  if (type !== "application/json") return { status: 415, reason: "A login is application/json" };
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > BODY_LIMIT) return { status: 413, reason: `A login has at most ${BODY_LIMIT} bytes` };
      chunks.push(chunk);
    }
  } catch {
    return { status: 400, reason: "The request broke off" };
  }
  const { user, password } = readObject(await new Blob(chunks).text());
  if (!isText(user) || !isText(password)) {
    return { status: 400, reason: 'A login is {"user":"...","password":"..."}' };
  }
  return { user, password };
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= TEXT_LIMIT;
}
