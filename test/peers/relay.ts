// Starts the relay as `deno task start` does, with its listeners on free ports, and finds out which those are.

const ROOT = new URL("../../", import.meta.url);
/** Starting compiles nothing but loads everything; a loaded machine takes its time. */
const START_MS = 30_000;
const STOP_MS = 15_000;
const SAY_MS = 10_000;
const KEPT_LINES = 1000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Stopped {
  readonly code: number;
  readonly signal: Deno.Signal | null;
}

export interface EngineOptions {
  /** Further flags of V8, separated by commas. */
  readonly engine?: string | undefined;
  /** Told each line on standard output, where V8 writes what such flags make it tell. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export class Relay implements AsyncDisposable {
  /** Without a slash at its end. */
  readonly http: string;
  /** In the order of the --sip options. */
  readonly udp: readonly Address[];
  readonly tcp: readonly Address[];
  readonly tls: readonly Address[];
  /** undefined: it has no way in over TLS. */
  readonly https: Address | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #log: Lines;
  readonly #errors: Lines;

  constructor(child: Deno.ChildProcess, { log, errors }: { log: Lines; errors: Lines }) {
    this.#child = child;
    this.#log = log;
    this.#errors = errors;
    this.http = addressesOf(log.lines, "http http://").map(hostPort)[0] ?? "";
    this.udp = addressesOf(log.lines, "sip udp:");
    this.tcp = addressesOf(log.lines, "sip tcp:");
    this.tls = addressesOf(log.lines, "sip tls:");
    this.https = addressesOf(log.lines, "https https://")[0];
  }

  /** `ws://…/ws?user=NAME` */
  webSocket(user: string): string {
    return `ws://${this.http.slice("http://".length)}/ws?user=${encodeURIComponent(user)}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Its last lines on standard output. */
  get log(): readonly string[] {
    return this.#log.lines;
  }

  /** Its last lines on standard error. */
  get errors(): readonly string[] {
    return this.#errors.lines;
  }

  /** Resolves when so many lines on standard error match. */
  async says(wanted: RegExp, times = 1): Promise<void> {
    const end = Date.now() + SAY_MS;
    while (this.errors.filter((line) => wanted.test(line)).length < times) {
      if (Date.now() > end) throw new Error(`The relay does not say ${wanted}\n${this.#errors.text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Resolves when it has ended by itself or by somebody's signal. */
  get ended(): Promise<Stopped> {
    return this.#child.status;
  }

  /** Asks it to end and waits until it has; one that does not end in time is killed, and that is an error. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<Stopped> {
    send(this.#child, signal);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      send(this.#child, "SIGKILL");
    }, STOP_MS);
    const { code, signal: by } = await this.#child.status;
    clearTimeout(timer);
    await Promise.all([this.#log.done, this.#errors.done]);
    if (late) {
      throw new Error(`The relay did not stop within ${STOP_MS} ms of ${signal}\n${this.#errors.text}`);
    }
    return { code, signal: by };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Resolves when the relay has said `ready`. Listeners that `args` does not name get port 0 of 127.0.0.1, and there is one shard unless it
 * says otherwise.
 * @throws Error with what it wrote when it ends before that
 */
export async function startRelay(
  args: readonly string[] = [],
  { engine, onLine }: EngineOptions = {},
): Promise<Relay> {
  const own = [
    ...(args.includes("--http") ? [] : ["--http", "127.0.0.1:0"]),
    ...(args.includes("--sip") ? [] : ["--sip", "udp:127.0.0.1:0", "--sip", "tcp:127.0.0.1:0"]),
    ...(args.includes("--shards") ? [] : ["--shards", "1"]),
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...await taskArgs(), ...own, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...(engine === undefined ? {} : { DENO_V8_FLAGS: engine }) },
  }).spawn();
  const log = new Lines(child.stdout, (line) => {
    onLine?.(line);
    return line === "ready";
  });
  const errors = new Lines(child.stderr, () => false);
  const timer = setTimeout(() => send(child, "SIGKILL"), START_MS);
  const ready = await log.found;
  clearTimeout(timer);
  if (ready) return new Relay(child, { log, errors });
  send(child, "SIGKILL");
  const { code } = await child.status;
  await errors.done;
  throw new Error(`The relay ended with ${code} before it was ready\n${log.text}\n${errors.text}`);
}

/** The start task's own arguments, so that tests run with its permissions. */
async function taskArgs(): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [program, ...args] = String(tasks.start).split(" ");
  if (program !== "deno") throw new Error(`Task start does not run deno: ${tasks.start}`);
  return args;
}

/** Reads a stream to its end, so that the writer never blocks, and keeps the last lines. */
class Lines {
  readonly lines: string[] = [];
  /** Whether a line came that was waited for, before the end. */
  readonly found: Promise<boolean>;
  readonly done: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>, wanted: (line: string) => boolean) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.found = promise;
    this.done = this.#read(stream, (line) => wanted(line) && resolve(true)).then(() => resolve(false));
  }

  get text(): string {
    return this.lines.join("\n");
  }

  async #read(stream: ReadableStream<Uint8Array>, seen: (line: string) => void): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop()!;
      for (const line of parts) {
        this.lines.push(line);
        if (this.lines.length > KEPT_LINES) this.lines.shift();
        seen(line);
      }
    }
    if (rest !== "") this.lines.push(rest);
  }
}

function addressesOf(lines: readonly string[], prefix: string): Address[] {
  return lines.filter((line) => line.startsWith(prefix)).map((line) => {
    // Behind the address: how it is served.
    const address = line.slice(prefix.length).split(" ")[0]!.replace(/\/$/, "");
    const colon = address.lastIndexOf(":");
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
  });
}

function hostPort({ host, port }: Address): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
