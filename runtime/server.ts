// One relay with all its listeners: binds, joins sockets and core, says where it listens.

import type { Admission } from "../core/admission.ts";
import type { Millis } from "../core/context.ts";
import type { RelayConfig, RelayTables } from "../core/relay/relay.ts";
import type { Listener } from "../core/sip/addresses.ts";
import type { ShardsConfig } from "../core/sip/shard.ts";
import type { Config, Endpoint, LoginConfig, SipListener } from "./config/config.ts";
import { type FeedLimits, Feeds } from "./http/feeds.ts";
import { isLoopback } from "./http/access.ts";
import { LadderStreams } from "./http/ladder_stream.ts";
import type { Page } from "./http/page.ts";
import { type HttpLimits, HttpServer, type SecureWay } from "./http/server.ts";
import { identityOf } from "./ims_identity.ts";
import type { RelayInputs } from "./input.ts";
import { Ladder } from "./ladder.ts";
import { FlowNumbers } from "./flow_numbers.ts";
import type { Log } from "./log.ts";
import { Logins } from "./login/logins.ts";
import { newTokenKey } from "./login/token_key.ts";
import type { RemoteKeysLimits } from "./login/remote_keys.ts";
import type { NameResolver } from "./dns/name_resolver.ts";
import { Loop } from "./loop.ts";
import { Overload } from "./overload/overload.ts";
import { relayTables } from "./relay_tables.ts";
import type { Sockets } from "./net/connection.ts";
import { type Native, openNative } from "./net/native.ts";
import { openSockets } from "./net/open_sockets.ts";
import { peerList } from "./net/peer_list.ts";
import { PlainSockets } from "./net/plain_sockets.ts";
import type { Interconnect } from "./shards/interconnect.ts";
import { SharedLadder } from "./shards/shared_ladder.ts";
import { hostPort } from "./sip/address.ts";
import type { DatagramCounts } from "./sip/datagram/datagram_socket.ts";
import { reachable } from "./sip/reachable.ts";
import { SipTransports } from "./sip/transports.ts";
import { stop, type StopStep } from "./stop.ts";
import type { HandshakeLimits } from "./tls/handshakes.ts";
import { type Credentials, NO_CREDENTIALS } from "./tls/identity.ts";
import { Tls } from "./tls/tls.ts";

export interface ServerOptions {
  readonly createRelay: (config: RelayConfig, tables: RelayTables, admission: Admission) => RelayInputs;
  readonly resolver: NameResolver;
  readonly log: Log;
  readonly page: Page;
  /** Monotonic clock. */
  readonly now?: () => Millis;
  /** Its links to its siblings, where it is one shard of several. */
  readonly interconnect?: Interconnect | undefined;
  /** The wanted ones and no others; without it the best there are. */
  readonly sockets?: Sockets["kind"];
  /** Certificates, read and checked. */
  readonly credentials?: Credentials;
  readonly httpLimits?: Partial<HttpLimits>;
  readonly tlsLimits?: Partial<HandshakeLimits>;
  readonly feedLimits?: FeedLimits;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => Millis;
  /** Of the tokens that the relay gives, the same in all shards; without it a new one. */
  readonly tokenKey?: string;
  readonly keyLimits?: Partial<RemoteKeysLimits>;
  /** Share of the heap's limit that is in use. */
  readonly heap?: () => number;
}

