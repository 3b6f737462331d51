// Nobody can end the program by using up its file descriptors.

import assert from "node:assert/strict";
import settings from "../deno.json" with { type: "json" };

const LIMIT = 120;
const FREE = [
  "--http",
  "127.0.0.1:0",
  "--sip",
  "udp:127.0.0.1:0",
  "--sip",
  "tcp:127.0.0.1:0",
  "--shards",
  "1",
];

/** The program with so few descriptors that a test can use them up. */
function program(): Deno.ChildProcess {
  const start = settings.tasks.start.split(" ").slice(1);
  return new Deno.Command("sh", {
    args: ["-c", `ulimit -n ${LIMIT}; exec "$@"`, "sh", Deno.execPath(), ...start, ...FREE],
    cwd: new URL("..", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** Reads until a line has been said; gives back all that came before. */
async function until(reader: ReadableStreamDefaultReader<string>, line: string): Promise<string> {
  let said = "";
  while (!said.includes(line)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`It ended after: ${said}`);
    said += value;
  }
  return said;
}

async function served(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

Deno.test("main: goes on when it has run out of file descriptors, and serves again afterwards", async () => {
  const child = program();
  const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const err = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const ports = await until(out, "ready");
  const http = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(ports)![1]);
  const connections = [];
  for (let count = 0; count < LIMIT; count++) {
    try {
      connections.push(await Deno.connect({ hostname: "127.0.0.1", port: http }));
    } catch {
      break; // it has given the port up for the moment
    }
  }
  await until(err, "No HTTP connection could be accepted");
  for (const connection of connections) connection.close();
  const end = performance.now() + 10_000;
  let good = await served(http);
  while (!good && performance.now() < end) good = await served(http);
  assert.ok(good);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
  await out.cancel();
  await err.cancel();
});
