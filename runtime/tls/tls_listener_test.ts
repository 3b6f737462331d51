import assert from "node:assert/strict";
import { Authority } from "../../test/certificates.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import { descriptorBound } from "../net/descriptor_bound.ts";
import { AF_INET, openLibc } from "../net/libc.ts";
import { ADDRESS_ROOM } from "../net/socket_address.ts";
import type { Stream } from "../net/stream.ts";
import type { HandshakeLimits } from "./handshakes.ts";
import { Tls } from "./tls.ts";
import type { TlsListener } from "./tls_listener.ts";

const authority = new Authority();
const caCerts = [authority.certificate];
const HELLO_BEGIN = new Uint8Array([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]);

class Rig implements AsyncDisposable {
  readonly log = new RecordedLog();
  readonly tls: Tls;
  readonly listener: TlsListener;
  readonly streams: Stream[] = [];
  #waiting: ((stream: Stream) => void)[] = [];

  constructor(limits?: Partial<HandshakeLimits>) {
    const identity = authority.issue({ names: ["one.example"] });
    this.tls = new Tls({
      credentials: { identity, authorities: [] },
      log: this.log,
      limits,
      libc: openLibc(),
    });
    this.listener = this.tls.listen({ host: "127.0.0.1", port: 0 });
    this.listener.start({
      accepted: (stream) => {
        this.streams.push(stream);
        this.#waiting.shift()?.(stream);
      },
      exhausted: () => {},
    });
  }

  /** A peer that has not said anything. */
  plain(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.listener.port });
  }

  async peer(hostname = "one.example"): Promise<Deno.TlsConn> {
    const stream = await Deno.startTls(await this.plain(), { hostname, caCerts });
    await stream.handshake();
    return stream;
  }

  /** Both ends of a new connection. */
  async pair(hostname?: string): Promise<[Deno.TlsConn, Stream]> {
    const accepted = new Promise<Stream>((resolve) => this.#waiting.push(resolve));
    return [await this.peer(hostname), await accepted];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.listener.close();
    this.tls.close();
    for (const stream of this.streams) close(stream);
    await closed;
  }
}

function close(stream: { close(): void }): void {
  try {
    stream.close();
  } catch {
    // Closed already.
  }
}

async function readAll(stream: { read(buffer: Uint8Array): Promise<number | null> }, length: number) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) at += await stream.read(bytes.subarray(at)) ?? assert.fail("It ended");
  return bytes;
}

/** Resolves when the peer finds the end, whatever comes before. */
async function end(stream: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_000);
  while (await stream.read(buffer).catch(() => null) !== null);
}

/** Sockets of this process with a local port of IPv4. The name of one that has none leaves what was there before. */
function sockets(port: number): number {
  const library = openLibc()!;
  const name = new Uint8Array(ADDRESS_ROOM);
  const bound = descriptorBound(library);
  let count = 0;
  for (let descriptor = 3; descriptor < bound; descriptor++) {
    if (library.calls.getsockname(descriptor, name, new Uint32Array([ADDRESS_ROOM])) < 0) continue;
    const isInternet = (name[0]! | name[1]! << 8) === AF_INET;
    if (isInternet && (name[2]! << 8 | name[3]!) === port) count++;
  }
  return count;
}

const linux = { ignore: Deno.build.os !== "linux" };

Deno.test("TlsListener hands over connections whose handshake is done, and what they say", async () => {
  await using rig = new Rig();
  using silent = await rig.plain();
  const [peer, stream] = await rig.pair();
  assert.equal(rig.streams.length, 1);
  await peer.write(new Uint8Array([1, 2, 3]));
  assert.deepEqual([...await readAll(stream, 3)], [1, 2, 3]);
  for (let at = 0; at < 100_000;) at += await stream.write(new Uint8Array(100_000 - at));
  await readAll(peer, 100_000);
  assert.equal(rig.tls.counts.halfOpen, 1);
  peer.close();
  assert.equal(await stream.read(new Uint8Array(1)), null);
  silent.close();
});

Deno.test("TlsListener names the peer and the cause when a handshake fails", async () => {
  await using rig = new Rig();
  using peer = await rig.plain();
  await peer.write(new TextEncoder().encode("OPTIONS sip:one.example SIP/2.0\r\n\r\n"));
  await end(peer);
  await rig.peer("other.example").then(() => assert.fail("It was believed"), () => {});
  const [entry] = rig.log.lines;
  assert.equal(entry?.text, "TLS handshake failed");
  const fields = entry?.fields as { peer: string; cause: string };
  assert.equal(fields.peer, `127.0.0.1:${peer.localAddr.port}`);
  assert.match(fields.cause, /corrupt message/);
  // Strangers do not fill the log.
  assert.equal(rig.log.lines.length, 1);
});

