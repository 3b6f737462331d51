// One Kamailio: a main process with its children, in a process group of their own.

import { leashed, locate } from "../../programs.ts";
import type { NodeName } from "./configuration.ts";

const POLL_MS = 50;
const START_MS = 15_000;
const STOP_MS = 4_000;
const LOG_LINES = 12;
/** Kamailio's Diameter module keeps its FIFOs there, whatever one says. */
const FIFOS = "/tmp";

export interface NodeOptions {
  readonly name: NodeName;
  /** Where its configuration, control socket and log are. */
  readonly folder: string;
  /** Shared memory. */
  readonly megabytes: number;
}

export class KamailioNode implements AsyncDisposable {
  readonly name: NodeName;
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  #status: Deno.CommandStatus | undefined;

  constructor({ name, folder, megabytes }: NodeOptions) {
    this.name = name;
    this.#folder = folder;
    const kamailio = ["-DD", "-E", "-f", `${folder}/${name}.cfg`, "-w", folder, "-Y", folder];
    const memory = ["-m", String(megabytes), "-M", "4"];
    // TERM: its children end with it. A session of its own is a process group of its own.
    const command = leashed("setsid", [locate("kamailio")!, ...kamailio, ...memory], "TERM");
    this.#child = new Deno.Command("sh", {
      args: ["-c", 'exec "$0" "$@" >>"$LOG" 2>&1', command.program, ...command.args],
      env: { LOG: `${folder}/${name}.log` },
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    void this.#child.status.then((status) => this.#status = status);
  }

  get isRunning(): boolean {
    return this.#status === undefined;
  }

  /** Its log: one line a request, and what went wrong. */
  get log(): string {
    try {
      return Deno.readTextFileSync(`${this.#folder}/${this.name}.log`);
    } catch {
      return "";
    }
  }

  /** Resolves when it takes commands. @throws Error with the end of its log when it ends before that */
  async ready(): Promise<void> {
    await this.until(async () => await this.tries("core.uptime") !== undefined, "does not take commands");
  }

  /** Looks again and again until the condition holds. */
  async until(condition: () => Promise<boolean>, failing: string): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!await condition()) {
      if (this.isRunning && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        continue;
      }
      const end = this.log.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
      throw new Error(`${this.name} ${failing}\n${end}`);
    }
  }

  /** Gives it a command over its control socket. @throws Error when it refuses */
  async command(...words: string[]): Promise<string> {
    const { success, text } = await this.#control(words);
    if (!success) throw new Error(`${this.name} ${words.join(" ")}: ${text}`);
    return text;
  }

  /** As `command`; `undefined` when it does not answer or refuses. */
  async tries(...words: string[]): Promise<string | undefined> {
    if (!exists(this.#socket)) return undefined;
    const { success, text } = await this.#control(words);
    return success ? text : undefined;
  }

  /** Many commands, a line each, by one run of the control program. */
  async commands(lines: readonly string[]): Promise<void> {
    const child = new Deno.Command("kamcmd", {
      args: ["-s", `unixs:${this.#socket}`],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${lines.join("\n")}\nquit\n`));
    await writer.close();
    await child.status;
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    await this.#end();
    await removeFifos();
  }

  /** It is there, but does not answer. */
  freeze(): void {
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    this.#signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    if (this.isRunning) Deno.kill(this.#child.pid, "SIGTERM");
    const deadline = Date.now() + STOP_MS;
    while (this.#members().length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    // Whom SIGTERM did not end, and children that outlived a main process that crashed.
    await this.#end();
    await removeFifos();
  }

  get #socket(): string {
    return `${this.#folder}/${this.name}.ctl`;
  }

  async #control(words: readonly string[]): Promise<{ success: boolean; text: string }> {
    const command = new Deno.Command("timeout", {
      args: ["5", "kamcmd", "-s", `unixs:${this.#socket}`, ...words],
      stdin: "null",
    });
    const { success, stdout, stderr } = await command.output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    // kamcmd's exit code says only whether it was understood.
    const refused = /^error:/m.test(out! + err!);
    return { success: success && !refused, text: `${out}${err}`.trim() };
  }

  /** Ends all of its processes and waits until they are gone. */
  async #end(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#child.status;
    while (this.#members().length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      await Deno.remove(this.#socket);
    } catch {
      // It had none yet, or has removed it.
    }
  }

  #signal(signal: Deno.Signal): void {
    try {
      // the whole group
      Deno.kill(-this.#child.pid, signal);
    } catch {
      // Nobody is left.
    }
  }

  /** The processes of its group that have not ended. */
  #members(): number[] {
    const group = String(this.#child.pid);
    const members: number[] = [];
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
        // behind the name, which may hold anything: state, parent, group
        const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (pgrp === group && state !== "Z") members.push(Number(name));
      } catch {
        // It has ended in the meantime.
      }
    }
    return members;
  }
}

/** Those of processes that are gone: its own, and what runs that were killed have left. */
async function removeFifos(): Promise<void> {
  for await (const { name } of Deno.readDir(FIFOS)) {
    const pid = /^cdp_send_(\d+)_/.exec(name)?.[1];
    if (pid === undefined || exists(`/proc/${pid}`)) continue;
    try {
      await Deno.remove(`${FIFOS}/${name}`);
    } catch {
      // Another core was faster.
    }
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
