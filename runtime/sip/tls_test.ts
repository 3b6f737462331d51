import assert from "node:assert/strict";
import tls from "node:tls";
import type { Hop } from "../../core/hop.ts";
import { Authority, type CertificateOptions } from "../../test/certificates.ts";
import { RecordingInputs } from "../../test/recording_inputs.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import { openLibc } from "../net/libc.ts";
import { Tls } from "../tls/tls.ts";
import { StreamTransport, type StreamTransportOptions } from "./stream_transport.ts";
import { TlsStreams } from "./tls.ts";

const authority = new Authority();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function message(name: string): string {
  return `MESSAGE sip:${name}@192.0.2.1 SIP/2.0\r\nContent-Length: 0\r\n\r\n`;
}

class Rig implements Disposable {
  readonly log = new RecordedLog();
  readonly inputs = new RecordingInputs();
  readonly tls: Tls;
  readonly transport: StreamTransport;
  readonly address: { host: string; port: number };

  constructor(options: Partial<StreamTransportOptions> = {}, withIdentity = true) {
    const identity = withIdentity ? { identity: authority.issue({ names: ["relay.example"] }) } : {};
    const credentials = { ...identity, authorities: [authority.certificate] };
    this.tls = new Tls({ credentials, log: this.log, libc: openLibc() });
    this.transport = new StreamTransport({ kind: new TlsStreams(this.tls), log: this.log, ...options });
    this.address = withIdentity
      ? this.transport.listen({ host: "127.0.0.1", port: 0 })
      : { host: "127.0.0.1", port: 0 };
    this.transport.start(this.inputs);
  }

  send(hop: Partial<Hop>, text: string, transaction = "z9hG4bK1"): void {
    const whole: Hop = { transport: "tls", host: "127.0.0.1", port: 0, flow: 0, ...hop };
    this.transport.send({ hop: whole, bytes: encoder.encode(text), transaction });
  }

  /** Why the connection of what was sent failed, as the log has it. */
  async failure(): Promise<{ peer: string; domain: string; cause: string }> {
    const input = await this.inputs.next();
    assert.equal(input.type, "flowClosed");
    assert.deepEqual(await this.inputs.next(), { type: "transportFailed", transaction: "z9hG4bK1" });
    const line = this.log.lines.find(({ text }) => text === "TLS connection failed");
    assert.equal(line?.level, "warn");
    return line.fields as { peer: string; domain: string; cause: string };
  }

  [Symbol.dispose](): void {
    this.transport.close();
    this.tls.close();
  }
}

/** A peer of another make: it listens with a certificate, and may ask for one. */
class Peer implements AsyncDisposable {
  readonly port: number;
  readonly #server: tls.Server;
  readonly #sockets: tls.TLSSocket[] = [];
  readonly #waiting: ((socket: tls.TLSSocket) => void)[] = [];
  /** Names that were asked for. */
  readonly asked: readonly string[];

  private constructor(server: tls.Server, { port, asked }: { port: number; asked: readonly string[] }) {
    this.#server = server;
    this.asked = asked;
    this.port = port;
    server.on("secureConnection", (socket) => {
      this.#sockets.push(socket);
      this.#waiting.shift()?.(socket);
    });
  }

  static async listen(
    { issuer = authority, ca, ...options }: CertificateOptions & { issuer?: Authority; ca?: string } = {},
  ): Promise<Peer> {
    const { certificate: cert, key } = issuer.issue(options);
    const asks = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
    const asked: string[] = [];
    const context = tls.createSecureContext({ cert, key });
    const SNICallback: tls.TlsOptions["SNICallback"] = (name, done) => {
      asked.push(name);
      done(null, context);
    };
    // Deno's server that asks for certificates forgets whom to believe once it has asked for a name.
    const server = tls.createServer({ cert, key, ...(ca === undefined ? { SNICallback } : asks) });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Peer(server, { port: (server.address() as { port: number }).port, asked });
  }

