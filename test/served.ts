// A server on free ports with a recording relay inside, and the raw clients that its tests need.

import type { RelayConfig, RelayTables } from "../core/relay/relay.ts";
import type { Config } from "../runtime/config/config.ts";
import { pageFile } from "../runtime/http/page.ts";
import { bindServer, type Server, type ServerOptions } from "../runtime/server.ts";
import { RecordedLog, RecordingRelay } from "./recording_relay.ts";

const free = { host: "127.0.0.1", port: 0 };

export const defaults: Config = {
  http: free,
  sip: [{ transport: "udp", ...free }, { transport: "tcp", ...free }],
  domain: "ropeway.test",
  users: new Map(),
  imsMode: "transparent",
  edge: false,
  trust: [],
  peers: [],
  digest: ["SHA-256"],
  origins: [],
  perAddress: 100_000,
  failoverSeconds: 0,
  sessionExpires: 0,
  minSe: 90,
  drainSeconds: 0,
  logLevel: "info",
  udpBuffer: 4_194_304,
};

type ServedOptions = Pick<
  ServerOptions,
  | "now"
  | "sockets"
  | "httpLimits"
  | "feedLimits"
  | "tlsLimits"
  | "credentials"
  | "wallClock"
  | "keyLimits"
  | "tokenKey"
  | "heap"
>;
type Serve = (config?: Partial<Config>, options?: ServedOptions) => Served;

/** The same test with each kind of sockets that this machine has. */
export function testServed(name: string, story: (serve: Serve) => Promise<void>): void {
  for (const sockets of ["epoll", "plain"] as const) {
    Deno.test({
      name: `${name} (${sockets})`,
      // Elsewhere there is only one kind.
      ignore: sockets === "epoll" && Deno.build.os !== "linux",
      fn: () => story((config, options) => new Served(config, { sockets, ...options })),
    });
  }
}

export class Served {
  readonly relay = new RecordingRelay();
  readonly log = new RecordedLog();
  readonly server: Server;
  relayConfig: RelayConfig | undefined;
  tables: RelayTables | undefined;

  constructor(config: Partial<Config> = {}, options: ServedOptions = {}) {
    const index = pageFile("index.html", new TextEncoder().encode("<!doctype html>"))!;
    this.server = bindServer({ ...defaults, ...config }, {
      createRelay: (relayConfig, tables) => {
        this.relayConfig = relayConfig;
        this.tables = tables;
        return this.relay;
      },
      resolver: { resolve: () => Promise.resolve({ hops: [], isSure: true }), dead() {} },
      log: this.log,
      page: new Map([["/", index]]),
      ...options,
    });
    this.server.start();
  }

  /** `127.0.0.1:PORT` of the HTTP listener. */
  get host(): string {
    return `${this.server.http.host}:${this.server.http.port}`;
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://${this.host}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** A WebSocket that is open, and its feed. */
  async browser(user: string, protocols: string[] = []): Promise<Browser> {
    const socket = new WebSocket(`ws://${this.host}/ws?user=${user}`, protocols);
    const browser = new Browser(socket);
    const { feed } = await this.relay.next("open");
    browser.feed = feed;
    await browser.opened;
    return browser;
  }

  /** A handshake by hand: the status and headers of its answer, and the stream. A header of "" is left out. */
  async handshake(
    path: string,
    changes: Record<string, string> = {},
  ): Promise<{ status: number; head: string; stream: Deno.TcpConn }> {
    const { method = "GET", ...headers } = {
      host: this.host,
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-version": "13",
      ...changes,
    } as Record<string, string>;
    const lines = Object.entries(headers).filter(([, value]) => value !== "").map(([name, value]) =>
      `${name}: ${value}\r\n`
    );
    const stream = await Deno.connect({ hostname: this.server.http.host, port: this.server.http.port });
    await stream.write(new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`));
    const buffer = new Uint8Array(4_096);
    const head = new TextDecoder().decode(buffer.subarray(0, await stream.read(buffer) ?? 0));
    return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), stream };
  }

  /** The status of a handshake by hand. */
  async status(path: string, changes: Record<string, string> = {}): Promise<number> {
    const { status, stream } = await this.handshake(path, changes);
    stream.close();
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.relay.calls = 0;
    await this.server.stop();
  }
}

/** A WebSocket whose messages and end can be waited for. */
export class Browser {
  feed = 0;
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #texts: string[] = [];
  readonly #waiting: ((text: string) => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.opened = new Promise((resolve) => {
      socket.onopen = () => resolve();
    });
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => resolve({ code, reason });
    });
    socket.onmessage = ({ data }) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#texts.push(data);
      else waiting(data);
    };
  }

  text(): Promise<string> {
    const text = this.#texts.shift();
    return text === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(text);
  }

  /** Ends it and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.close();
    await this.closed;
  }
}
