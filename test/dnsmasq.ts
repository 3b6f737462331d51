// A real DNS server for tests, on a free port of loopback, with the records that a test gives it.

import { leashed, locate } from "./programs.ts";

export interface Dnsmasq extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** HOST:PORT, as `--dns` takes it. */
  readonly address: string;
  /** Every question it was asked since it started: `NAPTR example.org`. */
  questions(): string[];
}

/** Starts dnsmasq with options such as `--naptr-record=…`. It answers for those names only. */
export async function startDnsmasq(records: readonly string[]): Promise<Dnsmasq> {
  const program = locate("dnsmasq");
  if (program === undefined) throw new Error("There is no dnsmasq on this machine");
  for (let attempt = 1;; attempt++) {
    const server = await start(program, { port: freePort(), records });
    if (typeof server !== "string") return server;
    // Somebody else may have taken the port between our look and its start.
    if (attempt === 5 || !/in use/.test(server)) throw new Error(`dnsmasq does not start: ${server}`);
  }
}

/** Resolves to the last thing it said when it does not start. */
async function start(
  program: string,
  { port, records }: { port: number; records: readonly string[] },
): Promise<Dnsmasq | string> {
  const host = "127.0.0.1";
  const own =
    `--keep-in-foreground --log-facility=- --log-queries --no-resolv --no-hosts --conf-file=/dev/null
    --port=${port} --listen-address=${host} --bind-interfaces --pid-file= --cache-size=0 --user= --group=`
      .split(/\s+/);
  const command = leashed(program, [...own, ...records]);
  const child = new Deno.Command(command.program, {
    args: command.args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const asked: string[] = [];
  let last = "";
  const started = Promise.withResolvers<boolean>();
  const reading = readLines(child.stderr, (line) => {
    last = line;
    if (/: started, version /.test(line)) started.resolve(true);
    const [, type, name] = /: query\[(\w+)\] (\S+) from /.exec(line) ?? [];
    if (type !== undefined) asked.push(`${type === "type=35" ? "NAPTR" : type} ${name}`);
  }).then(() => started.resolve(false));
  if (!await started.promise) {
    await Promise.all([child.status, reading]);
    return last;
  }
  return {
    host,
    port,
    address: `${host}:${port}`,
    questions: () => [...asked],
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await Promise.all([child.status, reading]);
    },
  };
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
}

function freePort(): number {
  using probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (probe.addr as Deno.NetAddr).port;
}
