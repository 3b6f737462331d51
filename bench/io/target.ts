// The other end of the wire, a process of its own: `echo` sends every datagram back, `relay` is the whole relay. Either kind of socket. A datagram
// that begins with "?" is answered with what the process has used and taken so far.

import process from "node:process";
import { Relay } from "../../core/relay/relay.ts";
import type { Arrival } from "../../core/sip/arrival.ts";
import { hash } from "../../runtime/hash.ts";
import type { RelayInputs } from "../../runtime/input.ts";
import { Ladder } from "../../runtime/ladder.ts";
import { Loop } from "../../runtime/loop.ts";
import { CryptoRandom } from "../../runtime/random.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import { openNative } from "../../runtime/net/native.ts";
import { datagramCalls } from "../../runtime/sip/datagram/libc.ts";
import { UdpTransport } from "../../runtime/sip/udp.ts";
import { codec, outputBytes, windowBytes } from "../../wasm/codec.ts";

const QUESTION = 0x3f;

const [kind, role] = Deno.args;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const native = kind === "batched" ? openNative() : undefined;
const batches = native === undefined ? undefined : { native, calls: datagramCalls(native.libc) };
const udp = new UdpTransport({ log, batches });
const { host, port } = udp.listen({ host: "127.0.0.1", port: 0 });
if (udp.kindOf({ host, port }) !== kind) throw new Error(`No ${kind} socket here`);
const relay = role === "echo" ? echo() : whole();
const { sip } = relay;
relay.sip = (arrival, length, now) => {
  if (windowBytes(1)[0] === QUESTION) answer(arrival);
  else sip.call(relay, arrival, length, now);
};
const loop = new Loop({
  relay,
  sip: udp,
  feeds: { sendText() {}, close() {} },
  resolver: { resolve: () => Promise.resolve({ hops: [], isSure: true }), dead() {} },
  ladder: new Ladder({ tracing: false, usersOf: () => [] }),
  log,
  alarms: native?.reactor.alarms,
});
udp.start(loop);
console.log(port);

function answer({ host, port, flow }: Arrival): void {
  const { user, system } = process.cpuUsage();
  const { received, dropped } = udp.counts;
  const bytes = new TextEncoder().encode(JSON.stringify({ micros: user + system, received, dropped }));
  relay.outputs.push({
    type: "sip",
    hop: { transport: "udp", host, port, flow },
    bytes,
    transaction: "",
    call: 0,
  });
}

function whole(): RelayInputs {
  const config = {
    domain: "ropeway.local",
    listeners: [{ transport: "udp", host, port } as const],
    accounts: new Map<string, string>(),
    ims: undefined,
  };
  return new Relay({
    config,
    tables: relayTables(),
    random: new CryptoRandom(),
    hash,
    now: performance.now(),
  });
}

function echo(): RelayInputs {
  const { memory } = codec;
  return {
    outputs: [],
    nextTimer: undefined,
    calls: 0,
    registrations: 0,
    lastCall: 0,
    sip({ host, port, flow }, length) {
      const start = memory.outputStart();
      memory.finishOutput(start + length);
      const bytes = outputBytes(start, length);
      bytes.set(windowBytes(length));
      const hop = { transport: "udp", host, port, flow } as const;
      this.outputs.push({ type: "sip", hop, bytes, transaction: "", call: 0 });
    },
    open: () => "",
    roap() {},
    closed() {},
    flowClosed() {},
    webSocketClosed() {},
    tick() {},
    resolved() {},
    transportFailed() {},
    unforwarded() {},
    peerUp() {},
    peerGone() {},
    peer() {},
    toTell: () => [].values(),
    drain() {},
    endCalls() {},
    usersOf: () => [],
  };
}
