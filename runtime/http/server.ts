// The HTTP side: page, WebSocket, ladder and health on one port.

import type { Millis } from "../../core/context.ts";
import type { Dialect } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import type { Logins } from "../login/logins.ts";
import type { Connection, Listener, Sockets } from "../net/connection.ts";
import type { PlainSockets } from "../net/plain_sockets.ts";
import type { StreamListener } from "../net/stream.ts";
import { hostPort } from "../sip/address.ts";
import { checkHandshake, handshakeAnswer, isUpgrade } from "../ws/handshake.ts";
import { latin1, type RequestHead } from "../ws/request_head.ts";
import type { WebSocketPeer } from "../ws/web_socket.ts";
import { type AccessRules, refuseFlow } from "./access.ts";
import { refuse, text } from "./answer.ts";
import { type Admitted, askWho, refusePlace, type Visit } from "./doorkeeper.ts";
import { Entrance, type EntranceLimits, type Entry, type Later } from "./entrance.ts";
import type { Feeds } from "./feeds.ts";
import { HandOver, type Peer } from "./hand_over.ts";
import type { LadderStreams } from "./ladder_stream.ts";
import { leaseOf } from "./lease.ts";
import { comeBackLater, type LoginAdmission } from "./login_admission.ts";
import { answerLogin } from "./login_answer.ts";
import { answerPage, type Page } from "./page.ts";
import type { Refusal } from "./refusal.ts";

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** The port is shared with siblings, each of which gets its part of the connections. */
  readonly isShared?: boolean;
  readonly origins: readonly string[];
  readonly page: Page;
  readonly feeds: Feeds;
  readonly ladders: LadderStreams;
  /** Undefined: whoever is on this machine is believed. */
  readonly logins?: Logins | undefined;
  readonly log: Log;
  /** Taken over: closed with the server. */
  readonly sockets: Sockets;
  /** The way in over TLS. */
  readonly secure?: SecureWay | undefined;
  readonly limits?: Partial<HttpLimits>;
}

export interface SecureWay {
  readonly host: string;
  readonly port: number;
  /** @throws Error of the operating system, or of the certificate */
  readonly listen: () => StreamListener;
  /** Taken over: closed with the server. */
  readonly sockets: PlainSockets;
}

export interface HttpLimits extends EntranceLimits {
  /** Requests that are no WebSockets, at a time. */
  readonly handedOver: number;
  /** Between looks at what has run out. Idle times count these. */
  readonly sweep: Millis;
}

export const HTTP_LIMITS: HttpLimits = {
  halfOpen: 1_024,
  headTime: 5_000,
  connections: 110_000,
  perAddress: 110_000,
  handedOver: 512,
  sweep: 1_000,
};

/** The WebSocket subprotocols that are spoken here, RFC 6455 section 1.9. */
type Subprotocol = Dialect | "sip";

