// The HTTP side: page, WebSocket, ladder and health on one port.

import type { Millis } from "../../core/context.ts";
import { isUser } from "../../wasm/uri.ts";
import type { Dialect } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import type { Connection, Listener, Sockets } from "../net/connection.ts";
import type { PlainSockets } from "../net/plain_sockets.ts";
import type { StreamListener } from "../net/stream.ts";
import { hostPort } from "../sip/address.ts";
import { checkHandshake, handshakeAnswer, isUpgrade } from "../ws/handshake.ts";
import { latin1, type RequestHead } from "../ws/request_head.ts";
import { type AccessRules, type Asking, refuseAccess, refuseFlow } from "./access.ts";
import { Entrance, type EntranceLimits } from "./entrance.ts";
import type { Feeds } from "./feeds.ts";
import { HandOver, type Peer } from "./hand_over.ts";
import type { LadderStreams } from "./ladder_stream.ts";
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

  /** `/readyz` says so from now on. */
  ready(): void {
    this.#ready = true;
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
  }

  /** A request's head is there. */
  #enter(connection: Connection, head: RequestHead, rest: number): Refusal | undefined {
    const url = head.target.startsWith("/") ? URL.parse(`http://${LOOPBACK}${head.target}`) : null;
    if (url?.pathname === "/ws" && isUpgrade(head)) return this.#webSocket(connection, { head, url, rest });
    const { port } = this.#server.addr;
    return this.#handOver.take(connection, { head, rest, port }) ? undefined : BUSY;
  }

  #webSocket(
    connection: Connection,
    { head, url, rest }: { head: RequestHead; url: URL; rest: number },
  ): Refusal | undefined {
    const protocol = chooseProtocol(head.headers.get("sec-websocket-protocol"));
    const rules = connection.isSecure ? this.#secureRules : this.#rules;
    const refuse = protocol === "sip" ? refuseFlow : refuseAccess;
    const refusal = refuse(head, connection.host, rules) ?? checkHandshake(head);
    if (refusal !== undefined) return refusal;
    // Who speaks SIP says in its messages who he is.
    const user = protocol === "sip" ? "" : userOf(url);
    if (typeof user !== "string") return user;
    if (protocol === undefined) {
      return { status: 400, reason: "None of the subprotocols is spoken here: roap, roap.ims, sip" };
    }
    if (!this.#ready || this.#stopping) return { status: 503, reason: "The relay is not ready" };
    const { feeds } = this.#options;
    if (!feeds.hasRoom()) {
      return { status: 503, reason: "Too many WebSockets", headers: { "retry-after": "5" } };
    }
    connection.send(latin1(handshakeAnswer(head, protocol)));
    const socket = protocol === "sip" ? feeds.acceptFlow(connection) : feeds.accept(connection, {
      user,
      dialect: protocol === "" ? "roap" : protocol,
      ...(connection.isSecure ? { secure: true } : {}),
    });
    if (rest > 0) socket.received(rest);
    return undefined;
  }

  #answer(request: Request, peer: Peer): Response {
    const url = URL.parse(request.url);
    if (url === null) return refuse({ status: 400, reason: "The request's target is not a URL" });
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
        return this.#noWebSocket(request, peer);
      case "/ladder":
        return this.#ladder(request, url, peer);
      default:
        return answerPage(this.#options.page, url.pathname, request) ??
          refuse({ status: 404, reason: "There is no such page" });
    }
  }

  #refuseAccess(request: Asking, { host, isSecure }: Peer): Refusal | undefined {
    return refuseAccess(request, host, isSecure ? this.#secureRules : this.#rules);
  }

  /** What is a WebSocket has not come this way. */
  #noWebSocket(request: Request, peer: Peer): Response {
    return refuse(
      this.#refuseAccess(request, peer) ??
        { status: 426, reason: "This is a WebSocket", headers: { upgrade: "websocket" } },
    );
  }

  #ladder(request: Request, url: URL, peer: Peer): Response {
    const refusal = this.#refuseAccess(request, peer);
    if (refusal !== undefined) return refuse(refusal);
    const user = userOf(url);
    if (typeof user !== "string") return refuse(user);
    if (this.#stopping) return refuse({ status: 503, reason: "The relay stops" });
    if (request.method === "HEAD") return text("");
    this.#options.log.debug({ user }, "Ladder is watched");
    return this.#options.ladders.open(user);
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

function userOf(url: URL): string | Refusal {
  const user = url.searchParams.get("user");
  if (user === null || user === "") return { status: 400, reason: "Parameter user is missing" };
  if (!isUser(user)) return { status: 400, reason: "Parameter user cannot be the user part of a SIP URI" };
  return user;
}

function text(body: string): Response {
  return new Response(body, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

function refuse({ status, reason, headers = {} }: Refusal): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}
