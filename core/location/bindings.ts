// Where the users of the local domain can be reached: browsers' feeds and registered contacts (RFC 3261 section 10).

import type { Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { PeerMessage } from "../peer_message.ts";
import { contactKey, type ContactName, toContact, toShared } from "./shared_contact.ts";

/** A browser that is logged in as the user. */
export interface FeedBinding {
  readonly type: "feed";
  readonly user: string;
  readonly feed: number;
  /** It came over TLS. */
  readonly secure: boolean;
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
  /** The user agent that registered it and which of its flows it stands for (RFC 5626 section 4.2); "" and 0 = not said. */
  readonly instance: string;
  readonly regId: number;
}

/** Browsers that are logged in as the user at a sibling shard. */
export interface ShardBinding {
  readonly type: "shard";
  readonly user: string;
  readonly shard: number;
  readonly count: number;
  readonly since: Millis;
}

export type Binding = FeedBinding | ContactBinding | ShardBinding;

/** Where what changes here is told to siblings. */
export interface Sharing {
  /** The shard that these bindings are kept in. */
  readonly own: number;
  readonly announce: (message: PeerMessage) => void;
}

const NONE: readonly Binding[] = [];

/** User → bindings. Bounded in users, and in feeds and contacts of one user. */
export class Bindings {
  readonly contactsPerUser: number;
  readonly feedsPerUser: number;
  readonly #limit: number;
  readonly #sharing: Sharing | undefined;
  /** Lists are in order of preference and are replaced whole, never changed: a list handed out stays as it was. */
  readonly #users = new Map<string, readonly Binding[]>();
  readonly #feeds = new Map<number, string>();
  readonly #flows = new Map<number, Set<string>>();
  #sweeping: MapIterator<string> | undefined;
  #size = 0;

  /** @param options Limits: `users` with a binding at the same time, contacts and feeds of each. */
  constructor(
    options: {
      users?: number;
      contactsPerUser?: number;
      feedsPerUser?: number;
      sharing?: Sharing | undefined;
    } = {},
  ) {
    this.#limit = options.users ?? 100_000;
    this.contactsPerUser = options.contactsPerUser ?? 10;
    this.feedsPerUser = options.feedsPerUser ?? 10;
    this.#sharing = options.sharing;
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
  addFeed(login: { user: string; feed: number; secure?: boolean }, now: Millis): boolean {
    const { user, feed, secure = false } = login;
    if (this.#feeds.has(feed)) this.removeFeed(feed);
    const all = this.of(user, now);
    if (all.reduce((sum, binding) => sum + browsersOf(binding), 0) >= this.feedsPerUser) return false;
    if (!this.#put(user, [{ type: "feed", user, feed, secure, since: now }, ...all])) return false;
    this.#announceFeeds(user);
    return true;
  }

  /** The feed is gone. */
  removeFeed(feed: number): void {
    const user = this.#feeds.get(feed);
    if (user === undefined) return;
    this.#remove(user, (binding) => binding.type === "feed" && binding.feed === feed);
    this.#announceFeeds(user);
  }

  /** A connection is gone, and with it the way to all that registered over it. */
  removeFlow(flow: number): void {
    for (const user of [...this.#flows.get(flow) ?? []]) {
      const before = this.#contacts(user);
      this.#remove(user, (binding) => binding.type === "contact" && isOwnFlow(binding.hop, flow));
      this.#announceContacts(user, before);
    }
  }

  /** Puts `contacts` in the place of all the user's contacts, at once. False, and nothing done, at a limit. */
  replaceContacts(user: string, contacts: readonly ContactBinding[]): boolean {
    if (contacts.length > this.contactsPerUser) return false;
    const before = this.#contacts(user);
    if (!this.#putContacts(user, contacts)) return false;
    this.#announceContacts(user, before);
    return true;
  }

  /** What a sibling tells. What finds a limit is not kept. */
  told(shard: number, message: Exclude<PeerMessage, { type: "nonce" | "flowGone" }>, now: Millis): void {
    const { user } = message;
    if (message.type === "feeds") return this.#feedsAt({ user, shard, count: message.count }, now);
    const own = this.#sharing!.own;
    if (message.type === "known") {
      const known = this.#contacts(user);
      const isNew = (told: ContactName) => known.every((contact) => contactKey(contact) !== contactKey(told));
      const news = message.contacts.filter(isNew).map((contact) => toContact(contact, user, own));
      if (news.length > 0) this.#putContacts(user, [...known, ...news].slice(0, this.contactsPerUser));
      return;
    }
    const changed = new Set([...message.gone, ...message.put.map(contactKey)]);
    const kept = this.#contacts(user).filter((contact) => !changed.has(contactKey(contact)));
    const put = message.put.map((contact) => toContact(contact, user, own));
    this.#putContacts(user, [...put, ...kept].slice(0, this.contactsPerUser));
  }

  /** All that a sibling which has just come has to be told, a user at a time. Bindings may change while it is read. */
  *toTell(): Generator<PeerMessage> {
    const { own } = this.#sharing!;
    for (const [user, bindings] of this.#users) {
      const count = bindings.filter(({ type }) => type === "feed").length;
      if (count > 0) yield { type: "feeds", user, count };
      const contacts = this.#contacts(user).map((contact) => toShared(contact, own));
      if (contacts.length > 0) yield { type: "known", user, contacts };
    }
  }

  /** A sibling is gone, with its browsers and its connections; contacts that are reached by datagrams stay, for any socket may do. */
  removeShard(shard: number): void {
    for (const [user, bindings] of [...this.#users]) {
      const goes = (binding: Binding) =>
        binding.type === "shard"
          ? binding.shard === shard
          : binding.type === "contact" && binding.hop.shard === shard && binding.hop.flow !== 0;
      if (bindings.some(goes)) this.#remove(user, goes);
    }
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

  #contacts(user: string): readonly ContactBinding[] {
    return (this.#users.get(user) ?? NONE).filter((binding) => binding.type === "contact");
  }

  #putContacts(user: string, contacts: readonly ContactBinding[]): boolean {
    const others = (this.#users.get(user) ?? NONE).filter((binding) => binding.type !== "contact");
    return this.#put(user, [...others, ...contacts]);
  }

  #feedsAt({ user, shard, count }: { user: string; shard: number; count: number }, now: Millis): void {
    const all = this.#users.get(user) ?? NONE;
    const isIts = (binding: Binding) => binding.type === "shard" && binding.shard === shard;
    const since = all.find(isIts)?.since ?? now;
    const others = all.filter((binding) => !isIts(binding));
    this.#put(user, count > 0 ? [...others, { type: "shard", user, shard, count, since }] : others);
  }

  #announceFeeds(user: string): void {
    if (this.#sharing === undefined) return;
    const count = (this.#users.get(user) ?? NONE).filter(({ type }) => type === "feed").length;
    this.#sharing.announce({ type: "feeds", user, count });
  }

  #announceContacts(user: string, before: readonly ContactBinding[]): void {
    if (this.#sharing === undefined) return;
    const { own, announce } = this.#sharing;
    const after = this.#contacts(user);
    const put = after.filter((contact) => !before.includes(contact));
    const left = new Set(after.map(contactKey));
    const gone = before.map(contactKey).filter((key) => !left.has(key));
    if (put.length + gone.length === 0) return;
    announce({ type: "contacts", user, put: put.map((contact) => toShared(contact, own)), gone });
  }

  #put(user: string, bindings: readonly Binding[]): boolean {
    const before = this.#users.get(user) ?? NONE;
    if (before.length === 0 && bindings.length > 0 && this.#users.size >= this.#limit) return false;
    for (const binding of before) {
      if (binding.type === "feed") this.#feeds.delete(binding.feed);
      else if (binding.type === "contact") this.#leaveFlow(binding.hop.flow, user);
    }
    for (const binding of bindings) {
      if (binding.type === "feed") this.#feeds.set(binding.feed, user);
      else if (binding.type === "contact" && isOwnFlow(binding.hop)) this.#joinFlow(binding.hop.flow, user);
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

/** Whether it is a connection of this very shard: a certain one, or any. */
function isOwnFlow(hop: Hop, flow = hop.flow): boolean {
  return hop.shard === undefined && hop.flow !== 0 && hop.flow === flow;
}

function browsersOf(binding: Binding): number {
  if (binding.type === "contact") return 0;
  return binding.type === "feed" ? 1 : binding.count;
}

function byPreference(left: Binding, right: Binding): number {
  const preference = (binding: Binding) => binding.type === "contact" ? binding.q : 1;
  return preference(right) - preference(left) || right.since - left.since;
}
