// The relay: every input comes in here, and every output is left in `outputs` for the runtime to drain.

import { sip } from "../../wasm/sip.ts";
import type { Context, Millis, TimerOwner } from "../context.ts";
import { Bindings } from "../location/bindings.ts";
import { isWebSocket } from "../hop.ts";
import { Registrar } from "../location/registrar.ts";
import type { Output, Resolved } from "../output.ts";
import type { PeerMessage } from "../peer_message.ts";
import { markedRandom, markOf } from "../sip/shard_marks.ts";
import { abandonRoap } from "../roap/session.ts";
import type { Arrival } from "../sip/arrival.ts";
import { Addresses } from "../sip/addresses.ts";
import { ClientRequests } from "../sip/client_request.ts";
import { Flows } from "../sip/flows.ts";
import { Legs } from "../sip/session/legs.ts";
import { noSession } from "../sip/session/session_policy.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import { Transactions } from "../sip/transaction/transactions.ts";
import { UserAgent } from "../sip/user_agent.ts";
import { TimerWheel } from "../timer/wheel.ts";
import { Calls } from "./calls.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type Feed, newFeed } from "./feed.ts";
import type { Identities } from "./identities.ts";
import { identitiesOf } from "./ims_client.ts";
import { FlowEnds } from "./flow_ends.ts";
import { Inviter } from "./inviter.ts";
import { OwnRequests } from "./own_requests.ts";
import type { RelayConfig, RelayOptions, RelayTables } from "./relay_config.ts";
import { Router } from "./router.ts";
import { Siblings } from "./siblings.ts";
import { Timeouts } from "./timeouts.ts";

export type { RelayConfig, RelayTables };

/** How often bindings that have run out are let go of. */
const sweepEvery: Millis = 10_000;

/** Users with a binding, for each shard. */
const USERS = 100_000;

const OVERLOADED = { status: 503, lines: ["Retry-After: 5"] };

const sweeper: TimerOwner = { type: "sweeper" };

export class Relay {
  /** To be drained after each input; then emptied, together with the codec's output arena. */
  readonly outputs: Output[] = [];
  readonly #context: Context;
  readonly #tables: RelayTables;
  readonly #bindings: Bindings;
  readonly #registrar: Registrar;
  /** Undefined: this shard is the only one. */
  readonly #siblings: Siblings | undefined;
  /** The message that is worked on: its feed or where it came from, its bytes in the window, and whether it has come again. */
  #from: Arrival | number = 0;
  #length = 0;
  #isSettled = false;
  readonly #transactions: Transactions;
  readonly #userAgent: UserAgent;
  readonly #legs: Legs;
  readonly #calls: Calls;
  readonly #dispatcher: Dispatcher;
  readonly #inviter: Inviter;
  readonly #own: OwnRequests;
  readonly #timeouts: Timeouts;
  readonly #identities: Identities | undefined;
  readonly #hears: RelayConfig["hears"];
  readonly #flowEnds: FlowEnds;

