// The login of browsers, where one is configured: by tokens of others, and by passwords for tokens of our own.

import type { Millis } from "../../core/context.ts";
import type { LoginConfig } from "../config/config.ts";
import { type Asking, isLoopback } from "../http/access.ts";
import type { Refusal } from "../http/refusal.ts";
import type { Log } from "../log.ts";
import { OwnTokens } from "./own_tokens.ts";
import { type Granted, PasswordLogin } from "./password_login.ts";
import { Passwords } from "./passwords.ts";
import type { RemoteKeysLimits } from "./remote_keys.ts";
import { type FaultKind, invalidRequest, refusalOf, type TokenFault } from "./token_fault.ts";
import { SEVERAL, tokenOf } from "./token_place.ts";
import { type Proof, Tokens } from "./tokens.ts";

/** Between two log lines about refused tokens. */
const LOG_PAUSE: Millis = 1_000;
const MISSING: TokenFault = { kind: "missing", reason: "A token is needed to log in" };

export interface LoginsOptions {
  readonly config: LoginConfig;
  /** Lower case. */
  readonly domain: string;
  /** Of the relay's own tokens, the same in all shards. */
  readonly key: string;
  readonly log: Log;
  /** Monotonic clock. */
  readonly now: () => Millis;
  /** Milliseconds since 1970. */
  readonly wallClock: () => Millis;
  readonly keyLimits?: Partial<RemoteKeysLimits> | undefined;
}

export interface HowTo {
  readonly by: "token" | "password";
  readonly user?: string;
  /** Seconds. */
  readonly expires_in?: number;
}

export class Logins {
  /** Undefined: only tokens of others are taken. */
  readonly passwords: PasswordLogin | undefined;
  /** Milliseconds since 1970. */
  readonly wallClock: () => Millis;
  readonly #tokens: Tokens;
  readonly #known: Passwords | undefined;
  readonly #log: Log;
  readonly #now: () => Millis;
  readonly #faults = new Map<FaultKind, number>();
  #good = 0;
  #loggedAt: Millis = -Infinity;
  #unlogged = 0;

  constructor(options: LoginsOptions) {
    const { config, key, domain, wallClock, log, now } = options;
    this.wallClock = wallClock;
    this.#log = log;
    this.#now = now;
    if (config.passwords === undefined) {
      this.#tokens = new Tokens({ ...options, own: undefined });
      return;
    }
    const known = this.#known = new Passwords(config.passwords);
    const own = new OwnTokens({ key, domain, wallClock, hashOf: (user) => known.hashOf(user) });
    this.#tokens = new Tokens({ ...options, own });
    this.passwords = new PasswordLogin({ passwords: known, tokens: own, now });
  }

  /** The files have been read again. The ways to log in are the same, who may and by which keys is new. */
  renew(config: LoginConfig): void {
    this.#tokens.renew(config);
    if (config.passwords !== undefined) this.#known?.renew(config.passwords);
    const users = config.passwords?.length;
    const keys = config.keys !== undefined && "set" in config.keys ? config.keys.set.keys.length : undefined;
    this.#log.info({ users, keys }, "The login has been read anew");
  }

  start(): void {
    this.#tokens.start();
  }

  close(): void {
    this.#tokens.close();
  }

  /** Good tokens, and the others by what was wrong with them. */
  get counts(): { readonly good: number } & { readonly [kind in FaultKind]?: number } {
    return { good: this.#good, ...Object.fromEntries(this.#faults) };
  }

  /** Who asks, by the token of the request. */
  async ask(request: Asking, url: URL): Promise<Proof | Refusal> {
    if (url.searchParams.has("user")) {
      return invalidRequest("Who logs in is what the token says, not a parameter user");
    }
    const token = tokenOf(request, url);
    if (token === SEVERAL) return invalidRequest("There is more than one token");
    const found = token === undefined ? this.#refused(MISSING) : await this.check(token);
    return "kind" in found ? refusalOf(found) : found;
  }

  /** Whom a token is for. */
  async check(token: string): Promise<Proof | TokenFault> {
    const found = await this.#tokens.check(token);
    if ("kind" in found) return this.#refused(found);
    this.#good++;
    return found;
  }

  /** How to log in, and with a token whom it is for. */
  async tell(request: Asking, url: URL): Promise<HowTo | Refusal> {
    const by = this.passwords === undefined ? "token" : "password";
    if (tokenOf(request, url) === undefined) return { by };
    const found = await this.ask(request, url);
    if ("status" in found) return found;
    const { user, expires } = found;
    return { by, user, expires_in: Math.floor((expires - this.wallClock()) / 1_000) };
  }

  /** A password or one of our own tokens for a fresh one. `remote`: the peer's address. */
  async enter(
    request: Request,
    { remote, isSecure }: { remote: string; isSecure: boolean },
  ): Promise<Granted | Refusal> {
    if (this.passwords === undefined) return { status: 404, reason: "There is no login by password" };
    if (!isSecure && !isLoopback(remote)) {
      return { status: 403, reason: "Passwords are taken over https or from this machine only" };
    }
    const token = tokenOf(request, new URL(request.url));
    if (token === undefined) return await this.passwords.enter(request, remote);
    const found = await this.ask(request, new URL(request.url));
    return "status" in found ? found : await this.passwords.renew(found);
  }

  #refused(fault: TokenFault): TokenFault {
    this.#faults.set(fault.kind, (this.#faults.get(fault.kind) ?? 0) + 1);
    const now = this.#now();
    if (now - this.#loggedAt < LOG_PAUSE) {
      this.#unlogged++;
      return fault;
    }
    this.#log.info({ reason: fault.reason, others: this.#unlogged }, "Login refused");
    this.#loggedAt = now;
    this.#unlogged = 0;
    return fault;
  }
}
