// A whole relay as a node of the network: real core and codecs, the loop's work done by hand, browsers on wires of their own.

import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";
import { Relay, type RelayConfig, type RelayTables } from "../../core/relay/relay.ts";
import type { Listener } from "../../core/sip/addresses.ts";
import type { Arrival } from "../../core/sip/arrival.ts";
import { load, loadText, resetOutput } from "../../wasm/codec.ts";
import { aes128, hash } from "../../runtime/hash.ts";
import { DeadHops } from "../../runtime/dns/dead_hops.ts";
import { readRegInfo } from "../../runtime/reg_info.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import type { Browser } from "./browser.ts";
import { countedRandom } from "./counted_random.ts";
import type { Address, Network, Node, Source } from "./network.ts";
import type { ShardGroup } from "./shard_group.ts";
import { textOf } from "../text_of.ts";

export interface RelayNodeOptions {
  readonly network: Network;
  readonly host: string;
  readonly domain?: string;
  readonly accounts?: ReadonlyMap<string, string>;
  readonly ims?: string;
  /** Whatever else of its configuration. */
  readonly config?: Partial<RelayConfig>;
  /** Names that resolve, after 20 ms; all others lead nowhere. What is dead comes last, as with the real resolver. */
  readonly names?: ReadonlyMap<string, readonly Hop[]>;
  /** RelayConfig.failover. */
  readonly failover?: number;
  /** Whether the resolver has answers at all. */
  readonly isResolverDown?: boolean;
  /** Whether it listens for TLS too, one port above the others. */
  readonly hasTls?: boolean;
  /** When it is one of several shards: which one, and of whom. */
  readonly shard?: { readonly own: number; readonly group: ShardGroup };
}

/** How long a text takes between a browser and the relay. */
const wire = 10;

export class RelayNode implements Node {
  readonly relay: Relay;
  readonly host: string;
  readonly port: number;
  /** Where browsers that speak SIP come in. */
  readonly webSockets: Address;
  /** WebSockets that the relay has ended. */
  readonly closed: { readonly feed: number; readonly code: number }[] = [];
  readonly #shard: RelayNodeOptions["shard"];
  readonly #tables: RelayTables;
  readonly #network: Network;
  readonly #names: ReadonlyMap<string, readonly Hop[]>;
  readonly #isResolverDown: boolean;
  readonly #dead: DeadHops;
  readonly #browsers = new Map<number, Browser>();
  /** Flows of WebSockets that are gone. */
  readonly #hungUp = new Set<number>();
  readonly #looped: { hop: Hop; bytes: Uint8Array }[] = [];
  #lastFeed = 0;
  /** The last one of a browser. */
  #text = "";

  constructor(options: RelayNodeOptions) {
    const { network, host, domain = "ropeway.test", accounts = new Map(), ims, shard } = options;
    this.host = host;
    this.port = 5060 + 2 * (shard?.own ?? 0);
    this.#shard = shard;
    this.#network = network;
    this.#names = options.names ?? new Map();
    this.#isResolverDown = options.isResolverDown ?? false;
    this.#dead = new DeadHops({ now: () => network.now });
    this.#tables = relayTables();
    const { port } = this;
    const listeners: Listener[] = (["udp", "tcp"] as const).map((transport) => ({ transport, host, port }));
    if (options.hasTls === true) listeners.push({ transport: "tls", host, port: port + 1 });
    this.webSockets = { transport: "ws", host, port: 8080 + (shard?.own ?? 0) };
    const shards = shard === undefined
      ? undefined
      : { own: shard.own, listeners: shard.group.listeners, nonceKey: "the key of all" };
    this.relay = new Relay({
      config: {
        domain,
        listeners: [...listeners, { transport: "ws", host, port: this.webSockets.port }],
        accounts,
        ims,
        shards,
        failover: options.failover,
        ...options.config,
      },
      tables: this.#tables,
      random: countedRandom(shard === undefined ? host : `${host}s${shard.own}`),
      hash,
      cipher: aes128,
      readRegInfo,
      now: network.now,
    });
    for (const listener of [...listeners, this.webSockets]) network.attach(listener, this);
    shard?.group.join(shard.own, this);
  }