  constructor(options: RelayOptions) {
    const { config, tables, now, admission } = options;
    const { shards } = config;
    const random = shards === undefined ? options.random : markedRandom(options.random, shards.own);
    const mark = shards === undefined ? "" : markOf(shards.own);
    const announce = (message: PeerMessage) => this.outputs.push({ type: "announce", message });
    const wheel = new TimerWheel<TimerOwner>({ now });
    const context: Context = { now, call: 0, random, mark, outputs: this.outputs, wheel, admission };
    this.#siblings = shards === undefined ? undefined : new Siblings(this.outputs);
    this.#bindings = new Bindings({
      users: USERS * (shards?.listeners.length ?? 1),
      sharing: shards === undefined ? undefined : { own: shards.own, announce },
    });
    const addresses = new Addresses(config);
    const { accounts, domain, ims } = config;
    const registrar = this.#registrar = new Registrar({
      domain,
      addresses: config.listeners.map(({ host }) => host),
      accounts,
      bindings: this.#bindings,
      algorithms: config.digest,
      hash: options.hash,
      random,
      sharing: shards === undefined
        ? undefined
        : { key: shards.nonceKey, since: now, used: (use) => announce({ type: "nonce", ...use }) },
    });
    this.#context = context;
    this.#tables = tables;
    this.#userAgent = new UserAgent({
      context,
      table: tables.legs,
      domain: {
        invited: (transaction) => this.#inviter.invited(transaction),
        register: (transaction) => registrar.register(arrivalOf(transaction), context.now),
        message: (transaction) => this.#own.message(transaction),
        inside: (transaction, leg) => this.#own.inside(transaction, leg),
        notified: () => this.#identities?.notified(),
        prove: (request) => this.#identities?.prove(request) ?? "",
        refused: (request) => this.#identities?.refused(request),
      },
    });
    this.#transactions = new Transactions({
      context,
      clients: tables.clients,
      servers: tables.servers,
      user: this.#userAgent,
    });
    const flows = new Flows();
    const requests = new ClientRequests({
      context,
      transactions: this.#transactions,
      addresses,
      queries: tables.queries,
      flows,
      patience: config.failover,
    });
    this.#legs = new Legs({
      context,
      transactions: this.#transactions,
      requests,
      addresses,
      table: tables.legs,
      flows,
      session: config.session ?? noSession,
      user: { signal: (leg, report) => this.#calls.signal(leg, report) },
    });
    this.#userAgent.join({ transactions: this.#transactions, requests, legs: this.#legs });
    this.#dispatcher = new Dispatcher({
      context,
      sessions: tables.sessions,
      feeds: tables.feeds,
      user: {
        offered: (feed) => this.#inviter.offered(feed),
        signal: (session, report) => this.#calls.signal(session, report),
        own: (feed, session) => this.#own.asked(feed, session),
        misfit: (session) => this.#calls.lose(session, "A session id is in use already"),
      },
    });
    this.#calls = new Calls({
      context,
      table: tables.calls,
      legs: this.#legs,
      indexed: (session) => this.#dispatcher.index(session),
      fares: (transfer, news) => this.#own.fares(transfer, news),
      released: config.client?.mode === "pool" ? (call) => this.#identities!.released(call) : undefined,
    });
    this.#identities = identitiesOf(options, { context, requests, addresses });
    this.#hears = config.hears;
    const router = new Router({ domain, ims, addresses, bindings: this.#bindings, accounts });
    const parts = {
      context,
      addresses,
      bindings: this.#bindings,
      accounts,
      registrar,
      router,
      calls: this.#calls,
      dispatcher: this.#dispatcher,
      identities: this.#identities,
      isEdge: config.isEdge === true,
      trusts: config.trusts,
      flows,
      defer: () => this.#defer(),
      referral: (token: string, feed: Feed) => this.#own.referral(token, feed),
    };
    this.#inviter = new Inviter({
      ...parts,
      legs: this.#legs,
      feeds: tables.feeds,
      legTable: tables.legs,
    });
    this.#own = new OwnRequests({
      ...parts,
      tables,
      requests,
      transactions: this.#transactions,
      inviter: this.#inviter,
    });
    this.#timeouts = new Timeouts({
      ...parts,
      transactions: this.#transactions,
      userAgent: this.#userAgent,
      legs: this.#legs,
      own: this.#own,
      sweep: () => this.#sweep(),
    });
    this.#flowEnds = new FlowEnds({ context, flows, calls: this.#calls, userAgent: this.#userAgent });
    wheel.schedule(now + sweepEvery, sweeper, "sweep");
  }

  /** Live calls. */
  get calls(): number {
    return this.#calls.live;
  }

  /** Identities that are registered at the IMS, or about to be, or about not to be. */
  get registrations(): number {
    return this.#identities?.size ?? 0;
  }

  /** Which call the last input belonged to, 0 = none. */
  get lastCall(): number {
    return this.#context.call;
  }

  /** When `tick` is wanted next at the latest. */
  get nextTimer(): Millis | undefined {
    return this.#context.wheel.next;
  }

  /** Users of the domain whose call it is; a call is remembered for a while after its end. */
  usersOf(call: number): readonly string[] {
    return this.#calls.usersOf(call);
  }

  /** Input: a browser's text is in the codec's window; `length` -1 = it was too long. `settled`: it comes again. */
  roap(feedId: number, length: number, now: Millis, settled = false): void {
    this.#begin(now);
    this.#note(feedId, length, settled);
    const feed = this.#tables.feeds.get(feedId);
    if (feed === undefined || feed.closing) return;
    this.#dispatcher.received(feed, length);
  }

  /** Input: a SIP message is in the codec's window. `settled`: it comes again. */
  sip(arrival: Arrival, length: number, now: Millis, settled = false): void {
    this.#begin(now);
    if (length <= 0) return;
    this.#note(arrival, length, settled);
    const fault = sip.read(length);
    if (this.#hears !== undefined && sip.isRequest && !this.#isHeard(arrival)) return;
    if (fault !== 0 && isWebSocket(arrival.transport)) this.#flowEnds.countFault(arrival);
    if (fault === 0 && this.#siblings?.forwards(arrival, length) === true) return;
    this.#transactions.received(arrival, fault);
  }

  /** Input: a message of a sibling's could not be handed to it, and is in the codec's window again. */
  unforwarded(arrival: Arrival, length: number, now: Millis): void {
    this.#begin(now);
    if (length <= 0 || sip.read(length) !== 0 || !sip.isRequest) return;
    this.#transactions.refuse(arrival, OVERLOADED);
  }

  /** Input: a sibling shard has come. `toTell` says what it has to hear. */
  peerUp(shard: number): void {
    this.#siblings?.add(shard);
  }

  /** Input: a sibling shard is gone. */
  peerGone(shard: number, now: Millis): void {
    this.#begin(now);
    this.#siblings?.delete(shard);
    this.#bindings.removeShard(shard);
    this.#flowEnds.goneWith(shard);
    this.#calls.loseShard(shard);
  }

  /** Input: a sibling tells of its users. */
  peer(shard: number, message: PeerMessage, now: Millis): void {
    this.#begin(now);
    if (this.#siblings === undefined) return;
    if (message.type === "nonce") this.#registrar.nonceUsed(message, now);
    else if (message.type === "flowGone") this.#flowEnds.gone(message.flow, shard);
    else this.#bindings.told(shard, message, now);
  }

  /** What a sibling that has just come has to be told of our users. To be read bit by bit, while other inputs come. */
  toTell(): Iterator<PeerMessage> {
    return this.#bindings.toTell();
  }

  /** Input: a browser has logged in. Answers "" or why it may not. */
  open(
    feedId: number,
    login: { user: string; dialect: "roap" | "roap.ims"; secure?: boolean },
    now: Millis,
  ): string {
    this.#begin(now);
    if (!this.#tables.feeds.set(feedId, newFeed(feedId, login, now))) {
      return "The relay has all the browsers it can take";
    }
    if (this.#bindings.addFeed({ ...login, feed: feedId }, now)) {
      this.#identities?.opened(this.#tables.feeds.get(feedId)!);
      return "";
    }
    this.#tables.feeds.delete(feedId);
    return "This user is logged in too often";
  }

  /** Input: a browser's WebSocket is gone, and with it its calls. */
  closed(feedId: number, now: Millis): void {
    this.#begin(now);
    const feed = this.#tables.feeds.get(feedId);
    if (feed === undefined) return;
    feed.closing = true;
    this.#bindings.removeFeed(feedId);
    this.#own.gone(feed);
    this.#identities?.closed(feed);
    for (const session of feed.sessions) {
      this.#calls.lose(session, "The browser is gone");
      abandonRoap(session, this.#context);
      this.#dispatcher.drop(session);
    }
    this.#tables.feeds.delete(feedId);
  }

  /** Input: a connection of a stream transport is gone. */
  flowClosed(flow: number, now: Millis): void {
    this.#begin(now);
    this.#bindings.removeFlow(flow);
  }

  /** Input: a WebSocket of SIP's is gone, and with it whatever went on over it. */
  webSocketClosed(flow: number, now: Millis): void {
    this.flowClosed(flow, now);
    this.#flowEnds.gone(flow);
    if (this.#siblings === undefined) return;
    this.outputs.push({ type: "announce", message: { type: "flowGone", flow } });
  }

  /** Input: time has passed. */
  tick(now: Millis): void {
    this.#begin(now);
    this.#context.wheel.advance(now, (owner, kind) => this.#timeouts.fired(owner, kind));
  }

  /** Input: the resolver's answer to a `resolve` output; no hops = the name leads nowhere, or nobody could tell. */
  resolved(query: number, found: Resolved, now: Millis): void {
    this.#begin(now);
    this.#userAgent.resolved(query, found);
  }

  /** Input: a message of this transaction could not be delivered. */
  transportFailed(transaction: string, now: Millis): void {
    this.#begin(now);
    if (transaction !== "") this.#transactions.transportFailed(transaction);
  }

  /** Refuses new calls from now on. */
  drain(): void {
    this.#inviter.drain();
  }

  /** Ends every call, and takes back what is registered at the IMS. */
  endCalls(now: Millis): void {
    this.#begin(now);
    this.#identities?.leave();
    for (const call of [...this.#calls.values()]) this.#calls.end(call, 503, "The relay stops");
  }

  /** What has come by a sibling or from ourselves was heard there, and a browser that speaks SIP is no peer. */
  #isHeard({ transport, host, shard }: Arrival): boolean {
    if (transport === "loop" || shard !== undefined || this.#hears!(host)) return true;
    this.outputs.push({ type: "note", level: "debug", text: "A request from no peer of ours", call: 0 });
    return false;
  }

  /**
   * Who has just logged in at a sibling may not be known here yet, for word of it takes its time: before a caller is told that nobody is there, the siblings are
   * heard.
   */
  #defer(): boolean {
    return !this.#isSettled && this.#siblings?.ask(this.#from, this.#length) === true;
  }

  #note(from: Arrival | number, length: number, isSettled: boolean): void {
    this.#from = from;
    this.#length = length;
    this.#isSettled = isSettled;
  }

  #begin(now: Millis): void {
    this.#context.now = now;
    this.#context.call = 0;
  }

  #sweep(): void {
    this.#bindings.sweep(this.#context.now);
    this.#context.wheel.schedule(this.#context.now + sweepEvery, sweeper, "sweep");
  }
}

/** A REGISTER's answer goes back where it came from, so that is where its contacts are. */
function arrivalOf({ hop }: ServerTransaction): Arrival {
  return { ...hop, localPort: 0 };
}
