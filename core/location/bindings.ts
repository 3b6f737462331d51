// Where the users of the local domain can be reached: browsers' feeds and registered contacts (RFC 3261 section 10).

import type { Millis } from "../context.ts";
import type { Hop } from "../hop.ts";

/** A browser that is logged in as the user. */
export interface FeedBinding {
  readonly type: "feed";
  readonly user: string;
  readonly feed: number;
  readonly since: Millis;
}

/** A contact that a SIP phone registered. */
export interface ContactBinding {
  readonly type: "contact";
  readonly user: string;
  /** Contact addr-spec. */
  readonly uri: string;
  /** Where the REGISTER came from, and so where requests go: the way that is known to pass its NAT. */
  readonly hop: Hop;
  /** Time at which it ends. */
  readonly expires: Millis;
  /** Preference 0..1 (RFC 3261 section 20.10). */
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  readonly since: Millis;
}

export type Binding = FeedBinding | ContactBinding;

const NONE: readonly Binding[] = [];

/** User → bindings. Bounded in users, and in feeds and contacts of one user. */
export class Bindings {
  readonly contactsPerUser: number;
  readonly feedsPerUser: number;
  readonly #limit: number;
  /** Lists are in order of preference and are replaced whole, never changed: a list handed out stays as it was. */
  readonly #users = new Map<string, readonly Binding[]>();
  readonly #feeds = new Map<number, string>();
  readonly #flows = new Map<number, Set<string>>();
  #sweeping: MapIterator<string> | undefined;
  #size = 0;

  /** @param options Limits: `users` with a binding at the same time, contacts and feeds of each. */
  constructor(options: { users?: number; contactsPerUser?: number; feedsPerUser?: number } = {}) {
    this.#limit = options.users ?? 100_000;
    this.contactsPerUser = options.contactsPerUser ?? 10;
    this.feedsPerUser = options.feedsPerUser ?? 10;
  }

  /** All bindings, those that have expired but were not met yet too. */
  get size(): number {
    return this.#size;
  }

  /** Users with a binding. */
  get users(): number {
    return this.#users.size;
  }

  /** The user's live bindings: greater q first (a feed has 1), then the most recent. */
  of(user: string, now: Millis): readonly Binding[] {
    const all = this.#users.get(user);
    if (all === undefined) return NONE;
    if (!all.some((binding) => isOver(binding, now))) return all;
    this.#put(user, all.filter((binding) => !isOver(binding, now)));
    return this.#users.get(user) ?? NONE;
  }

  /** The user's live contacts alone, in the same order. */
  contactsOf(user: string, now: Millis): readonly ContactBinding[] {
    return this.of(user, now).filter((binding) => binding.type === "contact");
  }

  /** Binds a browser's feed to its user. False, and nothing done, at a limit. */
  addFeed(login: { user: string; feed: number }, now: Millis): boolean {
    const { user, feed } = login;
    if (this.#feeds.has(feed)) this.removeFeed(feed);
    const all = this.of(user, now);
    if (all.filter((binding) => binding.type === "feed").length >= this.feedsPerUser) return false;
    return this.#put(user, [{ type: "feed", user, feed, since: now }, ...all]);
  }

  /** The feed is gone. */
  removeFeed(feed: number): void {
    const user = this.#feeds.get(feed);
    if (user === undefined) return;
    this.#remove(user, (binding) => binding.type === "feed" && binding.feed === feed);
  }

  /** A TCP connection is gone, and with it the way to all that registered over it. */
  removeFlow(flow: number): void {
    for (const user of [...this.#flows.get(flow) ?? []]) {
      this.#remove(user, (binding) => binding.type === "contact" && binding.hop.flow === flow);
    }
  }

  /** Puts `contacts` in the place of all the user's contacts, at once. False, and nothing done, at a limit. */
  replaceContacts(user: string, contacts: readonly ContactBinding[]): boolean {
    if (contacts.length > this.contactsPerUser) return false;
    const feeds = (this.#users.get(user) ?? NONE).filter((binding) => binding.type === "feed");
    return this.#put(user, [...feeds, ...contacts]);
  }

  /**
   * Lets go of what has expired among the next `users` users; called now and then, it comes round to all of them. Lookups do
   * not depend on it: it gives memory back.
   */
  sweep(now: Millis, users = 256): void {
    for (let visited = 0; visited < users; visited++) {
      this.#sweeping ??= this.#users.keys();
      const next = this.#sweeping.next();
      if (next.done) {
        this.#sweeping = undefined;
        return;
      }
      this.of(next.value, now);
    }
  }

  #remove(user: string, leaves: (binding: Binding) => boolean): void {
    this.#put(user, (this.#users.get(user) ?? NONE).filter((binding) => !leaves(binding)));
  }

  #put(user: string, bindings: readonly Binding[]): boolean {
    const before = this.#users.get(user) ?? NONE;
    if (before.length === 0 && bindings.length > 0 && this.#users.size >= this.#limit) return false;
    for (const binding of before) {
      if (binding.type === "feed") this.#feeds.delete(binding.feed);
      else this.#leaveFlow(binding.hop.flow, user);
    }
    for (const binding of bindings) {
      if (binding.type === "feed") this.#feeds.set(binding.feed, user);
      else if (binding.hop.flow !== 0) this.#joinFlow(binding.hop.flow, user);
    }
    this.#size += bindings.length - before.length;
    if (bindings.length === 0) this.#users.delete(user);
    else this.#users.set(user, bindings.toSorted(byPreference));
    return true;
  }

  #joinFlow(flow: number, user: string): void {
    const users = this.#flows.get(flow);
    if (users === undefined) this.#flows.set(flow, new Set([user]));
    else users.add(user);
  }

  #leaveFlow(flow: number, user: string): void {
    const users = this.#flows.get(flow);
    if (users?.delete(user) && users.size === 0) this.#flows.delete(flow);
  }
}

function isOver(binding: Binding, now: Millis): boolean {
  return binding.type === "contact" && binding.expires <= now;
}

function byPreference(left: Binding, right: Binding): number {
  const preference = (binding: Binding) => binding.type === "feed" ? 1 : binding.q;
  return preference(right) - preference(left) || right.since - left.since;
}
