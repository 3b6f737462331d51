// Kamailio as a small home network: a registrar with digest that challenges calls too, and a proxy between those who are registered.

import { locate } from "../programs.ts";
import { freePort, isBound, LOOPBACK, until } from "./ports.ts";
import type { Address } from "./relay.ts";

export const HOME = "home.test";
/** Of every user. */
export const PASSWORD = "secret";

const START_MS = 15_000;
const WAIT_MS = 15_000;
const STOP_MS = 5_000;

const CONFIG = (port: number) =>
  `#!KAMAILIO
debug=0
log_stderror=yes
children=1
dns=no
rev_dns=no
listen=udp:${LOOPBACK}:${port}
listen=tcp:${LOOPBACK}:${port}
alias="${HOME}"

loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"

modparam("registrar", "min_expires", 2)
modparam("registrar", "max_expires", 3600)
modparam("auth", "nonce_expire", 300)
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("xlog", "methods_filter", -1)

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      t_relay();
    } else if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
    } else {
      sl_send_reply("481", "No Such Dialog");
    }
    exit;
  }
  if (is_method("CANCEL") || is_method("ACK")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if ($tU == "barred") {
      sl_send_reply("403", "Barred here");
      exit;
    }
    if (!pv_www_authenticate("${HOME}", "${PASSWORD}", "0")) {
      www_challenge("${HOME}", "1");
      exit;
    }
    append_to_reply("P-Associated-URI: <sip:$tU@${HOME}>, <tel:+1555-$tU>\\r\\n");
    save("location");
    xlog("L_ALERT", "saved $tU $hdr(Contact)\\n");
    exit;
  }
  if (!is_method("INVITE")) {
    sl_send_reply("489", "Bad Event");
    exit;
  }
  if ($fd == "${HOME}") {
    if (!pv_proxy_authenticate("${HOME}", "${PASSWORD}", "0")) {
      proxy_challenge("${HOME}", "1");
      exit;
    }
    consume_credentials();
  }
  loose_route();
  record_route();
  if (!lookup("location")) {
    sl_send_reply("480", "Nobody here");
    exit;
  }
  if (!t_relay()) sl_reply_error();
}
`;

export class KamailioRegistrar implements AsyncDisposable {
  readonly address: Address;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #lines: string[] = [];
  readonly #read: Promise<void>;

  constructor(child: Deno.ChildProcess, { folder, port }: { folder: string; port: number }) {
    this.#child = child;
    this.#folder = folder;
    this.address = { host: LOOPBACK, port };
    this.#read = this.#readLines();
  }

  /** REGISTERs that were taken, as `alice <contact>;expires=600`. */
  get saved(): string[] {
    return this.#lines.flatMap((line) => /saved (.*)/.exec(line)?.[1] ?? []);
  }

  get log(): string {
    return this.#lines.join("\n");
  }

  /** Resolves once so many REGISTERs of a user have been taken. */
  async hasSaved(user: string, times = 1): Promise<string> {
    const all = () => this.saved.filter((line) => line.startsWith(`${user} `));
    return await until(() => all()[times - 1], {
      within: WAIT_MS,
      failing: () => `Kamailio has not saved ${user}:\n${this.log}`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), STOP_MS);
    await this.#child.status;
    clearTimeout(timer);
    await this.#read;
    await Deno.remove(this.#folder, { recursive: true });
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  async #readLines(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
  }
}

/** @throws Error with what it wrote when it does not start */
export async function startRegistrar(): Promise<KamailioRegistrar> {
  const folder = await Deno.makeTempDir({ prefix: "ropeway_registrar_" });
  const port = freePort();
  const config = `${folder}/kamailio.cfg`;
  await Deno.writeTextFile(config, CONFIG(port));
  const child = new Deno.Command(locate("kamailio")!, {
    args: ["-DD", "-E", "-f", config, "-Y", folder, "-m", "64", "-M", "8"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const registrar = new KamailioRegistrar(child, { folder, port });
  try {
    await until(() => isBound("udp", port) && isBound("tcp", port), {
      within: START_MS,
      failing: () => `Kamailio does not start:\n${registrar.log}`,
    });
  } catch (error) {
    await registrar[Symbol.asyncDispose]();
    throw error;
  }
  return registrar;
}
