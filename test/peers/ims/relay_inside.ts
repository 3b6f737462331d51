// The relay as `task start` makes it, but in the process of the test: its tables can be looked at, and its clock put forward.

import type { RelayTables } from "../../../core/relay/relay.ts";
import { ConfigError } from "../../../runtime/config/config.ts";
import { readConfig } from "../../../runtime/config/read.ts";
import type { RelayInputs } from "../../../runtime/input.ts";
import { createResolver } from "../../../runtime/dns/create.ts";
import { readPage } from "../../../runtime/http/page.ts";
import { createLog } from "../../../runtime/log.ts";
import { createRelay } from "../../../runtime/relay.ts";
import { bindServer, type Server } from "../../../runtime/server.ts";
import { until } from "../ports.ts";
import type { Ims } from "./ims.ts";
import { argumentsAtIms, type RelayAtImsOptions } from "./relay_at_ims.ts";

const PAGE = new URL("../../../runtime/page/", import.meta.url);
const PATIENCE_MS = 3_000;
const TURNS = 8;
/** Longer than any transaction lives on: RFC 3261 timers D, H and J with 64*T1. */
const LINGERING_MS = 33_000;

export class RelayInside implements AsyncDisposable {
  /** Lines of its log. */
  readonly errors: string[] = [];
  readonly #server: Server;
  #tables: RelayTables | undefined;
  #ahead = 0;
  #hasLeapt = false;

  constructor(
    parts: {
      config: Exclude<ReturnType<typeof readConfig>, "help">;
      page: Awaited<ReturnType<typeof readPage>>;
    },
  ) {
    const { config, page } = parts;
    const now = () => performance.now() + this.#ahead;
    this.#server = bindServer(config, {
      createRelay: (relayConfig, tables, admission) => {
        this.#tables = tables;
        return this.#hurried(createRelay({ config: relayConfig, tables, admission, now: now() }), now);
      },
      resolver: createResolver(config),
      log: createLog({ level: config.logLevel, write: (line) => this.errors.push(line) }),
      page,
      now,
      // the reactor's alarms go by a clock of their own
      sockets: "plain",
    });
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  webSocket(user: string): string {
    const { host, port } = this.#server.http;
    return `ws://${host}:${port}/ws?user=${encodeURIComponent(user)}`;
  }

  /** Puts its clock forward. What is due then is done with the next thing that happens. */
  leap(milliseconds: number): void {
    this.#ahead += milliseconds;
    this.#hasLeapt = true;
  }

  /** What its tables hold besides browsers. */
  leftovers(): Record<string, number> {
    const { feeds, ...tables } = this.#tables!;
    const sessions = [...feeds.values()].reduce((sum, feed) => sum + feed.sessions.length, 0);
    const counts = Object.entries(tables).map(([name, { size }]) => [name, size] as const);
    return Object.fromEntries(
      [...counts, ["sessionsOfFeeds", sessions] as const].filter(([, size]) => size > 0),
    );
  }

  /**
   * Resolves when nothing of any call is left, as time passes. `nudge` makes something happen. What has come in the meantime, a NOTIFY of a
   * registration say, needs time of its own. @throws Error that says what is left
   */
  async isEmpty(nudge: () => Promise<void>): Promise<void> {
    for (let turn = 1;; turn++) {
      this.leap(LINGERING_MS);
      await nudge();
      try {
        return void await until(() => Object.keys(this.leftovers()).length === 0, {
          within: PATIENCE_MS,
          failing: () => `There is left: ${JSON.stringify(this.leftovers())}`,
        });
      } catch (error) {
        if (turn === TURNS) throw error;
      }
    }
  }

  /** The same relay, but after a leap its next timer is due now: the loop's alarm was set by the clock before it. */
  #hurried(relay: RelayInputs, now: () => number): RelayInputs {
    const get = (target: RelayInputs, name: keyof RelayInputs) => {
      const value = target[name];
      if (typeof value === "function") return value.bind(target);
      if (name !== "nextTimer" || !this.#hasLeapt) return value;
      this.#hasLeapt = false;
      return now();
    };
    return new Proxy(relay, { get: (target, name) => get(target, name as keyof RelayInputs) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
  }
}

export async function startRelayInside(ims: Ims, options: RelayAtImsOptions = {}): Promise<RelayInside> {
  const args = [...await argumentsAtIms(ims, options), "--http", "127.0.0.1:0"];
  const config = readConfig(args);
  if (config === "help") throw new ConfigError("help", "Nobody asked for help");
  const relay = new RelayInside({ config, page: await readPage(PAGE) });
  await relay.start();
  return relay;
}