  next(): Promise<tls.TLSSocket> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function said(socket: tls.TLSSocket): Promise<string> {
  return new Promise((resolve) => socket.once("data", (data) => resolve(decoder.decode(data))));
}

Deno.test("SIP over TLS comes in, says so, and its answer goes back the same way", async () => {
  using rig = new Rig();
  const { host: hostname, port } = rig.address;
  const stream = await Deno.startTls(await Deno.connect({ hostname, port }), {
    hostname: "relay.example",
    caCerts: [authority.certificate],
  });
  await stream.write(encoder.encode(`${message("a")}\r\n\r\n`));
  const { arrival, text } = await rig.inputs.sip();
  assert.equal(text, message("a"));
  const { flow, ...rest } = arrival;
  assert.deepEqual(rest, {
    transport: "tls",
    host: "127.0.0.1",
    port: stream.localAddr.port,
    localPort: port,
  });
  const buffer = new Uint8Array(100);
  // RFC 5626 section 4.4.1
  assert.equal(decoder.decode(buffer.subarray(0, await stream.read(buffer) ?? 0)), "\r\n");
  rig.send({ host: "192.0.2.99", port: 9, flow }, "answer", "");
  assert.equal(decoder.decode(buffer.subarray(0, await stream.read(buffer) ?? 0)), "answer");
  stream.close();
  assert.deepEqual(await rig.inputs.next(), { type: "flowClosed", flow });
});

Deno.test("SIP over TLS asks for the domain, and its certificate has to be for it", async () => {
  using rig = new Rig();
  await using peer = await Peer.listen({ names: ["ims.example"] });
  const accepted = peer.next();
  rig.send({ port: peer.port, domain: "ims.example" }, message("a"));
  const socket = await accepted;
  assert.equal(await said(socket), message("a"));
  assert.deepEqual(peer.asked, ["ims.example"]);
  // One connection for an address and a name.
  rig.send({ port: peer.port, domain: "ims.example" }, message("b"));
  assert.equal(await said(socket), message("b"));
  assert.equal(rig.transport.counts.open, 1);
  // Who has proved one name has not proved another.
  rig.send({ port: peer.port, domain: "other.example" }, message("c"));
  const { cause, domain } = await rig.failure();
  assert.match(cause, /not valid for name "other.example"/);
  assert.equal(domain, "other.example");
});

Deno.test("SIP over TLS to an address wants a certificate for the address", async () => {
  using rig = new Rig();
  await using good = await Peer.listen({ names: ["127.0.0.1"] });
  const accepted = good.next();
  rig.send({ port: good.port }, message("a"));
  assert.equal(await said(await accepted), message("a"));
  await using bad = await Peer.listen({ names: ["ims.example"] });
  rig.send({ port: bad.port }, message("a"));
  assert.match((await rig.failure()).cause, /not valid for name "127.0.0.1"/);
});

for (
  const [what, options, cause] of [
    ["has expired", { names: ["ims.example"], from: -20, to: -10 }, /expired/],
    ["is not valid yet", { names: ["ims.example"], from: 100, to: 200 }, /not valid yet/],
    [
      "nobody we know vouches for",
      { names: ["ims.example"], issuer: new Authority("Nobody") },
      /UnknownIssuer/,
    ],
  ] as const
) {
  Deno.test(`SIP over TLS refuses a certificate that ${what}, and names the peer and the cause`, async () => {
    using rig = new Rig();
    await using peer = await Peer.listen(options);
    rig.send({ port: peer.port, domain: "ims.example" }, message("a"));
    const failure = await rig.failure();
    assert.equal(failure.peer, `127.0.0.1:${peer.port}`);
    assert.match(failure.cause, cause);
  });
}

Deno.test("SIP over TLS shows its certificate to a peer that asks for one", async () => {
  await using peer = await Peer.listen({ names: ["ims.example"], ca: authority.certificate });
  for (const withIdentity of [true, false]) {
    using rig = new Rig({}, withIdentity);
    const accepted = peer.next();
    rig.send({ port: peer.port, domain: "ims.example" }, message("a"));
    if (!withIdentity) {
      assert.match((await rig.inputs.next()).type, /flowClosed|transportFailed/);
      continue;
    }
    const socket = await accepted;
    assert.equal(await said(socket), message("a"));
    assert.equal(socket.getPeerCertificate().subject.CN, "relay.example");
  }
});

Deno.test("SIP over TLS gives a peer up that does not get on with its handshake", async () => {
  using rig = new Rig({ connectTimeout: 100 });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  rig.send({ port: listener.addr.port, domain: "ims.example" }, message("a"));
  using silent = await listener.accept();
  assert.match((await rig.failure()).cause, /No connection in time/);
  const buffer = new Uint8Array(1_000);
  while (await silent.read(buffer).catch(() => null) !== null);
});

Deno.test("SIP over TLS to a port that speaks no TLS fails", async () => {
  using rig = new Rig();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  rig.send({ port: listener.addr.port, domain: "ims.example" }, message("a"));
  using plain = await listener.accept();
  await plain.write(encoder.encode("SIP/2.0 400 What is this\r\n\r\n"));
  assert.match((await rig.failure()).cause, /corrupt message/);
});
