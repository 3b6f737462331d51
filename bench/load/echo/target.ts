// The peer that does next to nothing as a target.

import type { Target } from "../targets/target.ts";

const PROGRAM = new URL("./main.ts", import.meta.url).pathname;

/** `port`: the generator's SIP side. @throws Error when it does not start */
export async function startEcho({ port }: { port: number }): Promise<Target> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-ffi", "--quiet", "--no-prompt", PROGRAM, String(port)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The echo ended before it was ready");
    line += value;
  }
  reader.releaseLock();
  const { http, sip } = JSON.parse(line);
  return {
    name: "echo",
    version: "",
    dialect: "roap",
    login: { host: `127.0.0.1:${http}`, path: "/", protocol: "" },
    sip: `127.0.0.1:${sip}`,
    domain: "echo.invalid",
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
