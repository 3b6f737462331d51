// Kamailio as operators run it in front of browsers: SIP over WebSocket to SIP over UDP, transactions kept, route recorded.

import { freePort } from "../../../test/peers/ports.ts";
import { locate, missing } from "../../../test/programs.ts";
import { listens, signal } from "./child.ts";
import type { Target } from "./target.ts";

export const PROGRAMS: readonly string[] = ["kamailio", "kamailio-websocket"];
const STOP_MS = 5_000;
/** MiB: what is shared by all processes, and what each has for itself. */
const SHARED_MEMORY = 1024;
const PRIVATE_MEMORY = 32;

const CONFIG = ({ udp, tcp }: { udp: number; tcp: number }) =>
  `#!KAMAILIO
debug=0
log_stderror=yes
children=2
tcp_children=2
tcp_max_connections=65536
tcp_connection_lifetime=3600
tcp_accept_no_cl=yes
dns=no
rev_dns=no
listen=udp:127.0.0.1:${udp}
listen=tcp:127.0.0.1:${tcp}

loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xhttp.so"
loadmodule "websocket.so"

modparam("rr", "enable_full_lr", 0)
modparam("tm", "fr_timer", 30000)
modparam("tm", "fr_inv_timer", 60000)

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
      sl_send_reply("404", "Not Here");
    }
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  t_check_trans();
  if (!is_method("INVITE")) {
    sl_send_reply("405", "Method Not Allowed");
    exit;
  }
  record_route();
  if (!t_relay()) sl_reply_error();
}

event_route[xhttp:request] {
  set_reply_close();
  set_reply_no_connect();
  if ($hdr(Upgrade) =~ "websocket" && $hdr(Connection) =~ "Upgrade" && $rm =~ "GET") {
    if (ws_handle_handshake()) exit;
  }
  xhttp_reply("404", "Not Found", "", "");
}
`;

/** undefined: it is not installed. */
export function kamailioVersion(): string | undefined {
  if (missing(PROGRAMS).length > 0) return undefined;
  const { stdout } = new Deno.Command(locate("kamailio")!, { args: ["-v"], stderr: "null" }).outputSync();
  return /^version: kamailio (\S+)/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "";
}

/** @throws Error with what it wrote when it does not start */
export async function startKamailio(): Promise<Target> {
  const version = kamailioVersion();
  if (version === undefined) throw new Error(`Not installed: ${missing(PROGRAMS).join(", ")}`);
  const folder = await Deno.makeTempDir({ prefix: "ropeway_kamailio_" });
  const [udp, tcp] = [freePort(), freePort()];
  const config = `${folder}/kamailio.cfg`;
  await Deno.writeTextFile(config, CONFIG({ udp, tcp }));
  const child = new Deno.Command(locate("kamailio")!, {
    args: [
      "-DD",
      "-E",
      "-f",
      config,
      "-Y",
      folder,
      "-m",
      String(SHARED_MEMORY),
      "-M",
      String(PRIVATE_MEMORY),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = lastLines(child.stderr);
  const stop = async () => {
    signal(child, "SIGTERM");
    const timer = setTimeout(() => signal(child, "SIGKILL"), STOP_MS);
    await child.status;
    clearTimeout(timer);
    await Deno.remove(folder, { recursive: true });
  };
  if (!await listens(tcp)) {
    await stop();
    throw new Error(`Kamailio does not start\n${(await log).join("\n")}`);
  }
  return {
    name: "Kamailio",
    version,
    dialect: "sip",
    login: { host: `127.0.0.1:${tcp}`, path: "/", protocol: "sip" },
    sip: `127.0.0.1:${udp}`,
    domain: "kamailio.invalid",
    pid: child.pid,
    [Symbol.asyncDispose]: stop,
  };
}

async function lastLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string[]> {
  let kept: string[] = [];
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    kept = [...kept, ...chunk.split("\n")].slice(-20);
  }
  return kept;
}
