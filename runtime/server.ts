// One relay with all its listeners: binds, joins sockets and core, says where it listens.

import type { RelayConfig, RelayTables } from "../core/relay/relay.ts";
import type { Config, SipListener } from "./config/config.ts";
import { type FeedLimits, Feeds } from "./http/feeds.ts";
import { isLoopback } from "./http/access.ts";
import { LadderStreams } from "./http/ladder_stream.ts";
import type { Page } from "./http/page.ts";
import { type HttpLimits, HttpServer } from "./http/server.ts";
import type { RelayInputs } from "./input.ts";
import { Ladder } from "./ladder.ts";
import type { Log } from "./log.ts";
import { Loop, type Resolver } from "./loop.ts";
import { relayTables } from "./relay_tables.ts";
import type { Sockets } from "./net/connection.ts";
import { openSockets } from "./net/open_sockets.ts";
import { hostPort } from "./sip/address.ts";
import type { DatagramCounts } from "./sip/datagram/datagram_socket.ts";
import { reachable } from "./sip/reachable.ts";
import { SipTransports } from "./sip/transports.ts";
import { stop } from "./stop.ts";

export interface ServerOptions {
  readonly createRelay: (config: RelayConfig, tables: RelayTables) => RelayInputs;
  readonly resolver: Resolver;
  readonly log: Log;
  readonly page: Page;
  /** Where the lines for whoever started us go: standard output. */
  readonly print: (line: string) => unknown;
  /** The wanted ones and no others; without it the best there are. */
  readonly sockets?: Sockets["kind"];
  readonly httpLimits?: Partial<HttpLimits>;
  readonly feedLimits?: FeedLimits;
}

export interface Server {
  /** `inner`: the port on loopback behind it, where only we are answered. */
  readonly http: { readonly host: string; readonly port: number; readonly inner: number };
  readonly sip: readonly SipListener[];
  /** SIP over UDP since the start. */
  readonly datagrams: DatagramCounts;
  /** Ends calls, then everything. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

/** @throws ListenError; nothing is left open then. */
export function startServer(config: Config, options: ServerOptions): Server {
  const { log, resolver, page, print } = options;
  const sip = new SipTransports({ log, bufferBytes: config.udpBuffer });
  try {
    const listeners = config.sip.map((listener) => sip.listen(listener));
    const tables = relayTables();
    const relay = options.createRelay({
      domain: config.domain,
      listeners: listeners.map(({ transport, host, port }) => ({
        transport,
        host: reachable(host, log),
        port,
      })),
      accounts: config.users,
      ims: config.ims,
      digest: config.digest,
    }, tables);
    const ladder = new Ladder({
      tracing: config.http.host === "localhost" || isLoopback(config.http.host),
      usersOf: (call) => relay.usersOf(call),
    });
    const feeds = new Feeds({ log, ...options.feedLimits });
    const ladders = new LadderStreams({ ladder });
    const sockets = openSockets(
      (error) =>
        log.error(
          { stack: error instanceof Error ? error.stack : String(error) },
          "Fault of our own: one connection is lost",
        ),
      options.sockets,
    );
    const http = new HttpServer({
      ...config.http,
      origins: config.origins,
      page,
      feeds,
      ladders,
      log,
      sockets,
      limits: { perAddress: config.perAddress, ...options.httpLimits },
    });
    const loop = new Loop({ relay, sip, feeds, resolver, ladder, log });
    feeds.start(loop);
    sockets.around = (events) => loop.together(events);
    sip.start(loop);
    http.ready();
    announce(print, http, listeners.map((listener) => sip.describe(listener)));
    let stopped: Promise<void> | undefined;
    return {
      http: http.address,
      sip: listeners,
      get datagrams() {
        return sip.udp.counts;
      },
      stop: () =>
        stopped ??= stop({ relay, tables, http, feeds, sip, loop, log, drain: config.drainSeconds * 1_000 }),
    };
  } catch (error) {
    sip.close();
    throw error;
  }
}

function announce(
  print: (line: string) => void,
  http: HttpServer,
  listeners: readonly string[],
): void {
  print(`http http://${hostPort(http.address.host, http.address.port)}/ (${http.kind})`);
  for (const listener of listeners) print(`sip ${listener}`);
  print("ready");
}
