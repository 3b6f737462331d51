// What a WebSocket costs its server: processor time for a text in and one out, and memory while it idles.

import { quartiles } from "../rounds.ts";
import { duration, ratio, table } from "../table.ts";
import { WebSocketClients } from "./web_socket_clients.ts";

const KINDS = ["deno", "plain", "epoll"] as const;
type Kind = typeof KINDS[number];

export interface WebSocketFigure {
  readonly kind: Kind;
  /** Nanoseconds of processor time, or bytes. */
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface WebSocketResult {
  readonly name: string;
  readonly unit: "time" | "bytes";
  readonly figures: readonly WebSocketFigure[];
}

const CONFIG = new URL("../deno.json", import.meta.url).pathname;
const BYTES = 800;
const QUESTIONS = [
  { perSecond: 100, count: 100 },
  { perSecond: 1_000, count: 1_000 },
  { perSecond: 5_000, count: 5_000 },
  { perSecond: 10_000, count: 10_000 },
];

/** Every rate in turn for each kind of server, each in a process of its own; the first round is for the compiler. */
export async function measureWebSockets({ rounds = 5, idle = 5_000 } = {}): Promise<WebSocketResult[]> {
  await using stack = new AsyncDisposableStack();
  const servers: Server[] = [];
  for (const kind of KINDS) servers.push(stack.use(await Server.start(kind)));
  const results: WebSocketResult[] = [];
  const memory = [];
  for (const { kind, clients } of servers) {
    await clients.open(100);
    await clients.exchange(BYTES, { count: 2_000, perSecond: 10_000 });
    const before = await clients.resident();
    await clients.open(idle);
    const bytes = (await clients.resident() - before) / idle;
    memory.push({ kind, median: bytes, lowerQuartile: bytes, upperQuartile: bytes });
  }
  for (const question of QUESTIONS) {
    const samples = servers.map((): number[] => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [at, { clients }] of servers.entries()) {
        const before = await clients.micros();
        await clients.exchange(BYTES, question);
        const used = await clients.micros() - before;
        if (round > 0) samples[at]!.push(used * 1_000 / question.count);
      }
    }
    const figures = servers.map(({ kind }, at) => ({ kind, ...quartiles(samples[at]!) }));
    const name = `A text of ${BYTES} bytes in and out again, ${question.perSecond} a second`;
    results.push({ name, unit: "time", figures });
  }
  return [...results, {
    name: `One of ${idle} idle WebSockets, resident memory`,
    unit: "bytes",
    figures: memory,
  }];
}

export function printWebSockets({ name, unit, figures }: WebSocketResult): string {
  const show = (value: number) => unit === "time" ? duration(value) : `${Math.round(value)} B`;
  const base = figures[0]!.median;
  const rows = figures.map(({ kind, median, lowerQuartile, upperQuartile }) => [
    kind,
    show(median),
    `${show(lowerQuartile)} – ${show(upperQuartile)}`,
    ratio(median / base),
  ]);
  return `${name}\n${table([["server", "median", "quartiles", "ratio"], ...rows])}`;
}

class Server {
  readonly kind: Kind;
  readonly clients: WebSocketClients;
  readonly #child: Deno.ChildProcess;

  constructor(kind: Kind, { child, port }: { child: Deno.ChildProcess; port: number }) {
    this.kind = kind;
    this.clients = new WebSocketClients(port);
    this.#child = child;
  }

  static async start(kind: Kind): Promise<Server> {
    const program = new URL("web_socket_target.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", "--config", CONFIG, program, kind],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      return new Server(kind, { child, port: Number(text) });
    }
    throw new Error(`The ${kind} server did not start`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clients.close();
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}
