// One shard: a process of its own that does what the supervisor says, and stops when that is gone.

import type { ShardsConfig } from "../../core/sip/shard.ts";
import type { LoginConfig } from "../config/config.ts";
import { createResolver } from "../dns/create.ts";
import { readPage } from "../http/page.ts";
import { ListenError } from "../listen_error.ts";
import { createLog } from "../log.ts";
import { createRelay } from "../relay.ts";
import { bindServer, type Server } from "../server.ts";
import type { StopStep } from "../stop.ts";
import type { Credentials } from "../tls/identity.ts";
import { Interconnect } from "./interconnect.ts";
import { fromPlain, messagesOf, type Order, toLine, type Word } from "./protocol.ts";

const CANNOT_START = 2;

type Listen = Extract<Order, { type: "listen" }>;
type Start = Extract<Order, { type: "start" }>;

class Shard {
  readonly #own: number;
  readonly #directory: string;
  readonly #server: Server;
  readonly #waiting = new Map<StopStep, () => void>();
  /** The supervisor's time at our zero. */
  #offset = 0;
  #isAlone = false;

  /** @throws ListenError */
  constructor(
    { shard, shards, directory, config, credentials, tokenKey }: Listen,
    page: Awaited<ReturnType<typeof readPage>>,
  ) {
    this.#own = shard;
    this.#directory = directory;
    const log = createLog({ level: config.logLevel, shard });
    const now = () => performance.now() + this.#offset;
    this.#server = bindServer(fromPlain(config), {
      createRelay: (config, tables, admission) => createRelay({ config, tables, admission, now: now() }),
      resolver: createResolver(config),
      log,
      tokenKey,
      page,
      now,
      credentials,
      interconnect: new Interconnect({ own: shard, shards, directory, log }),
    });
    const { http, https, sip, reached, lines } = this.#server;
    say({ type: "listening", http, https, sip, reached, lines });
  }

  async start({ listeners, nonceKey, dial, now }: Start): Promise<void> {
    this.#offset = now - performance.now();
    const shards: ShardsConfig = { own: this.#own, listeners, nonceKey };
    await this.#server.start({ shards, dial, together: (step) => this.#together(step) });
    say({ type: "ready" });
  }

  /** Nobody coordinates any more: this shard stops by itself. */
  abandoned(): Promise<void> {
    this.#isAlone = true;
    for (const go of this.#waiting.values()) go();
    return this.stop().finally(() => leave(this.#directory));
  }

  renew(credentials: Credentials): void {
    this.#server.renew(credentials);
  }

  renewLogin(login: LoginConfig): void {
    this.#server.renewLogin(login);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  go(step: StopStep): void {
    this.#waiting.get(step)?.();
  }

  async #together(step: StopStep): Promise<void> {
    if (this.#isAlone) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(step, resolve);
      say({ type: "reached", step });
    });
  }
}

if (import.meta.main) {
  // A terminal's Ctrl-C, and whoever stops a whole group of processes, reaches us too: it is the supervisor that says what is to be done.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => {});
  await obey();
}

async function obey(): Promise<void> {
  const page = await readPage(new URL("../page/", import.meta.url));
  let shard: Shard | undefined;
  const end = (stopped: Promise<void> | undefined) => {
    if (stopped === undefined) Deno.exit(0);
    stopped.then(() => Deno.exit(0), () => Deno.exit(1));
  };
  for await (const order of messagesOf<Order>(Deno.stdin.readable)) {
    switch (order.type) {
      case "listen":
        shard = listen(order, page);
        break;
      case "start":
        shard?.start(order);
        break;
      case "ask":
        say({ type: "here" });
        break;
      case "renew":
        shard?.renew(order.credentials);
        break;
      case "renewLogin":
        shard?.renewLogin(order.login);
        break;
      case "stop":
        end(shard?.stop());
        break;
      case "go":
        shard?.go(order.step);
        break;
    }
  }
  end(shard?.abandoned());
}

function listen(order: Listen, page: Awaited<ReturnType<typeof readPage>>): Shard {
  try {
    return new Shard(order, page);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    say({ type: "failed", message: error.message });
    Deno.exit(CANNOT_START);
  }
}

/** The last shard to leave takes the sockets' directory away. */
function leave(directory: string): void {
  try {
    Deno.removeSync(directory);
  } catch {
    // Another is still there.
  }
}

function say(word: Word): void {
  const line = toLine(word);
  try {
    for (let at = 0; at < line.length;) at += Deno.stdout.writeSync(line.subarray(at));
  } catch {
    // The supervisor is gone: the end of our input says so too.
  }
}