export interface Server {
  /** `inner`: the port on loopback behind it, where only we are answered. */
  readonly http: { readonly host: string; readonly port: number; readonly inner: number };
  /** undefined: there is no way in over TLS. */
  readonly https: Endpoint | undefined;
  readonly sip: readonly SipListener[];
  /** The SIP listeners as others reach them. */
  readonly reached: readonly Listener[];
  /** What whoever started us is told: a line for each listener. */
  readonly lines: readonly string[];
  /** Takes what comes from now on. Resolves when the siblings know of it. */
  start(siblings?: ServerSiblings): Promise<void>;
  /** SIP over UDP since the start. */
  readonly datagrams: DatagramCounts;
  /** New connections meet these certificates; those that stand stay. */
  renew(credentials: Credentials): Promise<void>;
  /** Who logs in from now on is judged by this; who is logged in stays until his login ends. */
  renewLogin(login: LoginConfig): void;
  /** Ends calls, then everything. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

/** What one shard of several has to know of the others. */
export interface ServerSiblings {
  readonly shards: ShardsConfig;
  /** Those that are there already. */
  readonly dial: readonly number[];
  readonly together: (step: StopStep) => Promise<void>;
}

/**
 * Opens all listeners. Nothing is taken before `start`.
 *
 * @throws ListenError; nothing is left open then.
 */
export function bindServer(config: Config, options: ServerOptions): Server {
  const { interconnect, log, page } = options;
  const native = options.sockets === "plain" ? undefined : openNative(options.now);
  if (native === undefined && options.sockets === "epoll") throw new Error("There is no epoll here");
  const numbers = new FlowNumbers();
  const { wallClock = Date.now } = options;
  const logins = loginsOf(config, { ...options, wallClock });
  const feeds = new Feeds({ log, wallClock, numbers, ...options.feedLimits });
  const tls = new Tls({
    credentials: options.credentials ?? NO_CREDENTIALS,
    log,
    limits: options.tlsLimits,
    libc: native?.libc,
  });
  const sip = new SipTransports({
    log,
    bufferBytes: config.udpBuffer,
    native,
    tls,
    webSockets: feeds,
    numbers,
  });
  try {
    const listeners = config.sip.map((listener) => sip.listen(listener));
    interconnect?.listen();
    let running: Running | undefined;
    const ladder = new Ladder({
      tracing: [config.http, config.https].every((at) =>
        at === undefined || at.host === "localhost" || isLoopback(at.host)
      ),
      usersOf: (call) => running?.relay.usersOf(call) ?? [],
      calls: () => running?.relay.calls ?? 0,
      shard: interconnect?.place,
    });
    const shared = interconnect === undefined ? undefined : new SharedLadder({ ladder, interconnect });
    if (shared !== undefined) interconnect?.hearLadder(shared);
    const ladders = new LadderStreams({ ladder: shared ?? ladder });
    const onFault = (error: unknown) =>
      log.error(
        { stack: error instanceof Error ? error.stack : String(error) },
        "Fault of our own: one connection is lost",
      );
    const sockets = openSockets(native, onFault);
    const isShared = interconnect !== undefined;
    const http = new HttpServer({
      ...config.http,
      isShared,
      secure: secureWay(config.https, { tls, isShared, onFault }),
      origins: config.origins,
      page,
      feeds,
      ladders,
      logins,
      log,
      sockets,
      limits: { perAddress: config.perAddress, ...options.httpLimits },
    });
    // The first one is what siblings know a shard by: WebSockets come behind the sockets of its own.
    const reached = [...listeners, { transport: "ws" as const, ...http.address }].flatMap((
      { transport, host, port },
    ) => reachable(host, log).map((address) => ({ transport, host: address, port })));
    const halt = async () => {
      logins?.close();
      interconnect?.stopping();
      const drain = config.drainSeconds * 1_000;
      if (running !== undefined) await stop({ ...running, http, feeds, sip, log, drain });
      else {
        await http.close(0);
        sip.close();
      }
      tls.close();
      interconnect?.close();
      await native?.close();
    };
    let stopped: Promise<void> | undefined;
    return {
      http: http.address,
      https: http.secureAddress,
      sip: listeners,
      reached,
      get datagrams() {
        return sip.udp.counts;
      },
      lines: linesOf(http, listeners.map((listener) => sip.describe(listener))),
      start: async (siblings) => {
        running = run({ config, options, siblings, reached, sip, feeds, ladder, native });
        const { relay, loop, overload } = running;
        if (native !== undefined) native.reactor.around = (events) => loop.together(events);
        overload.watch(listeners, sockets);
        logins?.start();
        http.ready(overload);
        // A pool has set its timers before there was a loop.
        if (relay.registrations > 0) loop.deliver({ type: "tick" });
        const toTell = () => relay.toTell();
        await interconnect?.start({ inputs: loop, sip, toTell, dial: siblings?.dial ?? [] });
      },
      renew: (credentials) => tls.renew(credentials),
      renewLogin: (login) => logins?.renew(login),
      stop: () => stopped ??= halt(),
    };
  } catch (error) {
    sip.close();
    tls.close();
    interconnect?.close();
    native?.close();
    throw error;
  }
}

function loginsOf(
  { login, domain, http }: Config,
  { log, now = () => performance.now(), wallClock, tokenKey = newTokenKey(), keyLimits }: ServerOptions & {
    wallClock: () => Millis;
  },
): Logins | undefined {
  if (login === undefined) return undefined;
  if (http.host !== "localhost" && !isLoopback(http.host)) {
    log.warn(
      { http: hostPort(http.host, http.port) },
      "Tokens come unencrypted, unless a proxy there has TLS",
    );
  }
  return new Logins({ config: login, domain, key: tokenKey, log, now, wallClock, keyLimits });
}

function secureWay(
  https: Endpoint | undefined,
  { tls, isShared, onFault }: { tls: Tls; isShared: boolean; onFault: (error: unknown) => void },
): SecureWay | undefined {
  if (https === undefined) return undefined;
  const listen = () => tls.listen({ ...https, isShared, protocols: ["http/1.1"] });
  return { ...https, listen, sockets: new PlainSockets(onFault) };
}

interface Running {
  readonly relay: RelayInputs;
  readonly tables: RelayTables;
  readonly loop: Loop;
  readonly overload: Overload;
  readonly together: ServerSiblings["together"] | undefined;
}

function run({ config, options, siblings, reached, sip, feeds, ladder, native }: {
  config: Config;
  options: ServerOptions;
  siblings: ServerSiblings | undefined;
  reached: readonly Listener[];
  sip: SipTransports;
  feeds: Feeds;
  ladder: Ladder;
  native: Native | undefined;
}): Running {
  const { interconnect, log, resolver } = options;
  const tables = relayTables();
  const clock = options.now === undefined ? {} : { now: options.now };
  const reactor = native?.reactor;
  const held = { alarms: reactor?.alarms, letGo: () => reactor?.letGo() };
  const heap = options.heap === undefined ? {} : { heap: options.heap };
  const overload = new Overload({ log, reactor, ...clock, ...heap });
  const relay = options.createRelay(
    {
      domain: config.domain,
      listeners: reached,
      accounts: config.users,
      ims: config.ims,
      failover: config.failoverSeconds * 1_000,
      session: { interval: config.sessionExpires, minimum: config.minSe },
      digest: config.digest,
      ...imsOf(config),
      ...(siblings === undefined ? {} : { shards: siblings.shards }),
    },
    tables,
    overload,
  );
  const watched = { siblings: interconnect, watch: overload };
  const loop = new Loop({ relay, sip, feeds, resolver, ladder, log, ...watched, ...held, ...clock });
  feeds.start(loop);
  sip.start(loop);
  return { relay, tables, loop, overload, together: siblings?.together };
}

/** What of the configuration is about the IMS and about whom to believe. */
function imsOf(config: Config): Partial<RelayConfig> {
  const { accessNetwork, domain, edge, imsMode, imsUsers = [], peers, trust } = config;
  return {
    ...(imsMode === "transparent"
      ? {}
      : { client: { mode: imsMode, identities: imsUsers.map(identityOf), visitedNetwork: domain } }),
    ...(trust.length === 0 ? {} : { trusts: peerList(trust) }),
    ...(peers.length === 0 ? {} : { hears: peerList(peers) }),
    ...(edge ? { isEdge: true } : {}),
    ...(accessNetwork === undefined ? {} : { accessNetwork }),
  };
}

function linesOf(http: HttpServer, listeners: readonly string[]): string[] {
  const { host, port } = http.address;
  const secure = http.secureAddress;
  return [
    `http http://${hostPort(host, port)}/ (${http.kind})`,
    ...(secure === undefined ? [] : [`https https://${hostPort(secure.host, secure.port)}/`]),
    ...listeners.map((listener) => `sip ${listener}`),
  ];
}
