import assert from "node:assert/strict";
import settings from "../deno.json" with { type: "json" };

const FREE = ["--http", "127.0.0.1:0", "--sip", "udp:127.0.0.1:0", "--sip", "tcp:127.0.0.1:0"];

/** The program as `deno task start` runs it, with the same permissions but for the one to use libraries. */
function program(args: readonly string[], ffi = "--allow-ffi"): Deno.Command {
  const start = settings.tasks.start.split(" ").slice(1)
    .map((word) => word === "--allow-ffi" ? ffi : word).filter((word) => word !== "");
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
  for (const option of [["--http", `127.0.0.1:${port}`], ["--sip", `tcp:127.0.0.1:${port}`]]) {
    const { code, out, err } = await ended([...FREE, ...option]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, new RegExp(`^Cannot listen on .*127\\.0\\.0\\.1:${port}.*\n$`));
  }
  taken.close();
});

Deno.test("main: says where it listens, then ready, and ends with 0 on SIGTERM and SIGINT", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const child = program([...FREE, "--log", "error"]).spawn();
    const lines: string[] = [];
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const whole = (rest + text).split("\n");
      rest = whole.pop() ?? "";
      lines.push(...whole);
      if (!whole.includes("ready")) continue;
      child.kill(signal);
      // As a terminal's Ctrl-C comes, by itself and through the task: not to be taken for a second one.
      child.kill(signal);
    }
    const err = await new Response(child.stderr).text();
    assert.deepEqual([(await child.status).code, err], [0, ""]);
    assert.equal(lines.at(-1), "ready");
    assert.match(lines[0] ?? "", /127\.0\.0\.1:\d+/);
    assert.equal(lines.length, 4);
  }
});

/** The program's line for its UDP listener. */
async function udpLine(ffi?: string): Promise<string | undefined> {
  const child = program([...FREE, "--log", "error"], ffi).spawn();
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
  assert.match(await udpLine("") ?? "", /\(plain\)$/);
  assert.match(await udpLine("--allow-ffi=/lib/libc.so.6") ?? "", /\(plain\)$/);
});
