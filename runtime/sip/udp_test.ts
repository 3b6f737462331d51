import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import { RecordingInputs } from "../../test/recording_inputs.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import { ListenError } from "../listen_error.ts";
import { UdpTransport } from "./udp.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class Phone {
  readonly socket: Deno.DatagramConn;

  constructor(host = "127.0.0.1") {
    this.socket = Deno.listenDatagram({ transport: "udp", hostname: host, port: 0 });
  }

  get port(): number {
    return (this.socket.addr as Deno.NetAddr).port;
  }

  hop(): Hop {
    const { hostname: host, port } = this.socket.addr as Deno.NetAddr;
    return { transport: "udp", host, port, flow: 0 };
  }

  async send(text: string, { host, port }: { host: string; port: number }): Promise<void> {
    await this.socket.send(encoder.encode(text), { transport: "udp", hostname: host, port });
  }

  async receive(): Promise<{ text: string; port: number }> {
    const [bytes, from] = await this.socket.receive();
    return { text: decoder.decode(bytes), port: (from as Deno.NetAddr).port };
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

function rig(...hosts: string[]) {
  const log = new RecordedLog();
  const udp = new UdpTransport({ log });
  const addresses = hosts.map((host) => udp.listen({ host, port: 0 }));
  const inputs = new RecordingInputs();
  udp.start(inputs);
  return { udp, log, inputs, addresses, [Symbol.dispose]: () => udp.close() };
}

for (const host of ["127.0.0.1", "::1"]) {
  Deno.test(`UdpTransport receives from and sends to ${host}`, async () => {
    using relay = rig(host);
    using phone = new Phone(host);
    const [address] = relay.addresses;
    await phone.send("OPTIONS", address!);
    const { arrival, text } = await relay.inputs.sip();
    assert.equal(text, "OPTIONS");
    assert.deepEqual(arrival, {
      transport: "udp",
      host,
      port: phone.port,
      flow: 0,
      localPort: address!.port,
    });
    relay.udp.send({ hop: phone.hop(), bytes: encoder.encode("200"), transaction: "" });
    assert.deepEqual(await phone.receive(), { text: "200", port: address!.port });
  });
}

Deno.test("UdpTransport drops keep-alives and goes on", async () => {
  using relay = rig("127.0.0.1");
  using phone = new Phone();
  for (const text of ["\r\n\r\n", "\r\n", "", "\0\0\0\0", "INVITE"]) {
    await phone.send(text, relay.addresses[0]!);
  }
  assert.equal((await relay.inputs.sip()).text, "INVITE");
  assert.equal(relay.udp.counts.received, 5);
});

Deno.test("UdpTransport receives the largest datagram whole and outlives any bytes", async () => {
  using relay = rig("127.0.0.1");
  using phone = new Phone();
  const [address] = relay.addresses;
  await phone.send("x".repeat(65_507), address!);
  assert.equal((await relay.inputs.sip()).text.length, 65_507);
  const noise = crypto.getRandomValues(new Uint8Array(1_000));
  await phone.socket.send(noise, { transport: "udp", hostname: address!.host, port: address!.port });
  await relay.inputs.sip();
  await phone.send("after", address!);
  assert.equal((await relay.inputs.sip()).text, "after");
});

Deno.test("UdpTransport sends the bytes as they were when send was called", async () => {
  using relay = rig("127.0.0.1");
  using phone = new Phone();
  const bytes = encoder.encode("x".repeat(1_000));
  for (let i = 0; i < 20; i++) {
    bytes.fill(65 + i);
    relay.udp.send({ hop: phone.hop(), bytes, transaction: "" });
  }
  bytes.fill(0);
  for (let i = 0; i < 20; i++) {
    assert.equal((await phone.receive()).text, String.fromCharCode(65 + i).repeat(1_000));
  }
});

Deno.test("UdpTransport tells a transaction that its message is too long for a datagram", async () => {
  using relay = rig("127.0.0.1");
  using phone = new Phone();
  relay.udp.send({ hop: phone.hop(), bytes: new Uint8Array(65_535), transaction: "z9hG4bK1 INVITE" });
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "z9hG4bK1 INVITE" });
  assert.equal(relay.udp.counts.failures, 1);
});

Deno.test("UdpTransport tells a transaction that no socket has its address family", async () => {
  using relay = rig("127.0.0.1");
  const hop: Hop = { transport: "udp", host: "::1", port: 5060, flow: 0 };
  relay.udp.send({ hop, bytes: new Uint8Array(10), transaction: "t" });
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
});

Deno.test("UdpTransport answers from the socket that was written to", async () => {
  using relay = rig("127.0.0.1", "127.0.0.1");
  using phone = new Phone();
  for (const address of [relay.addresses[1]!, relay.addresses[0]!]) {
    await phone.send("OPTIONS", address);
    await relay.inputs.sip();
    relay.udp.send({ hop: phone.hop(), bytes: encoder.encode("200"), transaction: "" });
    assert.equal((await phone.receive()).port, address.port);
  }
});

Deno.test("UdpTransport on the wildcard of IPv6 speaks IPv4 too", async () => {
  using relay = rig("::");
  using phone = new Phone();
  await phone.send("OPTIONS", { host: "127.0.0.1", port: relay.addresses[0]!.port });
  assert.equal((await relay.inputs.sip()).arrival.host, "127.0.0.1");
  relay.udp.send({ hop: phone.hop(), bytes: encoder.encode("200"), transaction: "" });
  assert.equal((await phone.receive()).text, "200");
});

Deno.test("UdpTransport says in one line that a port is in use", () => {
  using relay = rig("127.0.0.1");
  const { port } = relay.addresses[0]!;
  const again = () => relay.udp.listen({ host: "127.0.0.1", port });
  assert.throws(again, (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.message, `Cannot listen on udp:127.0.0.1:${port}: the port is in use`);
    return true;
  });
});
