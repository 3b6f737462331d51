// sipp as a phone: runs one scenario of test/peers/sipp/ and records what went over the wire.

import { leashed, locate } from "../programs.ts";
import { parseSip, type SipText } from "../scenarios/sip_text.ts";
import { bracketed, freePort, isBound, LOOPBACK, text, type Transport, until } from "./ports.ts";
import type { Address } from "./relay.ts";

const SCENARIOS = new URL("./sipp/", import.meta.url);
const START_MS = 10_000;
const SECONDS = 25;
const SHOWN_MESSAGES = 3;
/** sipp's exit code when it could not bind its port. */
const CANNOT_BIND = 254;

/** A message as it stood on the wire. */
export interface Recorded {
  /** `sent` by sipp, or `received` by it. */
  readonly direction: "sent" | "received";
  readonly message: SipText;
  readonly bytes: Uint8Array;
}

export interface SippOptions {
  /** File of the scenario without `.xml`. */
  readonly scenario: string;
  /** Where scenarios are; test/peers/sipp/ unless said otherwise. */
  readonly scenarios?: URL;
  /** Its own address; a free port of loopback unless said otherwise. */
  readonly at?: Address;
  /** Where requests go; none for a phone that is called. */
  readonly to?: Address;
  readonly transport?: Transport;
  /** What stands for `{{name}}` in the scenario's XML, and byte for byte for `[name]` in its messages. */
  readonly values?: Readonly<Record<string, string>>;
  /** The address in Via and Contact when it is not sipp's own: that of a hop. */
  readonly advertise?: Address;
  /** For digest. */
  readonly user?: string;
  readonly password?: string;
  /** So many calls, 50 a second; 1 unless said otherwise. */
  readonly calls?: number;
  /** The whole run may take so long. */
  readonly seconds?: number;
}

export class Sipp implements AsyncDisposable {
  readonly address: Address;
  readonly scenario: string;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #status: Promise<Deno.CommandStatus>;
  readonly #stderr: Promise<string>;
  readonly #patience: number;
  #kept: readonly Recorded[] | undefined;

  constructor(child: Deno.ChildProcess, { scenario, folder, address, seconds }: Place) {
    this.#child = child;
    this.#folder = folder;
    this.scenario = scenario;
    this.address = address;
    this.#patience = seconds * 1000;
    this.#status = child.status;
    this.#stderr = new Response(child.stderr).text();
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#status;
  }

  /** What has gone over the wire so far; still there when the phone is not. */
  get messages(): readonly Recorded[] {
    return this.#kept ?? readMessages(readBytes(`${this.#folder}/messages.log`));
  }

  /** The same in short: `sent 180 INVITE`, `received ACK`. */
  get story(): string[] {
    return this.messages.map(shortly);
  }

  /** The first message that reads so in short; fails when there is none. */
  message(short: string, nth = 0): SipText {
    const found = this.messages.filter((one) => shortly(one) === short)[nth];
    if (found === undefined) throw new Error(`${this.scenario} had no ${short}:\n${this.story.join("\n")}`);
    return found.message;
  }

  /** Resolves when such a message has gone over the wire. */
  async sees(short: string, nth = 0): Promise<SipText> {
    return await until(() => this.messages.filter((one) => shortly(one) === short)[nth]?.message, {
      within: this.#patience,
      failing: () => `${this.scenario} had no ${short}:\n${this.#account()}`,
    });
  }

