// The HTTP side: page, WebSocket, ladder and health on one port.

import { isUser } from "../../wasm/uri.ts";
import type { Dialect } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import { hostPort } from "../sip/address.ts";
import { type AccessRules, type Refusal, refuseAccess } from "./access.ts";
import type { Feeds } from "./feeds.ts";
import type { LadderStreams } from "./ladder_stream.ts";
import { answerPage, type Page } from "./page.ts";

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
}

/** Milliseconds. */
const ACCEPT_AGAIN = 100;

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #rules: AccessRules;
  readonly #abort = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr>;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ready = false;
  #stopping = false;

  /** @throws ListenError */
  constructor(options: HttpServerOptions) {
    const { host, port, origins } = options;
    this.#options = options;
    try {
      this.#server = this.#serve(port);
    } catch (error) {
      throw new ListenError(`http ${hostPort(host, port)}`, error);
    }
    this.#rules = { listener: this.#server.addr.hostname, name: host, origins };
  }

  get address(): { host: string; port: number } {
    return { host: this.#server.addr.hostname, port: this.#server.addr.port };
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
    this.#options.ladders.closeAll();
    clearTimeout(this.#again);
    const timer = setTimeout(() => this.#abort.abort(), patience);
    await this.#server.shutdown();
    clearTimeout(timer);
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { host, isShared = false, log } = this.#options;
    const server = Deno.serve({
      hostname: host,
      port,
      reusePort: isShared,
      signal: this.#abort.signal,
      onListen: () => {},
      onError: (error) => {
        log.error({ stack: error instanceof Error ? error.stack : String(error) }, "HTTP request failed");
        return new Response("Internal error\n", { status: 500 });
      },
    }, (request, { remoteAddr }) => this.#answer(request, remoteAddr.hostname));
    server.finished.catch((error) => {
      log.warn({ error: String(error) }, "No HTTP connection could be accepted");
      this.#serveAgain(server.addr.port);
    });
    return server;
  }

  /** Deno's server gives up for good when it runs out of file descriptors; calls that stand need none, and new ones will have some again. */
  #serveAgain(port: number): void {
    if (this.#stopping) return;
    this.#again = setTimeout(() => {
      try {
        this.#server = this.#serve(port);
      } catch {
        this.#serveAgain(port);
      }
    }, ACCEPT_AGAIN);
  }

  #answer(request: Request, remote: string): Response {
    const url = URL.parse(request.url);
    if (url === null) return refuse({ status: 400, reason: "The request's target is not a URL" });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse({ status: 405, reason: "Only GET and HEAD are served" }, { allow: "GET, HEAD" });
    }
    switch (url.pathname) {
      case "/healthz":
        return text("ok\n");
      case "/readyz":
        return this.#ready && !this.#stopping
          ? text("ready\n")
          : refuse({ status: 503, reason: this.#stopping ? "stopping" : "starting" });
      case "/ws":
        return this.#webSocket(request, url, remote);
      case "/ladder":
        return this.#ladder(request, url, remote);
      default:
        return answerPage(this.#options.page, url.pathname, request) ??
          refuse({ status: 404, reason: "There is no such page" });
    }
  }

  #webSocket(request: Request, url: URL, remote: string): Response {
    const refusal = refuseAccess(request, remote, this.#rules);
    if (refusal !== undefined) return refuse(refusal);
    if (request.method !== "GET" || request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return refuse({ status: 426, reason: "This is a WebSocket" }, { upgrade: "websocket" });
    }
    if (request.headers.get("sec-websocket-version") !== "13") {
      return refuse({ status: 426, reason: "Only version 13 is spoken here" }, {
        upgrade: "websocket",
        "sec-websocket-version": "13",
      });
    }
    const user = userOf(url);
    if (typeof user !== "string") return refuse(user);
    const protocol = chooseProtocol(request.headers.get("sec-websocket-protocol"));
    if (protocol === undefined) {
      return refuse({ status: 400, reason: "None of the subprotocols is spoken here: roap, roap.ims" });
    }
    if (!this.#ready || this.#stopping) return refuse({ status: 503, reason: "The relay is not ready" });
    const dialect: Dialect = protocol === "" ? "roap" : protocol;
    try {
      return this.#options.feeds.accept(request, { user, dialect }, protocol);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return refuse({ status: 400, reason: error.message }); // not a whole handshake (RFC 6455 section 4.2.1)
    }
  }

  #ladder(request: Request, url: URL, remote: string): Response {
    const refusal = refuseAccess(request, remote, this.#rules);
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
export function chooseProtocol(header: string | null): Dialect | "" | undefined {
  if (header === null || header.trim() === "") return "";
  for (const asked of header.split(",")) {
    const name = asked.trim();
    if (name === "roap" || name === "roap.ims") return name;
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

function refuse({ status, reason }: Refusal, headers: Record<string, string> = {}): Response {
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
