import assert from "node:assert/strict";
import settings from "../deno.json" with { type: "json" };

const FREE = ["--http", "127.0.0.1:0", "--sip", "udp:127.0.0.1:0", "--sip", "tcp:127.0.0.1:0"];
const SHARDS = ["1", "3"];

/** The program as `deno task start` runs it, with the same permissions but for those to use libraries and to start programs. */
function program(args: readonly string[], { ffi = "--allow-ffi", run = "--allow-run" } = {}): Deno.Command {
  const start = settings.tasks.start.split(" ").slice(1)
    .map((word) => word === "--allow-ffi" ? ffi : word === "--allow-run" ? run : word)
    .filter((word) => word !== "");
  return new Deno.Command(Deno.execPath(), {
    args: [...start, ...args],
    cwd: new URL("..", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** What the program said, for one that ends by itself. */
async function ended(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await program(args).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("main: --help explains the options on standard output", async () => {
  const { code, out, err } = await ended(["--help"]);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /--http HOST:PORT/);
});

Deno.test("main: a wrong option ends with 2 and one line on standard error", async () => {
  assert.deepEqual(await ended(["--http", "nowhere"]), {
    code: 2,
    out: "",
    err: `Option --http: "nowhere" is not HOST:PORT\n`,
  });
});

Deno.test("main: a port in use ends with 2 and one line on standard error", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  for (const shards of SHARDS) {
    for (const option of [["--http", `127.0.0.1:${port}`], ["--sip", `tcp:127.0.0.1:${port}`]]) {
      const { code, out, err } = await ended([...FREE, "--shards", shards, "--log", "error", ...option]);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, new RegExp(`^Cannot listen on .*127\\.0\\.0\\.1:${port}.*\n$`));
    }
  }
  taken.close();
});

Deno.test("main: a second relay on the same HTTP port does not share it", async () => {
  const first = program([...FREE, "--shards", "2", "--log", "error"]).spawn();
  const { http } = await started(first);
  const { code, out, err } = await ended([...FREE, "--shards", "2", "--log", "error", "--http", http]);
  assert.deepEqual([code, out], [2, ""]);
  assert.equal(err, `Cannot listen on http ${http}: the port is in use\n`);
  first.kill("SIGTERM");
  await Promise.all([first.stdout.cancel(), first.stderr.cancel()]);
  assert.equal((await first.status).code, 0);
});

Deno.test("main: several shards without the permission to start them end with 2 and what is missing", async () => {
  const { code, stderr } = await program([...FREE, "--shards", "2"], { run: "" }).output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /^Option --shards: 2 needs --allow-run[^\n]*\n$/);
});

Deno.test("main: says where it listens, then ready, and ends with 0 on SIGTERM and SIGINT", async () => {
  for (const [at, signal] of (["SIGTERM", "SIGINT"] as const).entries()) {
    for (const shards of SHARDS) {
      const child = program([...FREE, "--log", "error", "--shards", shards]).spawn();
      const { lines } = await started(child);
      child.kill(signal);
      // As a terminal's Ctrl-C comes, by itself and through the task: not to be taken for a second one.
      child.kill(signal);
      const [err] = await Promise.all([new Response(child.stderr).text(), child.stdout.cancel()]);
      assert.deepEqual([(await child.status).code, err], [0, ""], `${at}`);
      assert.equal(lines.length, 2 + 2 * Number(shards));
      assert.match(lines[0]!, /^http http:\/\/127\.0\.0\.1:\d+\/ \((epoll|plain)\)$/);
      for (const line of lines.slice(1, -1)) assert.match(line, /^sip (udp|tcp):127\.0\.0\.1:\d+/);
    }
  }
});

/** Reads until it is ready. */
async function started(child: Deno.ChildProcess): Promise<{ lines: string[]; http: string }> {
  const decoder = new TextDecoder();
  let said = "";
  const reader = child.stdout.getReader();
  while (!said.endsWith("ready\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`It ended after: ${said}`);
    said += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  const lines = said.trimEnd().split("\n");
  return { lines, http: /^http http:\/\/([^/]+)\//.exec(lines[0]!)![1]! };
}

/** The program's line for its UDP listener. */
async function udpLine(ffi = "--allow-ffi", shards = "1"): Promise<string | undefined> {
  const child = program([...FREE, "--log", "error", "--shards", shards], { ffi }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("ready\n")) child.kill("SIGTERM");
  }
  assert.deepEqual([(await child.status).code, await new Response(child.stderr).text()], [0, ""]);
  return text.split("\n").find((line) => line.startsWith("sip udp:"));
}

Deno.test("main: moves datagrams in batches where it may use the C library, else one by one", async () => {
  const isLinux = Deno.build.os === "linux";
  assert.match(await udpLine() ?? "", isLinux ? /\(batched\)$/ : /\(plain\)$/);
  assert.match(await udpLine("--allow-ffi", "2") ?? "", isLinux ? /\(batched\)$/ : /\(plain\)$/);
  assert.match(await udpLine("") ?? "", /\(plain\)$/);
  assert.match(await udpLine("", "2") ?? "", /\(plain\)$/);
  assert.match(await udpLine("--allow-ffi=/lib/libc.so.6") ?? "", /\(plain\)$/);
});
