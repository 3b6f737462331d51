import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import { RecordingInputs } from "../../test/recording_inputs.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import { ListenError } from "../listen_error.ts";
import { StreamTransport, type StreamTransportOptions } from "./stream_transport.ts";
import { TCP } from "./tcp.ts";
import { QUEUE_BYTES_LIMIT } from "./stream_connection.ts";

const encoder = new TextEncoder();

function message(name: string, body = ""): string {
  return `MESSAGE sip:${name}@192.0.2.1 SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function rig(options: Partial<StreamTransportOptions> = {}) {
  const tcp = new StreamTransport({ kind: TCP, log: new RecordedLog(), ...options });
  const address = tcp.listen({ host: "127.0.0.1", port: 0 });
  const inputs = new RecordingInputs();
  tcp.start(inputs);
  return { tcp, inputs, address, [Symbol.dispose]: () => tcp.close() };
}

/** The other end: a connection whose bytes are read as text. */
class Peer {
  readonly #stream: Deno.TcpConn;

  constructor(stream: Deno.TcpConn) {
    this.#stream = stream;
  }

  static async connect({ host, port }: { host: string; port: number }): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: host, port }));
  }

  get port(): number {
    return this.#stream.localAddr.port;
  }

  async write(text: string): Promise<void> {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
  }

  /** So many bytes as text, fewer when the stream ends. */
  async read(count: number): Promise<string> {
    const bytes = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const length = await this.#stream.read(bytes.subarray(at)).catch(() => null);
      if (length === null) break;
      at += length;
    }
    return new TextDecoder().decode(bytes.subarray(0, at));
  }

  [Symbol.dispose](): void {
    this.#stream.close();
  }
}

function hopTo({ host, port }: { host: string; port: number }, flow = 0): Hop {
  return { transport: "tcp", host, port, flow };
}

Deno.test("StreamTransport delivers the same messages however the stream is split", async () => {
  using relay = rig();
  using peer = await Peer.connect(relay.address);
  const stream = message("a", "body of a") + "\r\n" + message("b") + message("c", "\r\n\r\n");
  for (const size of [1, 7, 64, 1_000]) {
    for (let at = 0; at < stream.length; at += size) await peer.write(stream.slice(at, at + size));
    const texts = [];
    for (let i = 0; i < 3; i++) texts.push((await relay.inputs.sip()).text);
    assert.deepEqual(texts, [message("a", "body of a"), message("b"), message("c", "\r\n\r\n")]);
  }
});

Deno.test("StreamTransport names the source, the listener's port and a flow of each connection's own", async () => {
  using relay = rig();
  using one = await Peer.connect(relay.address);
  using two = await Peer.connect(relay.address);
  await one.write(message("a"));
  const first = (await relay.inputs.sip()).arrival;
  await two.write(message("b"));
  const second = (await relay.inputs.sip()).arrival;
  const { flow, ...rest } = first;
  assert.deepEqual(rest, {
    transport: "tcp",
    host: "127.0.0.1",
    port: one.port,
    localPort: relay.address.port,
  });
  assert.ok(flow > 0 && second.flow > 0 && flow !== second.flow);
});

Deno.test("StreamTransport answers on the flow of the request", async () => {
  using relay = rig();
  using peer = await Peer.connect(relay.address);
  await peer.write(message("a"));
  const { arrival } = await relay.inputs.sip();
  const hop = hopTo({ host: "192.0.2.99", port: 9 }, arrival.flow);
  relay.tcp.send({ hop, bytes: encoder.encode("answer"), transaction: "" });
  assert.equal(await peer.read(6), "answer");
});

Deno.test("StreamTransport opens a connection for an answer whose flow is gone", async () => {
  using relay = rig();
  const peer = await Peer.connect(relay.address);
  await peer.write(message("a"));
  const { flow } = (await relay.inputs.sip()).arrival;
  peer[Symbol.dispose]();
  assert.deepEqual(await relay.inputs.next(), { type: "flowClosed", flow });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const sentBy = { host: "127.0.0.1", port: listener.addr.port };
  relay.tcp.send({ hop: hopTo(sentBy, flow), bytes: encoder.encode("answer"), transaction: "" });
  using again = new Peer(await listener.accept());
  assert.equal(await again.read(6), "answer");
});

Deno.test("StreamTransport uses one connection for an address, in order, and reads from it", async () => {
  using relay = rig();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hop = hopTo({ host: "127.0.0.1", port: listener.addr.port });
  const bytes = encoder.encode("one ");
  relay.tcp.send({ hop, bytes, transaction: "" });
  bytes.set(encoder.encode("two "));
  relay.tcp.send({ hop, bytes, transaction: "" });
  using peer = new Peer(await listener.accept());
  assert.equal(await peer.read(8), "one two ");
  relay.tcp.send({ hop, bytes: encoder.encode("three"), transaction: "" });
  assert.equal(await peer.read(5), "three");
  assert.equal(relay.tcp.counts.open, 1);
  await peer.write(message("back"));
  assert.equal((await relay.inputs.sip()).text, message("back"));
});

Deno.test("StreamTransport tells every waiting transaction that there is no connection to be had", async () => {
  using relay = rig();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hop = hopTo({ host: "127.0.0.1", port: listener.addr.port });
  listener.close();
  for (const transaction of ["a", "", "b"]) {
    relay.tcp.send({ hop, bytes: encoder.encode("x"), transaction });
  }
  const told = [await relay.inputs.next(), await relay.inputs.next(), await relay.inputs.next()];
  assert.deepEqual(told.slice(1), [
    { type: "transportFailed", transaction: "a" },
    { type: "transportFailed", transaction: "b" },
  ]);
  assert.equal(told[0]!.type, "flowClosed");
  assert.equal(relay.tcp.counts.open, 0);
});

Deno.test("StreamTransport gives up on a connection that does not come to be in time", async () => {
  using relay = rig({ connectTimeout: 50 });
  // A listener that accepts nobody and whose backlog is full lets further ones wait for ever.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const address = { host: "127.0.0.1", port: listener.addr.port };
  using _one = await Peer.connect(address);
  using _two = await Peer.connect(address);
  relay.tcp.send({ hop: hopTo(address), bytes: encoder.encode("x"), transaction: "t" });
  assert.equal((await relay.inputs.next()).type, "flowClosed");
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
});

Deno.test("StreamTransport answers a ping with a pong", async () => {
  using relay = rig();
  using peer = await Peer.connect(relay.address);
  await peer.write("\r\n\r\n");
  assert.equal(await peer.read(2), "\r\n");
  assert.deepEqual(relay.inputs.all, []);
});

for (const length of ["-1", "4294967328", "1e30", "x"]) {
  Deno.test(`StreamTransport closes a stream with Content-Length ${length}`, async () => {
    using relay = rig();
    using peer = await Peer.connect(relay.address);
    await peer.write(`MESSAGE sip:a@b SIP/2.0\r\nContent-Length: ${length}\r\n\r\n`);
    assert.equal(await peer.read(1), "");
    assert.equal((await relay.inputs.next()).type, "flowClosed");
  });
}

Deno.test("StreamTransport closes a peer that sends without end what is no message", async () => {
  using relay = rig();
  using peer = await Peer.connect(relay.address);
  await peer.write("x".repeat(200_000)).catch(() => {});
  assert.equal((await relay.inputs.next()).type, "flowClosed");
});

Deno.test("StreamTransport closes a peer that does not read, and tells the transactions that wait", async () => {
  using relay = rig();
  using peer = await Peer.connect(relay.address);
  await peer.write(message("a"));
  const { arrival } = await relay.inputs.sip();
  const hop = hopTo(arrival, arrival.flow);
  const bytes = new Uint8Array(60_000);
  for (let i = 0; relay.tcp.counts.open > 0; i++) {
    assert.ok(i < 1_000);
    relay.tcp.send({ hop, bytes, transaction: `t${i}` });
    assert.ok(relay.tcp.pending * bytes.length <= QUEUE_BYTES_LIMIT);
  }
  assert.equal((await relay.inputs.next()).type, "flowClosed");
  assert.equal((await relay.inputs.next()).type, "transportFailed");
});

Deno.test("StreamTransport closes whoever brings all unfinished messages together over their limit", async () => {
  using relay = rig({ held: { limit: 10_000, waiting: 0, begun: 0 } });
  const begun = `OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 50000\r\n\r\n${"x".repeat(6_000)}`;
  using one = await Peer.connect(relay.address);
  await one.write(message("a"));
  await relay.inputs.sip();
  await one.write(begun);
  using two = await Peer.connect(relay.address);
  await two.write(begun);
  assert.equal((await relay.inputs.next()).type, "flowClosed");
  assert.equal(relay.tcp.counts.open, 1);
  // what the other one held is free again
  using three = await Peer.connect(relay.address);
  await three.write(message("b"));
  await relay.inputs.sip();
  assert.equal(relay.tcp.counts.open, 2);
});

Deno.test("StreamTransport closes a peer that does not read when all together may wait for no more", async () => {
  using relay = rig({ held: { limit: 5_000, waiting: 0, begun: 0 } });
  using peer = await Peer.connect(relay.address);
  await peer.write(message("a"));
  const { arrival } = await relay.inputs.sip();
  relay.tcp.send({ hop: hopTo(arrival, arrival.flow), bytes: new Uint8Array(6_000), transaction: "t" });
  assert.equal((await relay.inputs.next()).type, "flowClosed");
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
});

Deno.test("StreamTransport refuses connections over its limit, both ways", async () => {
  using relay = rig({ connectionLimit: 1 });
  using one = await Peer.connect(relay.address);
  await one.write(message("a"));
  await relay.inputs.sip();
  using two = await Peer.connect(relay.address);
  assert.equal(await two.read(1), "");
  relay.tcp.send({ hop: hopTo({ host: "127.0.0.1", port: 9 }), bytes: new Uint8Array(1), transaction: "t" });
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
  assert.deepEqual(relay.tcp.counts, { open: 1, refused: 2 });
});

Deno.test("StreamTransport closes a connection that never says anything, long before an idle one", async () => {
  using relay = rig({ messageTimeout: 40 });
  using peer = await Peer.connect(relay.address);
  assert.equal(await peer.read(1), "");
});

Deno.test("StreamTransport closes an idle connection", async () => {
  using relay = rig({ idleTimeout: 40 });
  using peer = await Peer.connect(relay.address);
  assert.equal(await peer.read(1), "");
});

Deno.test("StreamTransport closes a connection whose message is never completed", async () => {
  using relay = rig({ messageTimeout: 40 });
  using peer = await Peer.connect(relay.address);
  await peer.write("INVITE sip:a@b SIP/2.0\r\n");
  assert.equal(await peer.read(1), "");
});

Deno.test("StreamTransport says in one line that a port is in use", () => {
  using relay = rig();
  const { port } = relay.address;
  assert.throws(() => relay.tcp.listen({ host: "127.0.0.1", port }), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.message, `Cannot listen on tcp:127.0.0.1:${port}: the port is in use`);
    return true;
  });
});