  /** Resolves when the scenario went as written. @throws Error with sipp's own words when it did not */
  async done(): Promise<void> {
    const { code } = await this.#status;
    if (code === 0) return;
    throw new Error(`${this.scenario} ended with ${code}\n${await this.#stderr}\n${this.#account()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await Promise.all([this.#status, this.#stderr]);
    this.#kept = this.messages;
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** For whoever has to find out why it failed: the story, sipp's complaints, and the last messages as they were. */
  #account(): string {
    const last = this.messages.slice(-SHOWN_MESSAGES);
    const texts = last.map((one) => `-- ${shortly(one)}\n${new TextDecoder().decode(one.bytes).trimEnd()}`);
    const errors = new TextDecoder().decode(readBytes(`${this.#folder}/errors.log`)).trim();
    return [this.story.join("\n"), errors, ...texts].filter((part) => part !== "").join("\n");
  }
}

/** Resolves when sipp listens. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  if (options.at !== undefined) {
    const sipp = await start(options, options.at);
    if (sipp === undefined) throw new Error(`sipp cannot bind ${text(options.at)}`);
    return sipp;
  }
  for (let attempt = 1;; attempt++) {
    const sipp = await start(options, { host: LOOPBACK, port: freePort() });
    if (sipp !== undefined) return sipp;
    if (attempt === 5) throw new Error("sipp finds no port");
  }
}

interface Place {
  readonly scenario: string;
  readonly folder: string;
  readonly address: Address;
  readonly seconds: number;
}

/** Resolves to nothing when the port was taken in the meantime. */
async function start(options: SippOptions, address: Address): Promise<Sipp | undefined> {
  const { scenario, to, transport = "udp", user, password, calls = 1, seconds = SECONDS } = options;
  const program = locate("sipp");
  if (program === undefined) throw new Error("There is no sipp on this machine");
  const folder = await Deno.makeTempDir({ prefix: "ropeway-sipp-" });
  const own = options.advertise ?? address;
  const values = { contact: text(own), wait: "1", ...options.values };
  const xml = await Deno.readTextFile(new URL(`${scenario}.xml`, options.scenarios ?? SCENARIOS));
  await Deno.writeTextFile(`${folder}/scenario.xml`, filled(xml, values));
  const command = leashed(program, [
    ...(to === undefined ? [] : [text(to)]),
    ...[
      "-sf",
      `${folder}/scenario.xml`,
      "-i",
      bracketed(address.host),
      "-bind_local",
      "-p",
      String(address.port),
    ],
    ...[
      "-t",
      transport === "udp" ? "u1" : "t1",
      "-m",
      String(calls),
      "-r",
      "50",
      "-nostdin",
      "-timer_resol",
      "5",
    ],
    ...["-trace_msg", "-message_file", `${folder}/messages.log`],
    ...["-trace_err", "-error_file", `${folder}/errors.log`],
    ...["-timeout", `${seconds}s`, "-timeout_error", "-default_behaviors", "abortunexp"],
    ...Object.entries(values).flatMap(([name, value]) => ["-key", name, value]),
    ...(user === undefined ? [] : ["-au", user]),
    ...(password === undefined ? [] : ["-ap", password]),
  ]);
  const child = new Deno.Command(command.program, {
    args: command.args,
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { TERM: "dumb" },
  }).spawn();
  const sipp = new Sipp(child, { scenario, folder, address, seconds });
  let ended: number | undefined;
  void sipp.status.then(({ code }) => ended = code);
  // A calling phone is recorded from its first message on: there is nothing to wait for.
  if (to !== undefined) return sipp;
  await until(() => ended !== undefined || isBound(transport, address), {
    within: START_MS,
    failing: () => `sipp does not listen on ${text(address)}`,
  });
  if (ended === undefined) return sipp;
  try {
    if (ended !== CANNOT_BIND) await sipp.done();
    return undefined;
  } finally {
    await sipp[Symbol.asyncDispose]();
  }
}

/** `sent INVITE`, `received 180 INVITE`. */
export function shortly({ direction, message }: { direction: string; message: SipText }): string {
  return `${direction} ${inShort(message)}`;
}

/** `INVITE`, or `180 INVITE`: a response with the method that it answers. */
export function inShort(message: SipText): string {
  if (!/^\d/.test(message.start)) return message.start;
  const cseq = message.headers.find(([name]) => name === "cseq")?.[1] ?? "";
  return `${message.start} ${cseq.split(/\s+/)[1]}`;
}

function filled(xml: string, values: Readonly<Record<string, string>>): string {
  return xml.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The scenario needs a value for ${name}`);
    return value;
  });
}

/** sipp's log gives each message's length, so whatever stands in a body is kept as it was. */
function readMessages(log: Uint8Array): Recorded[] {
  const latin = new TextDecoder("latin1").decode(log);
  const found: Recorded[] = [];
  const heading = /^(?:UDP|TCP) message (sent|received) [([](\d+)[)\]]? bytes\)? ?:\n\n/gm;
  for (let match = heading.exec(latin); match !== null; match = heading.exec(latin)) {
    const start = heading.lastIndex;
    const bytes = log.slice(start, start + Number(match[2]));
    // The last message may still be on its way into the file.
    if (bytes.length < Number(match[2])) break;
    heading.lastIndex = start + bytes.length;
    found.push({ direction: match[1] as Recorded["direction"], message: parseSip(bytes), bytes });
  }
  return found;
}

function readBytes(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}
