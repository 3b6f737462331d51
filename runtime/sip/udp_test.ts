// What both kinds of socket have to do alike.

import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import { KINDS, Phone, udpRig } from "../../test/datagrams.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import { ListenError } from "../listen_error.ts";
import { openNative } from "../net/native.ts";
import { datagramCalls } from "./datagram/libc.ts";
import { UdpTransport } from "./udp.ts";

const encoder = new TextEncoder();

for (const kind of KINDS) suite(kind);

function suite(kind: "batched" | "plain"): void {
  const rig = (...hosts: string[]) => udpRig({ kind, hosts });
  const test = (claim: string, fn: () => Promise<void> | void) =>
    Deno.test(`UdpTransport, ${kind}, ${claim}`, fn);

  for (const host of ["127.0.0.1", "::1"]) {
    test(`receives from and sends to ${host}`, async () => {
      await using relay = rig(host);
      using phone = new Phone(host);
      const [address] = relay.addresses;
      assert.equal(relay.udp.kindOf(address!), kind);
      for (const text of ["OPTIONS", "REGISTER", "INVITE"]) await phone.send(text, address!);
      for (const text of ["OPTIONS", "REGISTER", "INVITE"]) {
        const input = await relay.inputs.sip();
        assert.equal(input.text, text);
        const { port } = address!;
        assert.deepEqual(input.arrival, {
          transport: "udp",
          host,
          port: phone.port,
          flow: 0,
          localPort: port,
        });
      }
      relay.sent("200", phone.hop());
      relay.udp.flush();
      assert.deepEqual(await phone.receive(), { text: "200", port: address!.port });
    });
  }

  test("drops keep-alives, noise and empty datagrams and goes on", async () => {
    await using relay = rig("127.0.0.1");
    using phone = new Phone();
    for (const text of ["\r\n\r\n", "\r\n", "", "\0\0\0\0", "\x80\x60", "INVITE"]) {
      await phone.send(text, relay.addresses[0]!);
    }
    assert.equal((await relay.inputs.sip()).text, "INVITE");
    assert.equal(relay.udp.counts.received, 6);
  });

  test("receives the largest datagrams whole and outlives any bytes", async () => {
    await using relay = rig("127.0.0.1");
    using phone = new Phone();
    const [address] = relay.addresses;
    const letters = ["x", "y", "z"];
    for (const letter of letters) await phone.send(letter.repeat(65_507), address!);
    for (const letter of letters) {
      const { text } = await relay.inputs.sip();
      assert.equal(text.length, 65_507);
      assert.equal(text, letter.repeat(65_507));
    }
    const noise = crypto.getRandomValues(new Uint8Array(1_000));
    noise[0] = 0x41;
    await phone.socket.send(noise, { transport: "udp", hostname: address!.host, port: address!.port });
    await relay.inputs.sip();
    await phone.send("after", address!);
    assert.equal((await relay.inputs.sip()).text, "after");
  });

  test("sends the bytes as they were when send was called, in their order", async () => {
    await using relay = rig("127.0.0.1");
    using phone = new Phone();
    const bytes = encoder.encode("x".repeat(200));
    for (let i = 0; i < 100; i++) {
      bytes.fill(33 + i % 90);
      relay.udp.send({ hop: phone.hop(), bytes, transaction: "" });
    }
    relay.udp.flush();
    bytes.fill(0);
    for (let i = 0; i < 100; i++) {
      assert.equal((await phone.receive()).text, String.fromCharCode(33 + i % 90).repeat(200));
    }
  });

  test("sends datagrams of any length between short ones", async () => {
    await using relay = rig("127.0.0.1");
    // One for each: a phone's receive buffer takes no more.
    const phones = Array.from({ length: 6 }, () => new Phone());
    const lengths = [0, 1, 65_507, 7];
    for (const phone of phones) for (const length of lengths) relay.sent("x".repeat(length), phone.hop());
    relay.udp.flush();
    for (const phone of phones) {
      const seen = [];
      for (const _ of lengths) seen.push((await phone.receive()).text.length);
      assert.deepEqual(seen, lengths);
      phone.socket.close();
    }
  });

  test("tells a transaction that its message is too long for a datagram", async () => {
    await using relay = rig("127.0.0.1");
    using phone = new Phone();
    for (const length of [65_508, 65_535, 65_536, 1_000_000]) {
      relay.udp.send({
        hop: phone.hop(),
        bytes: new Uint8Array(length),
        transaction: `z9hG4bK${length} INVITE`,
      });
      relay.udp.flush();
      const told = await relay.inputs.next();
      assert.deepEqual(told, { type: "transportFailed", transaction: `z9hG4bK${length} INVITE` });
    }
    assert.equal(relay.udp.counts.failures, 4);
    relay.sent("after", phone.hop());
    relay.udp.flush();
    assert.equal((await phone.receive()).text, "after");
  });

  test("tells a transaction that no socket has its address family", async () => {
    await using relay = rig("127.0.0.1");
    const hop: Hop = { transport: "udp", host: "::1", port: 5060, flow: 0 };
    relay.udp.send({ hop, bytes: new Uint8Array(10), transaction: "t" });
    assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
  });

  test("tells a transaction that nothing can be sent to port 0", async () => {
    await using relay = rig("127.0.0.1");
    relay.sent("INVITE", { transport: "udp", host: "127.0.0.1", port: 0, flow: 0 }, "t");
    relay.udp.flush();
    assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
  });

  test("answers from the socket that was written to", async () => {
    await using relay = rig("127.0.0.1", "127.0.0.1");
    using phone = new Phone();
    for (const address of [relay.addresses[1]!, relay.addresses[0]!, relay.addresses[1]!]) {
      await phone.send("OPTIONS", address);
      await relay.inputs.sip();
      relay.sent("200", phone.hop());
      relay.udp.flush();
      assert.equal((await phone.receive()).port, address.port);
    }
  });

  test("keeps the addresses of two families apart", async () => {
    await using relay = rig("127.0.0.1", "::1");
    using four = new Phone("127.0.0.1");
    using six = new Phone("::1");
    relay.sent("over IPv6", six.hop());
    relay.sent("over IPv4", four.hop());
    relay.udp.flush();
    assert.deepEqual(await four.receive(), { text: "over IPv4", port: relay.addresses[0]!.port });
    assert.deepEqual(await six.receive(), { text: "over IPv6", port: relay.addresses[1]!.port });
  });

  test("speaks IPv4 too on the wildcard of IPv6", async () => {
    await using relay = rig("::");
    using phone = new Phone();
    const { port } = relay.addresses[0]!;
    for (let i = 0; i < 3; i++) await phone.send("OPTIONS", { host: "127.0.0.1", port });
    for (let i = 0; i < 3; i++) assert.equal((await relay.inputs.sip()).arrival.host, "127.0.0.1");
    relay.sent("200", phone.hop());
    relay.udp.flush();
    assert.equal((await phone.receive()).text, "200");
  });

  test("is not mistaken for another socket with the same port", async () => {
    await using relay = rig();
    using phone = new Phone();
    const { port, others } = sharedPort();
    const { host } = relay.udp.listen({ host: "127.0.0.1", port });
    relay.udp.start(relay.inputs);
    assert.equal(relay.udp.kindOf({ host, port }), kind);
    for (const text of ["one", "two"]) await phone.send(text, { host, port });
    for (const text of ["one", "two"]) {
      const input = await relay.inputs.sip();
      assert.deepEqual([input.text, input.arrival.localPort], [text, port]);
    }
    for (const other of others) other.close();
  });

  test("says in one line that a port is in use", async () => {
    await using relay = rig("127.0.0.1");
    const { port } = relay.addresses[0]!;
    const again = () => relay.udp.listen({ host: "127.0.0.1", port });
    assert.throws(again, (error) => {
      assert.ok(error instanceof ListenError);
      assert.equal(error.message, `Cannot listen on udp:127.0.0.1:${port}: the port is in use`);
      return true;
    });
  });

  test("does nothing more once it is closed", async () => {
    const relay = rig("127.0.0.1");
    using phone = new Phone();
    relay.sent("noted, not sent", phone.hop());
    await relay[Symbol.asyncDispose]();
    relay.sent("too late", phone.hop());
    relay.udp.flush();
    relay.udp.close();
    assert.equal(relay.udp.pending, 0);
    assert.equal(relay.udp.counts.received, 0);
  });
}

/** A port that TCP, and UDP of IPv6, listen on already. */
function sharedPort(): { port: number; others: readonly { close(): void }[] } {
  for (;;) {
    const tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = tcp.addr as Deno.NetAddr;
    try {
      const six = Deno.listenDatagram({ transport: "udp", hostname: "::1", port });
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port }).close();
      return { port, others: [tcp, six] };
    } catch {
      // Taken for UDP: the next one.
      tcp.close();
    }
  }
}

Deno.test("UdpTransport takes a plain socket where the library cannot do it", {
  ignore: !KINDS.includes("batched"),
}, async () => {
  const native = openNative()!;
  const log = new RecordedLog();
  const udp = new UdpTransport({
    log,
    batches: { native, calls: { ...datagramCalls(native.libc), recvmmsg: () => -38 } },
  });
  const address = udp.listen({ host: "127.0.0.1", port: 0 });
  assert.equal(udp.kindOf(address), "plain");
  assert.equal(log.lines[0]?.level, "warn");
  udp.close();
  await native.close();
});
