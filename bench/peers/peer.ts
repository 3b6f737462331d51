// Readers in C: built on the spot with gcc, told by the line what to do, each timing itself in a process of its own.

import type { Absent } from "../group.ts";
import type { Message } from "../messages.ts";
import type { Target } from "../rounds.ts";

/** A program of this folder and what Debian calls its library. */
interface Source {
  readonly name: string;
  readonly file: string;
  readonly nameInPlace?: string;
  /** For pkg-config; "" = libc alone. */
  readonly library: string;
  readonly debian: string;
}

const SOURCES = {
  sofia: {
    name: "sofia-sip (C), copied in",
    nameInPlace: "sofia-sip (C), in place",
    file: "sofia.c",
    library: "sofia-sip-ua",
    debian: "libsofia-sip-ua-dev",
  },
  osip: { name: "osip2 (C)", file: "osip.c", library: "libosip2", debian: "libosip2-dev" },
  memchr: { name: "memchr (C)", file: "memchr.c", library: "", debian: "libc6-dev" },
} satisfies Record<string, Source>;

export type PeerName = keyof typeof SOURCES;

/** One question at a time. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  /** Of its library; "" = libc alone. */
  readonly version: string;
  /** What its line is called where messages lie in the library's own memory when the clock begins. "" = the library always copies. */
  readonly nameInPlace: string;
  /** What it reads in the message of this place, field by field. */
  fields(message: number, inPlace: boolean): Promise<ReadonlyMap<string, string>>;
  target(message: number, inPlace: boolean): Target;
}

const FOLDER = import.meta.dirname ?? ".";

/**
 * Builds a reader into the folder `into` and starts it with the messages. Absent when this machine cannot.
 *
 * @throws Error with the compiler's words when its library is here and it does not build all the same
 */
export async function startPeer(
  which: PeerName,
  { messages, into }: { messages: readonly Message[]; into: string },
): Promise<Peer | Absent> {
  const { name, nameInPlace = "", file, library, debian }: Source = SOURCES[which];
  if (await output("gcc", "--version") === undefined) return { name, why: "no gcc" };
  const flags = library === "" ? "" : await output("pkg-config", "--cflags", "--libs", library);
  if (flags === undefined) return { name, why: `no ${debian}` };
  const words = flags.trim().split(/\s+/).filter((word) => word !== "");
  const includes = words.filter((word) => word.startsWith("-I"));
  const libraries = words.filter((word) => !word.startsWith("-I"));
  const program = `${into}/${which}`;
  const sources = ["harness.c", file].map((source) => `${FOLDER}/${source}`);
  const built = await new Deno.Command("gcc", {
    args: ["-O2", "-o", program, ...includes, ...sources, ...libraries],
  }).output();
  if (!built.success) throw new Error(`${file} does not build: ${new TextDecoder().decode(built.stderr)}`);
  const paths = await Promise.all(messages.map(async ({ bytes }, at) => {
    const path = `${into}/${which}_${at}`;
    await Deno.writeFile(path, bytes);
    return path;
  }));
  const version = library === "" ? "" : (await output("pkg-config", "--modversion", library) ?? "").trim();
  return new Program({ name, nameInPlace, version, program, paths });
}

class Program implements Peer {
  readonly name: string;
  readonly nameInPlace: string;
  readonly version: string;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #encoder = new TextEncoder();
  #pending = "";

  constructor(options: {
    name: string;
    nameInPlace: string;
    version: string;
    program: string;
    paths: readonly string[];
  }) {
    this.name = options.name;
    this.nameInPlace = options.nameInPlace;
    this.version = options.version;
    this.#process = new Deno.Command(options.program, {
      args: [...options.paths],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async fields(message: number, inPlace: boolean): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#ask(`${inPlace ? "fields_open" : "fields"} ${message}`, "\n\n");
    return new Map(
      answer.trimEnd().split("\n").map((line) => {
        const [name = "", hex = ""] = line.split(" ");
        return [name, new TextDecoder().decode(Uint8Array.fromHex(hex))];
      }),
    );
  }

  target(message: number, inPlace: boolean): Target {
    const command = inPlace ? "time_open" : "time";
    return {
      name: inPlace ? this.nameInPlace : this.name,
      time: async (count) => Number(await this.#ask(`${command} ${message} ${count}`, "\n")),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#process.status;
  }

  async #ask(command: string, end: string): Promise<string> {
    await this.#writer.write(this.#encoder.encode(`${command}\n`));
    while (!this.#pending.endsWith(end)) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`${this.name} ended at "${command}"`);
      this.#pending += value;
    }
    const answer = this.#pending;
    this.#pending = "";
    return answer;
  }
}

/** What a program prints; undefined when it is not here or fails. */
async function output(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined; // not installed
  }
}
