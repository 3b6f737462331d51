import assert from "node:assert/strict";
import { RawWebSocket } from "../../test/raw_web_socket.ts";
import { type Served, testServed } from "../../test/served.ts";

const encoder = new TextEncoder();

function connect({ server }: Served): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: server.http.host, port: server.http.port });
}

/** All that comes until the peer hangs up, or resets. */
async function answer(stream: Deno.TcpConn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4_096);
  try {
    for (let length = await stream.read(buffer); length !== null; length = await stream.read(buffer)) {
      text += new TextDecoder().decode(buffer.subarray(0, length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  stream.close();
  return text;
}

async function ask(served: Served, ...pieces: readonly string[]): Promise<string> {
  const stream = await connect(served);
  stream.setNoDelay(true);
  for (const piece of pieces) await stream.write(encoder.encode(piece));
  return await answer(stream);
}

testServed("Entrance cuts off who does not say what it wants in time", async (serve) => {
  await using served = serve({}, { httpLimits: { headTime: 20, sweep: 5 } });
  const silent = await connect(served);
  const slow = await connect(served);
  await slow.write(encoder.encode("GET /ws?user=slow HTTP/1.1\r\nX-Slow"));
  assert.equal(await answer(silent), "");
  assert.match(await answer(slow), /^HTTP\/1\.1 408 /);
  assert.equal((await served.get("/healthz")).status, 200);
});

testServed("Entrance lets the oldest without a head go when there are too many", async (serve) => {
  await using served = serve({}, { httpLimits: { halfOpen: 3 } });
  const waiting: Deno.TcpConn[] = [];
  for (let count = 0; count < 4; count++) waiting.push(await connect(served));
  assert.equal(await answer(waiting[0]!), "");
  using client = await RawWebSocket.open(served);
  assert.ok(client.feed > 0);
  for (const stream of waiting.slice(1)) stream.close();
});

testServed("Entrance has room for so many connections in all, and of one address", async (serve) => {
  for (const httpLimits of [{ connections: 2 }, { perAddress: 2 }]) {
    await using served = serve({}, { httpLimits });
    using _one = await RawWebSocket.open(served, "one");
    const two = await RawWebSocket.open(served, "two");
    const refused = await ask(served, "");
    assert.match(refused, /^HTTP\/1\.1 503 .*\r\nretry-after: 5\r\n/s);
    two.stream.close();
    await served.relay.next("closed");
    using three = await RawWebSocket.open(served, "three");
    assert.ok(three.feed > 0);
  }
});

testServed("Entrance reads a head that comes in pieces, up to its limit", async (serve) => {
  await using served = serve();
  const head = `GET /healthz HTTP/1.1\r\nHost: ${served.host}\r\nX: y\r\n\r\n`;
  assert.match(await ask(served, ...head), /^HTTP\/1\.1 200 .*\r\n\r\nok\n$/s);
  const long = (length: number) => head.replace("y", "y".repeat(length));
  assert.match(await ask(served, long(8_000)), /^HTTP\/1\.1 200 /);
  assert.match(await ask(served, long(8_200)), /^HTTP\/1\.1 431 /);
  assert.match(await ask(served, long(40_000)), /^HTTP\/1\.1 431 /);
});

testServed("Entrance refuses what cannot be read", async (serve) => {
  await using served = serve();
  assert.match(await ask(served, "HELLO\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await ask(served, "PRI * HTTP/2.0\r\n\r\n"), /^HTTP\/1\.1 505 /);
  assert.match(await ask(served, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await ask(served, "GET /%ZZ HTTP/1.1\r\nHost: a\r\n\r\n"), /^HTTP\/1\.1 404 /);
});

testServed("Entrance says which version it speaks", async (serve) => {
  await using served = serve();
  const { status, head, stream } = await served.handshake("/ws?user=a", { "sec-websocket-version": "8" });
  assert.equal(status, 426);
  assert.match(head, /\r\nsec-websocket-version: 13\r\n/);
  stream.close();
});
