// A server of WebSockets, a process of its own: `epoll` and `plain` are ours, `deno` is Deno.serve with upgradeWebSocket. It puts each text into the
// codec's window, copies it to the arena, and sends that back; `?` is answered with what the process has used so far, `!` with what it holds.

import process from "node:process";
import type { Input, Inputs } from "../../runtime/input.ts";
import { Feeds } from "../../runtime/http/feeds.ts";
import { LadderStreams } from "../../runtime/http/ladder_stream.ts";
import { HttpServer } from "../../runtime/http/server.ts";
import { Ladder } from "../../runtime/ladder.ts";
import { openNative } from "../../runtime/net/native.ts";
import { openSockets } from "../../runtime/net/open_sockets.ts";
import {
  codec,
  inputWindow,
  load,
  loadText,
  outputBytes,
  outputText,
  resetOutput,
} from "../../wasm/codec.ts";

/** What the first byte of a text asks for. */
const QUESTIONS: ReadonlyMap<number, () => number> = new Map([[0x3f, micros], [0x21, resident]]);
const encoder = new TextEncoder();
const { memory } = codec;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const kind = Deno.args[0];

if (kind === "deno") serveDeno();
else if (kind === "epoll" || kind === "plain") serveOurs(kind);
else throw new Error(`There is no kind ${kind}`);

/** Processor time, all threads. */
function micros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Bytes of memory that are there, garbage apart. */
function resident(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]) * 1_024;
}

/** Where the answer to the text in the window stands in the arena. */
function answer(length: number): { start: number; length: number } {
  const start = memory.outputStart();
  memory.bytes.copyWithin(start, inputWindow().byteOffset, inputWindow().byteOffset + length);
  return memory.finishOutput(start + length);
}

function serveOurs(kind: "epoll" | "plain"): void {
  const feeds = new Feeds({ log });
  const inputs: Inputs = {
    together: (deliverAll) => deliverAll(),
    deliver(input: Input): void {
      if (input.type === "open") return input.answered("");
      if (input.type !== "roap") return;
      const question = QUESTIONS.get(inputWindow()[0]!);
      if (question !== undefined) return feeds.sendText(input.feed, encoder.encode(`${question()}`));
      const { start, length } = answer(input.bytes === undefined ? input.length : load(input.bytes));
      feeds.sendText(input.feed, outputBytes(start, length));
      resetOutput();
    },
  };
  feeds.start(inputs);
  const http = new HttpServer({
    host: "127.0.0.1",
    port: 0,
    origins: [],
    page: new Map(),
    feeds,
    ladders: new LadderStreams({ ladder: new Ladder({ tracing: false, usersOf: () => [] }) }),
    log,
    sockets: openSockets(kind === "plain" ? undefined : openNative(), (error) => {
      throw error;
    }),
    limits: { halfOpen: 100_000 },
  });
  http.ready();
  console.log(http.address.port);
}

function serveDeno(): void {
  const onListen = ({ port }: Deno.NetAddr) => console.log(port);
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 30 });
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const taken = loadText(data);
      const question = QUESTIONS.get(inputWindow()[0]!);
      if (question !== undefined) return socket.send(`${question()}`);
      const { start, length } = answer(taken);
      socket.send(outputText(start, length));
      resetOutput();
    };
    return response;
  });
}