Deno.test({
  ...linux,
  name: "TlsListener cuts off a handshake that is not done in time, and has its descriptor back",
  fn: async () => {
    await using rig = new Rig({ patience: 50 });
    const before = sockets(rig.listener.port);
    const peers = await Promise.all(Array.from({ length: 20 }, () => rig.plain()));
    for (const peer of peers.slice(10)) await peer.write(HELLO_BEGIN);
    await Promise.all(peers.map(end));
    assert.equal(rig.tls.counts.cut, 20);
    assert.equal(rig.tls.counts.halfOpen, 0);
    // that others are taken meanwhile is another story's: with so little patience one of them may be cut as well
    for (const peer of peers) peer.close();
    while (sockets(rig.listener.port) > before) await new Promise((resolve) => setTimeout(resolve, 1));
  },
});

Deno.test({
  ...linux,
  name: "TlsListener cuts off a handshake whose descriptor stands behind a long gap",
  fn: async () => {
    await using rig = new Rig({ patience: 200 });
    const files = Array.from({ length: 3_000 }, () => Deno.openSync("/dev/null"));
    const peer = await rig.plain();
    for (const file of files) file.close();
    await end(peer);
    assert.equal(rig.tls.counts.cut, 1);
    peer.close();
  },
});

Deno.test({
  ...linux,
  name: "TlsListener takes others while a thousand peers do not get on with their handshakes",
  fn: async () => {
    await using rig = new Rig({ halfOpen: 256 });
    const idle: Deno.TcpConn[] = [];
    for (let count = 0; count < 1_000; count++) {
      const peer = await rig.plain();
      await peer.write(HELLO_BEGIN.subarray(0, count % HELLO_BEGIN.length));
      idle.push(peer);
      if (count % 100 === 99) (await rig.pair())[0].close();
    }
    assert.ok(rig.tls.counts.halfOpen <= 256);
    assert.ok(rig.tls.counts.cut >= 744);
    await Promise.all(idle.slice(0, 700).map(end));
    for (const peer of idle) peer.close();
  },
});

Deno.test("TlsListener does new handshakes with a new certificate, and leaves connections alone", async () => {
  await using rig = new Rig();
  const [old, stream] = await rig.pair();
  await rig.tls.renew({ identity: authority.issue({ names: ["two.example"] }), authorities: [] });
  await assert.rejects(rig.peer("one.example"), /not valid for name/);
  const [young] = await rig.pair("two.example");
  await old.write(new Uint8Array([7]));
  assert.deepEqual([...await readAll(stream, 1)], [7]);
  old.close();
  young.close();
});

Deno.test("TlsListener keeps its certificate when the new one cannot be used", async () => {
  await using rig = new Rig();
  const { certificate } = authority.issue();
  await rig.tls.renew({ identity: { certificate, key: authority.issue().key }, authorities: [] });
  assert.ok(rig.log.lines.some(({ level }) => level === "error"));
  const [peer] = await rig.pair();
  peer.close();
});

Deno.test("TlsListener takes every connection while certificates change", async () => {
  await using rig = new Rig();
  const { identity, authorities } = rig.tls.credentials;
  for (let round = 0; round < 5; round++) {
    const peers = Array.from({ length: 20 }, () => rig.peer());
    await peers[round];
    const renewed = rig.tls.renew({ identity: identity!, authorities });
    peers.push(...Array.from({ length: 20 }, () => rig.peer()));
    for (const peer of await Promise.all(peers)) peer.close();
    await renewed;
  }
});

Deno.test("TlsListener does not share a port with another relay", async () => {
  await using rig = new Rig();
  const { port } = rig.listener;
  assert.throws(() => rig.tls.listen({ host: "127.0.0.1", port }), Deno.errors.AddrInUse);
});

Deno.test({
  ...linux,
  name: "TlsStream sends small writes at once",
  fn: async () => {
    await using rig = new Rig();
    const [peer, stream] = await rig.pair();
    const small = new Uint8Array(50);
    const began = performance.now();
    for (let round = 0; round < 20; round++) {
      await peer.write(small);
      await readAll(stream, 50);
      await stream.write(small);
      await stream.write(small);
      await readAll(peer, 100);
    }
    // With TCP's delay it would be 40 ms a round.
    assert.ok(performance.now() - began < 400);
    peer.close();
  },
});

Deno.test({
  ...linux,
  name: "TlsStream is gone when it is closed, although its peer reads nothing",
  fn: async () => {
    await using rig = new Rig();
    const [peer, stream] = await rig.pair();
    let written = 0;
    const writing = assert.rejects(async () => {
      for (;;) written += await stream.write(new Uint8Array(100_000));
    });
    let last = -1;
    while (written !== last) {
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const before = sockets(rig.listener.port);
    stream.close();
    await writing;
    while (sockets(rig.listener.port) >= before) await new Promise((resolve) => setTimeout(resolve, 1));
    peer.close();
  },
});