const SERVE_AGAIN: Millis = 100;
const LOOPBACK = "127.0.0.1";
const BUSY: Refusal = { status: 503, reason: "Too many requests", headers: { "retry-after": "5" } };

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #rules: AccessRules;
  readonly #secureRules: AccessRules;
  readonly #abort = new AbortController();
  readonly #listener: Listener;
  readonly #secure: Listener | undefined;
  readonly #entrance: Entrance;
  readonly #handOver: HandOver;
  readonly #sweeper: ReturnType<typeof setInterval>;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ready = false;
  #admission: LoginAdmission | undefined;
  #stopping = false;

  /** @throws ListenError */
  constructor(options: HttpServerOptions) {
    const { host, port, isShared = false, origins, sockets, feeds, log } = options;
    const limits = { ...HTTP_LIMITS, ...options.limits };
    this.#options = options;
    this.#handOver = new HandOver(sockets, limits.handedOver);
    this.#entrance = new Entrance({
      limits,
      enter: (connection, head, rest) => this.#enter(connection, head, rest),
      exhausted: (error) => log.warn({ error }, "No HTTP connection could be accepted"),
    });
    const { secure } = options;
    let name = `http ${hostPort(host, port)}`;
    try {
      this.#listener = sockets.listen({ host, port, reusePort: isShared }, this.#entrance);
      if (secure !== undefined) {
        name = `https ${hostPort(secure.host, secure.port)}`;
        this.#secure = secure.sockets.listenTo(secure.listen(), this.#entrance, true);
      }
    } catch (error) {
      sockets.close();
      secure?.sockets.close();
      throw new ListenError(name, error);
    }
    this.#server = this.#serve(0);
    this.#rules = { listener: this.#listener.host, name: host, origins, secure: false };
    this.#secureRules = {
      listener: this.#secure?.host ?? "",
      name: secure?.host ?? "",
      origins,
      secure: true,
    };
    feeds.watch(() => sockets.pending + (secure?.sockets.pending ?? 0));
    this.#sweeper = setInterval(() => this.#sweep(), limits.sweep);
  }

  /** `inner`: where Deno's own server listens on loopback. */
  get address(): { host: string; port: number; inner: number } {
    const { host, port } = this.#listener;
    return { host, port, inner: this.#server.addr.port };
  }

  /** undefined: there is no way in over TLS. */
  get secureAddress(): { host: string; port: number } | undefined {
    return this.#secure === undefined ? undefined : { host: this.#secure.host, port: this.#secure.port };
  }

  /** What moves the bytes. */
  get kind(): Sockets["kind"] {
    return this.#options.sockets.kind;
  }

  /** The entrance's counts, and requests with Deno's server. */
  get counts(): Entrance["counts"] & { readonly handedOver: number } {
    return { ...this.#entrance.counts, handedOver: this.#handOver.size };
  }

  /** `/readyz` says so from now on, and WebSockets are opened as far as `admission` lets them; all of them without one. */
  ready(admission?: LoginAdmission): void {
    this.#ready = true;
    this.#admission = admission;
  }

  /** `/readyz` says 503 and no WebSocket is taken any more. */
  stopping(): void {
    this.#stopping = true;
  }

  /** Lets go of the port, and cuts off what is not over after `patience` milliseconds. */
  async close(patience: number): Promise<void> {
    this.#listener.close();
    this.#secure?.close();
    this.#entrance.close();
    this.#options.ladders.closeAll();
    clearTimeout(this.#again);
    const timer = setTimeout(() => this.#abort.abort(), patience);
    await Promise.all([this.#server.shutdown(), this.#handOver.over(patience)]);
    clearTimeout(timer);
    clearInterval(this.#sweeper);
    await Promise.all([this.#options.sockets.close(), this.#options.secure?.sockets.close()]);
  }

  /** Deno's own server, for everything but WebSockets. */
  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { log } = this.#options;
    const server = Deno.serve({
      hostname: LOOPBACK,
      port,
      signal: this.#abort.signal,
      onListen: () => {},
      onError: (error) => {
        log.error({ stack: error instanceof Error ? error.stack : String(error) }, "HTTP request failed");
        return new Response("Internal error\n", { status: 500 });
      },
    }, (request, { remoteAddr }) => {
      const peer = this.#handOver.peerAt(remoteAddr);
      if (peer === undefined) return refuse({ status: 403, reason: "This is not the way in" });
      return this.#answer(request, peer);
    });
    server.finished.catch((error) => {
      log.warn({ error: String(error) }, "No HTTP request could be accepted");
      this.#serveAgain();
    });
    return server;
  }

  /** Deno's server gives up for good when it runs out of file descriptors; calls that stand need none, and new ones will have some again. */
  #serveAgain(): void {
    if (this.#stopping) return;
    this.#again = setTimeout(() => {
      try {
        this.#server = this.#serve(0);
      } catch {
        this.#serveAgain();
      }
    }, SERVE_AGAIN);
  }

  #sweep(): void {
    this.#entrance.sweep();
    this.#handOver.sweep();
    this.#options.feeds.sweep();
    const { ladders, logins } = this.#options;
    if (logins !== undefined) ladders.sweep(logins.wallClock());
  }

  /** A request's head is there. */
  #enter(connection: Connection, head: RequestHead, rest: number): Entry | Promise<Later> {
    const url = head.target.startsWith("/") ? URL.parse(`http://${LOOPBACK}${head.target}`) : null;
    if (url?.pathname === "/ws" && isUpgrade(head)) return this.#webSocket(connection, { head, url, rest });
    // Pages that got no WebSocket ask here why: they need not come further either.
    if (url?.pathname === "/ladder" && this.#admission?.shedsLogins === true) return comeBackLater();
    const { port } = this.#server.addr;
    return this.#handOver.take(connection, { head, rest, port }) ? undefined : BUSY;
  }

  #webSocket(
    connection: Connection,
    { head, url, rest }: { head: RequestHead; url: URL; rest: number },
  ): Entry | Promise<Later> {
    const { feeds, logins } = this.#options;
    const protocol = chooseProtocol(head.headers.get("sec-websocket-protocol"));
    const visit = { remote: connection.host, url, rules: this.#rulesOf(connection) };
    const refusal =
      (protocol === "sip" ? refuseFlow(head, visit.remote, visit.rules) : refusePlace(head, visit, logins)) ??
        checkHandshake(head);
    if (refusal !== undefined) return refusal;
    if (this.#admission?.admitsLogin() === false) return comeBackLater();
    // Who speaks SIP says in its messages who he is.
    if (protocol === "sip") {
      return this.#open(connection, { head, protocol, rest, accept: () => feeds.acceptFlow(connection) });
    }
    const enter = (found: Admitted | Refusal, rest: number) => {
      if ("status" in found) return found;
      const { user } = found;
      const dialect = protocol === "" || protocol === undefined ? "roap" : protocol;
      const login = { user, dialect, ...(connection.isSecure ? { secure: true } : {}) };
      const accept = () => feeds.accept(connection, login, leaseOf(found, logins));
      return this.#open(connection, { head, protocol, rest, accept });
    };
    const who = askWho(head, visit, logins);
    if (!(who instanceof Promise)) return enter(who, rest);
    return who.then((found) => (rest) => enter(found, rest));
  }

  /** It may be opened: says so, unless there is no room or no need. */
  #open(
    connection: Connection,
    { head, protocol, rest, accept }: {
      head: RequestHead;
      protocol: Subprotocol | "" | undefined;
      rest: number;
      accept: () => WebSocketPeer;
    },
  ): Refusal | undefined {
    if (protocol === undefined) {
      return { status: 400, reason: "None of the subprotocols is spoken here: roap, roap.ims, sip" };
    }
    if (!this.#ready || this.#stopping) return { status: 503, reason: "The relay is not ready" };
    if (!this.#options.feeds.hasRoom()) {
      return { status: 503, reason: "Too many WebSockets", headers: { "retry-after": "5" } };
    }
    connection.send(latin1(handshakeAnswer(head, protocol)));
    const socket = accept();
    if (rest > 0) socket.received(rest);
    return undefined;
  }

  #answer(request: Request, peer: Peer): Response | Promise<Response> {
    const url = URL.parse(request.url);
    if (url === null) return refuse({ status: 400, reason: "The request's target is not a URL" });
    const { logins } = this.#options;
    const visit = { remote: peer.host, url, rules: this.#rulesOf(peer) };
    if (url.pathname === "/login" && logins !== undefined) return answerLogin(request, visit, logins);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse({
        status: 405,
        reason: "Only GET and HEAD are served",
        headers: { allow: "GET, HEAD" },
      });
    }
    switch (url.pathname) {
      case "/healthz":
        return text("ok\n");
      case "/readyz":
        return this.#ready && !this.#stopping
          ? text("ready\n")
          : refuse({ status: 503, reason: this.#stopping ? "stopping" : "starting" });
      case "/ws":
        return this.#noWebSocket(request, visit);
      case "/ladder":
        return this.#ladder(request, visit);
      default:
        return answerPage(this.#options.page, url.pathname, request) ??
          refuse({ status: 404, reason: "There is no such page" });
    }
  }

  #rulesOf({ isSecure }: { readonly isSecure?: boolean }): AccessRules {
    return isSecure ? this.#secureRules : this.#rules;
  }

  /** What is a WebSocket has not come this way. */
  #noWebSocket(request: Request, visit: Visit): Response {
    return refuse(
      refusePlace(request, visit, this.#options.logins) ??
        { status: 426, reason: "This is a WebSocket", headers: { upgrade: "websocket" } },
    );
  }

  async #ladder(request: Request, visit: Visit): Promise<Response> {
    const { logins, ladders, log } = this.#options;
    const who = refusePlace(request, visit, logins) ?? await askWho(request, visit, logins);
    if ("status" in who) return refuse(who);
    if (this.#stopping) return refuse({ status: 503, reason: "The relay stops" });
    if (request.method === "HEAD") return text("");
    log.debug({ user: who.user }, "Ladder is watched");
    return ladders.open(who.user, who.expires);
  }
}

/** The first one asked for that is spoken here, "" when none was asked for, undefined when none fits. */
export function chooseProtocol(header: string | null): Subprotocol | "" | undefined {
  if (header === null || header.trim() === "") return "";
  for (const asked of header.split(",")) {
    const name = asked.trim();
    if (name === "roap" || name === "roap.ims" || name === "sip") return name;
  }
  return undefined;
}