  get nextTimer(): number | undefined {
    return this.relay.nextTimer;
  }

  receive(bytes: Uint8Array, from: Source): void {
    const { transport, host, port, flow } = from;
    if (transport === "ws" && this.#hungUp.has(flow)) return;
    this.take(bytes, { transport, host, port, flow, localPort: this.port });
  }

  /** A message, from wherever. */
  take(bytes: Uint8Array, arrival: Arrival): void {
    this.relay.sip(arrival, load(bytes), this.#network.now);
    this.#drain();
  }

  tick(): void {
    this.relay.tick(this.#network.now);
    this.#drain();
  }

  /** Logs a browser in. What it sends arrives later, in order; so does what it is sent. */
  open(browser: Browser, login: { user: string; dialect: "roap" | "roap.ims" }): void {
    const feed = ++this.#lastFeed;
    const why = this.relay.open(feed, login, this.#network.now);
    this.#drain();
    if (why !== "") throw new Error(why);
    this.#browsers.set(feed, browser);
    browser.connected({
      send: (text) =>
        this.#network.after(wire, () => {
          if (!this.#browsers.has(feed)) return;
          this.#text = text;
          this.relay.roap(feed, loadText(text), this.#network.now);
          this.#drain();
        }),
      close: () => {
        this.#browsers.delete(feed);
        this.relay.closed(feed, this.#network.now);
        this.#drain();
      },
    });
  }

  /** A browser that speaks SIP hangs up, or is gone without a word and found out. */
  hungUp(client: Address): void {
    const flow = this.#network.flowOf(client, this.webSockets);
    if (this.#hungUp.has(flow)) return;
    this.#hungUp.add(flow);
    this.#network.detach(client);
    this.relay.webSocketClosed(flow, this.#network.now);
    this.#drain();
  }

  /** Its process is killed: nobody listens any more, and its browsers' connections break. */
  vanish(): void {
    for (const transport of ["udp", "tcp"] as const) {
      this.#network.detach({ transport, host: this.host, port: this.port });
    }
    this.#network.detach(this.webSockets);
    for (const browser of this.#browsers.values()) browser.closed(1006);
    this.#browsers.clear();
  }

  /** Tables that still hold something; of browsers, their sessions. */
  leftovers(): Record<string, number> {
    const { feeds, ...tables } = this.#tables;
    const sessionsOfFeeds = [...feeds.values()].reduce((sum, { sessions }) => sum + sessions.length, 0);
    const counts = Object.entries(tables).map(([name, { size }]) => [name, size] as const);
    return Object.fromEntries(
      [...counts, ["sessionsOfFeeds", sessionsOfFeeds] as const].filter(([, size]) => size > 0),
    );
  }

  /** Runs something on the relay as an input of its own. */
  act(action: (relay: Relay) => void): void {
    action(this.relay);
    this.#drain();
  }

  #drain(): void {
    for (const output of this.relay.outputs) {
      switch (output.type) {
        case "sip": {
          const { hop, transaction } = output;
          const bytes = output.bytes.slice();
          if (hop.shard !== undefined) {
            this.#toSibling(hop, bytes, transaction);
            break;
          }
          if (hop.transport === "loop") {
            this.#looped.push({ hop, bytes });
            break;
          }
          if (!this.#send(bytes, hop)) this.#failed(transaction);
          break;
        }
        case "forward": {
          const { shard, source } = output;
          const bytes = output.bytes.slice();
          const { own, group } = this.#shard!;
          const arrival = { ...source, localPort: 0 };
          const take = (sibling: RelayNode) => sibling.take(bytes, { ...arrival, shard: own });
          if (!group.isFull && group.at(shard, take)) break;
          this.#network.after(0, () => {
            this.relay.unforwarded(arrival, load(bytes), this.#network.now);
            this.#drain();
          });
          break;
        }
        case "again": {
          const arrival = { ...output.from, localPort: 0 };
          const bytes = output.bytes.slice();
          this.#again(() => this.relay.sip(arrival, load(bytes), this.#network.now, true));
          break;
        }
        case "textAgain": {
          const { feed } = output;
          const text = this.#text;
          this.#again(() => this.relay.roap(feed, loadText(text), this.#network.now, true));
          break;
        }
        case "announce":
          this.#shard!.group.announce(this.#shard!.own, output.message);
          break;
        case "text": {
          const text = textOf(output);
          const { feed } = output;
          this.#network.after(wire, () => this.#browsers.get(feed)?.receive(text));
          break;
        }
        case "close":
          this.#close(output.feed, output.code);
          break;
        case "resolve":
          this.#resolve(output.query, output.target);
          break;
        case "dead":
          this.#dead.add(output.hop, output.duration);
          break;
        case "note":
          break;
        default:
          output satisfies never;
      }
    }
    this.relay.outputs.length = 0;
    resetOutput();
    const next = this.#looped.shift();
    if (next === undefined) return;
    const { host, port } = next.hop;
    this.relay.sip(
      { transport: "loop", host, port, flow: 0, localPort: this.port },
      load(next.bytes),
      this.#network.now,
    );
    this.#drain();
  }

  #send(bytes: Uint8Array, to: Hop): boolean {
    if (to.transport === "ws") return this.#sendOnFlow(bytes, to);
    const port = to.transport === "tls" ? this.port + 1 : this.port;
    const from = { transport: to.transport, host: this.host, port };
    return this.#network.send(bytes, { from, to });
  }

  #sendOnFlow(bytes: Uint8Array, to: Hop): boolean {
    const { webSockets } = this;
    if (this.#network.flowOf(to, webSockets) !== to.flow || this.#hungUp.has(to.flow)) return false;
    return this.#network.send(bytes, { from: webSockets, to });
  }

  #failed(transaction: string): void {
    this.#network.after(1, () => {
      this.relay.transportFailed(transaction, this.#network.now);
      this.#drain();
    });
  }

  /** Over the loop the message is the sibling's; else it leaves by the sibling's sockets, or by our own when that is gone. */
  #toSibling(hop: Hop, bytes: Uint8Array, transaction: string): void {
    const { own, group } = this.#shard!;
    const { transport, host, port } = hop;
    const isLoop = transport === "loop";
    if (group.isFull) return this.#failed(transaction);
    const sent = group.at(hop.shard!, (sibling) => {
      if (isLoop) sibling.take(bytes, { transport, host, port, flow: 0, localPort: port, shard: own });
      else if (!sibling.#send(bytes, hop)) this.#failed(transaction);
    });
    if (sent) return;
    if (isLoop || transport === "ws" || !this.#send(bytes, hop)) this.#failed(transaction);
  }

  /** Once word of every sibling that was on its way is here. */
  #again(act: () => void): void {
    this.#shard!.group.settle(() => {
      act();
      this.#drain();
    });
  }

  #close(feed: number, code: number): void {
    this.closed.push({ feed, code });
    this.#network.after(wire, () => {
      const browser = this.#browsers.get(feed);
      if (browser === undefined) return;
      browser.closed(code);
      this.#browsers.delete(feed);
      this.relay.closed(feed, this.#network.now);
      this.#drain();
    });
  }

  #resolve(query: number, target: ResolveTarget): void {
    this.#network.after(20, () => {
      const hops = this.#isResolverDown ? [] : this.#names.get(target.host) ?? [];
      const found = { hops: this.#dead.last(hops), isSure: !this.#isResolverDown };
      this.relay.resolved(query, found, this.#network.now);
      this.#drain();
    });
  }
}
