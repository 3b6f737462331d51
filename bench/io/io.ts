// What a datagram costs the process that takes it, one by one and in batches, in rounds in turn.

import { quartiles } from "../rounds.ts";
import { duration, ratio, table } from "../table.ts";
import { Generator } from "./generator.ts";

const KINDS = ["plain", "batched"] as const;
type Kind = typeof KINDS[number];

/** Of one question and one kind of socket: processor time of a datagram in nanoseconds. */
export interface IoFigure {
  readonly kind: Kind;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface IoResult {
  readonly name: string;
  readonly figures: readonly IoFigure[];
}

interface Question {
  readonly name: string;
  readonly role: "echo" | "relay";
  readonly run: (generator: Generator) => Promise<void>;
}

const CONFIG = new URL("../deno.json", import.meta.url).pathname;
const BYTES = 600;
const FLOOD_MILLIS = 300;
const message = new Uint8Array(BYTES).fill(0x78);
const garbage = Array.from({ length: 64 }, () => crypto.getRandomValues(new Uint8Array(BYTES)));

const exchange = (count: number, window: number) => (generator: Generator) =>
  generator.exchange(message, { count, window });
const flood = (messages: readonly Uint8Array[]) => (generator: Generator) =>
  generator.flood(messages, FLOOD_MILLIS);

const QUESTIONS: readonly Question[] = [
  { name: "Received and sent back, one at a time", role: "echo", run: exchange(5_000, 1) },
  { name: "Received and sent back, 8 under way", role: "echo", run: exchange(20_000, 8) },
  { name: "Received and sent back, 64 under way", role: "echo", run: exchange(40_000, 64) },
  { name: "Random bytes at full speed, dropped by the relay", role: "relay", run: flood(garbage) },
];

/** Every question in turn for both kinds of socket, each target in a process of its own. */
export async function measureIo({ rounds = 9 } = {}): Promise<IoResult[]> {
  const results: IoResult[] = [];
  for (const question of QUESTIONS) {
    await using stack = new AsyncDisposableStack();
    const targets = [];
    for (const kind of KINDS) targets.push(stack.use(await Target.start(kind, question.role)));
    const samples = targets.map((): number[] => []);
    // The first round is for the compiler.
    for (let round = 0; round <= rounds; round++) {
      for (const [at, target] of targets.entries()) {
        const nanoseconds = await target.cost(question);
        if (round > 0) samples[at]!.push(nanoseconds);
      }
    }
    const figures = KINDS.map((kind, at) => ({ kind, ...quartiles(samples[at]!) }));
    results.push({ name: question.name, figures });
  }
  return results;
}

export function printIo({ name, figures }: IoResult): string {
  const base = figures[0]!.median;
  const rows = figures.map(({ kind, median, lowerQuartile, upperQuartile }) => [
    kind,
    duration(median),
    `${duration(lowerQuartile)} – ${duration(upperQuartile)}`,
    ratio(median / base),
    `${Math.round(1e9 / median / 1_000)},000`,
  ]);
  return `${name}, ${BYTES} bytes\n${
    table([["socket", "median", "quartiles", "ratio", "a second, one core"], ...rows])
  }`;
}

class Target {
  readonly #child: Deno.ChildProcess;
  readonly #generator: Generator;

  constructor(child: Deno.ChildProcess, generator: Generator) {
    this.#child = child;
    this.#generator = generator;
  }

  static async start(kind: Kind, role: string): Promise<Target> {
    const program = new URL("target.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", CONFIG, program, kind, role],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      return new Target(child, new Generator(Number(text)));
    }
    throw new Error(`The ${kind} target did not start`);
  }

  /** Processor time of the target for a datagram that it took, in nanoseconds. */
  async cost({ run }: Question): Promise<number> {
    const before = await this.#generator.usage();
    await run(this.#generator);
    const after = await this.#generator.usage();
    return (after.micros - before.micros) * 1e3 / (after.received - before.received);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#generator.close();
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}
