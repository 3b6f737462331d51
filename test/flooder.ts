// A process that sends as fast as it can until it is killed: `udp PORT` random bytes, `websocket URL` texts. It says "flooding" once enough has left
// to be felt.

import { setImmediate } from "node:timers";
import { openNative } from "../runtime/net/native.ts";
import { datagramCalls } from "../runtime/sip/datagram/libc.ts";
import { UdpTransport } from "../runtime/sip/udp.ts";

const FELT = 20_000;
const BURST = 60;
const BUFFERED = 1 << 20;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

if (import.meta.main) await flood(Deno.args);

/** The flooding process. */
export class Flooder implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  constructor(...args: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", new URL(import.meta.url).pathname, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  }

  /** Resolves when it is under way. */
  async flooding(): Promise<void> {
    const reader = this.#child.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (done) throw new Error("The flood did not begin");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

async function flood([kind, target = ""]: readonly string[]): Promise<void> {
  const burst = kind === "udp" ? datagrams(Number(target)) : await texts(target);
  for (let sent = 0;; sent += BURST) {
    burst();
    if (sent < FELT && sent + BURST >= FELT) console.log("flooding");
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function datagrams(port: number): () => void {
  const native = openNative();
  const batches = native === undefined ? undefined : { native, calls: datagramCalls(native.libc) };
  const udp = new UdpTransport({ log: silent, batches });
  udp.listen({ host: "127.0.0.1", port: 0 });
  const hop = { transport: "udp", host: "127.0.0.1", port, flow: 0 } as const;
  const bytes = crypto.getRandomValues(new Uint8Array(600));
  // Not to be dropped by the first look.
  bytes[0] = 0x41;
  return () => {
    for (let i = 0; i < BURST; i++) udp.send({ hop, bytes, transaction: "" });
    udp.flush();
  };
}

async function texts(url: string): Promise<() => void> {
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.onopen = resolve);
  const text = JSON.stringify({ messageType: "OK", filling: "x".repeat(500) });
  return () => {
    if (socket.bufferedAmount > BUFFERED) return;
    for (let i = 0; i < BURST; i++) socket.send(text);
  };
}
