// Janus with its SIP plugin: JSON over WebSocket to SIP over UDP. It is a gateway for media too: each call sets up ICE and ports.

import { freePort } from "../../../test/peers/ports.ts";
import { locate } from "../../../test/programs.ts";
import { listens, signal } from "./child.ts";
import type { Target } from "./target.ts";

export const PROGRAMS: readonly string[] = ["janus"];
const STOP_MS = 5_000;
const FOLDER = `/usr/lib/${Deno.build.arch}-linux-gnu/janus`;
const OTHERS = [
  "audiobridge",
  "duktape",
  "echotest",
  "lua",
  "nosip",
  "recordplay",
  "streaming",
  "textroom",
  "videocall",
  "videoroom",
  "voicemail",
];

const FILES = (port: number): Readonly<Record<string, string>> => ({
  "janus.jcfg": `general: {
  plugins_folder = "${FOLDER}/plugins"
  transports_folder = "${FOLDER}/transports"
  events_folder = "${FOLDER}/events"
  loggers_folder = "${FOLDER}/loggers"
  log_to_stdout = false
  debug_level = 0
  session_timeout = 600
}
media: { rtp_port_range = "20000-32000" }
plugins: { disable = "${OTHERS.map((name) => `libjanus_${name}.so`).join(",")}" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
events: { broadcast = false }
`,
  "janus.transport.websockets.jcfg": `general: {
  json = "compact"
  ws = true
  ws_port = ${port}
  ws_ip = "127.0.0.1"
}
admin: { admin_ws = false }
`,
  "janus.plugin.sip.jcfg": `general: {
  local_ip = "127.0.0.1"
  behind_nat = false
  rtp_port_range = "40000-60000"
  events = false
}
`,
});

/** undefined: it is not installed. */
export function janusVersion(): string | undefined {
  const program = locate("janus");
  if (program === undefined) return undefined;
  const { stdout } = new Deno.Command(program, { args: ["--version"], stderr: "null" }).outputSync();
  return /(\d+\.\d+\.\d+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? "";
}

/** @throws Error when it does not start */
export async function startJanus(): Promise<Target> {
  const program = locate("janus");
  if (program === undefined) throw new Error("Not installed: janus");
  const folder = await Deno.makeTempDir({ prefix: "ropeway_janus_" });
  const port = freePort();
  for (const [name, text] of Object.entries(FILES(port))) await Deno.writeTextFile(`${folder}/${name}`, text);
  const child = new Deno.Command(program, {
    args: ["--configs-folder", folder, "--disable-colors"],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    signal(child, "SIGTERM");
    const timer = setTimeout(() => signal(child, "SIGKILL"), STOP_MS);
    await child.status;
    clearTimeout(timer);
    await Deno.remove(folder, { recursive: true });
  };
  if (!await listens(port)) {
    await stop();
    throw new Error("Janus does not start");
  }
  return {
    name: "Janus",
    version: janusVersion() ?? "",
    dialect: "janus",
    login: { host: `127.0.0.1:${port}`, path: "/", protocol: "janus-protocol" },
    sip: "",
    domain: "janus.invalid",
    pid: child.pid,
    [Symbol.asyncDispose]: stop,
  };
}
