// A whole relay as a node of the network: real core and codecs, the loop's work done by hand, browsers on wires of their own.

import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";
import { Relay, type RelayTables } from "../../core/relay/relay.ts";
import { load, loadText, resetOutput } from "../../wasm/codec.ts";
import { hash } from "../../runtime/hash.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import type { Browser } from "./browser.ts";
import { countedRandom } from "./counted_random.ts";
import type { Network, Node, Source } from "./network.ts";
import { textOf } from "../text_of.ts";

export interface RelayNodeOptions {
  readonly network: Network;
  readonly host: string;
  readonly domain?: string;
  readonly accounts?: ReadonlyMap<string, string>;
  readonly ims?: string;
  /** Names that resolve, after 20 ms; all others lead nowhere. */
  readonly names?: ReadonlyMap<string, readonly Hop[]>;
}

/** How long a text takes between a browser and the relay. */
const wire = 10;

export class RelayNode implements Node {
  readonly relay: Relay;
  readonly host: string;
  readonly #tables: RelayTables;
  readonly #network: Network;
  readonly #names: ReadonlyMap<string, readonly Hop[]>;
  readonly #browsers = new Map<number, Browser>();
  readonly #looped: { hop: Hop; bytes: Uint8Array }[] = [];
  #lastFeed = 0;

  constructor(options: RelayNodeOptions) {
    const { network, host, domain = "ropeway.test", accounts = new Map(), ims } = options;
    this.host = host;
    this.#network = network;
    this.#names = options.names ?? new Map();
    this.#tables = relayTables();
    const listeners = (["udp", "tcp"] as const).map((transport) => ({ transport, host, port: 5060 }));
    this.relay = new Relay({
      config: { domain, listeners, accounts, ims },
      tables: this.#tables,
      random: countedRandom(host),
      hash,
      now: network.now,
    });
    for (const listener of listeners) network.attach(listener, this);
  }

  get nextTimer(): number | undefined {
    return this.relay.nextTimer;
  }

  receive(bytes: Uint8Array, from: Source): void {
    const { transport, host, port, flow } = from;
    this.relay.sip({ transport, host, port, flow, localPort: 5060 }, load(bytes), this.#network.now);
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
    if (why !== "") throw new Error(why);
    this.#browsers.set(feed, browser);
    browser.connected({
      send: (text) =>
        this.#network.after(wire, () => {
          if (!this.#browsers.has(feed)) return;
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
          if (hop.transport === "loop") {
            this.#looped.push({ hop, bytes });
            break;
          }
          const from = { transport: hop.transport, host: this.host, port: 5060 };
          if (this.#network.send(bytes, { from, to: hop })) break;
          this.#network.after(1, () => {
            this.relay.transportFailed(transaction, this.#network.now);
            this.#drain();
          });
          break;
        }
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
      { transport: "loop", host, port, flow: 0, localPort: 5060 },
      load(next.bytes),
      this.#network.now,
    );
    this.#drain();
  }

  #close(feed: number, code: number): void {
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
      this.relay.resolved(query, this.#names.get(target.host) ?? [], this.#network.now);
      this.#drain();
    });
  }
}
