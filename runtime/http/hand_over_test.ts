import assert from "node:assert/strict";
import { testServed } from "../../test/served.ts";
import { testSockets } from "../../test/socket_pair.ts";
import { readWindow } from "../../wasm/masked_text.ts";
import { HeaderFields } from "../ws/request_head.ts";
import { HandOver } from "./hand_over.ts";

const encoder = new TextEncoder();
const HEAD = {
  method: "POST",
  target: "/x",
  minor: 1,
  headers: new HeaderFields([["Host", "a"], ["Connection", "keep-alive"], ["Content-Length", "5"]]),
};

async function readAll(client: Deno.TcpConn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  for (let length = await client.read(buffer); length !== null; length = await client.read(buffer)) {
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return text;
}

testServed("a second request on the same connection is nobody's", async (serve) => {
  await using served = serve();
  const stream = await Deno.connect({ hostname: served.server.http.host, port: served.server.http.port });
  const head = `GET /healthz HTTP/1.1\r\nHost: ${served.host}\r\n`;
  await stream.write(encoder.encode(`${head}\r\n${head}X-Forwarded-For: 127.0.0.1\r\n\r\n`));
  const answer = await readAll(stream);
  assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
  assert.match(answer, /\r\nconnection: close\r\n/i);
  stream.close();
});

testServed("nobody but the entrance gets anything from Deno's own server", async (serve) => {
  await using served = serve();
  const { inner } = served.server.http;
  for (const path of ["/", "/healthz", "/ladder?user=alice", "/ws?user=alice"]) {
    const response = await fetch(`http://127.0.0.1:${inner}${path}`, {
      headers: { "x-forwarded-for": "127.0.0.1" },
    });
    assert.equal(response.status, 403);
    await response.body?.cancel();
  }
});

testServed("a reader of the ladder who goes away is gone for the ladder too", async (serve) => {
  await using served = serve();
  for (let round = 0; round < 3; round++) {
    const response = await fetch(`http://${served.host}/ladder?user=alice`);
    const reader = response.body!.getReader();
    assert.match(new TextDecoder().decode((await reader.read()).value), /^retry/);
    await reader.cancel();
  }
});

testSockets(
  "HandOver passes on what comes and what is answered, and knows whose it is",
  async ({ sockets, heed, listener }) => {
    const handOver = new HandOver(sockets, 1);
    const asked = Promise.withResolvers<
      { body: string; peer: string | undefined; connection: string | null }
    >();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request, { remoteAddr }) => {
        const peer = handOver.peerAt(remoteAddr)?.host;
        asked.resolve({ body: await request.text(), peer, connection: request.headers.get("connection") });
        return new Response("x".repeat(3_000_000));
      },
    );
    const { port } = server.addr;
    const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
    const peer = await (await heed.next()).connection;
    readWindow.set(encoder.encode("ab"));
    assert.ok(handOver.take(peer, { head: HEAD, rest: 2, port }));
    await client.write(encoder.encode("cde"));
    assert.deepEqual(await asked.promise, { body: "abcde", peer: "127.0.0.1", connection: "close" });
    assert.equal(handOver.size, 1);
    const other = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
    assert.ok(!handOver.take(await (await heed.next()).connection, { head: HEAD, rest: 0, port }));
    assert.equal(handOver.refused, 1);
    const answer = await readAll(client);
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.ok(answer.length > 3_000_000);
    client.close();
    await handOver.over(10_000);
    assert.equal(handOver.size, 0);
    other.close();
    await server.shutdown();
  },
);

testSockets(
  "HandOver holds no more for a slow reader than a queue's worth, and lets go of one that stops",
  async ({ sockets, heed, listener }) => {
    const handOver = new HandOver(sockets);
    let pulled = 0;
    const cancelled = Promise.withResolvers<void>();
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      onError: () => new Response(),
    }, () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(++pulled)),
          cancel: () => cancelled.resolve(),
        }),
      ));
    const { port } = server.addr;
    const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
    const peer = await (await heed.next()).connection;
    handOver.take(peer, {
      head: { ...HEAD, method: "GET", headers: new HeaderFields([["Host", "a"]]) },
      rest: 0,
      port,
    });
    const buffer = new Uint8Array(1_000);
    await client.read(buffer);
    // As long as the stream moves, so does the number; the kernel's buffers on the way are a few megabytes at most.
    for (let before = -1; before !== pulled;) {
      before = pulled;
      await new Promise((resolve) => setTimeout(resolve, 50));
      handOver.sweep();
    }
    assert.ok(pulled * 65_536 < 32 * 1024 * 1024, `${pulled} chunks`);
    assert.ok(peer.pending < 1024 * 1024);
    for (let sweep = 0; sweep < 70; sweep++) handOver.sweep();
    assert.equal(handOver.size, 0);
    await cancelled.promise;
    client.close();
    await server.shutdown();
  },
);

testSockets(
  "HandOver ends with a peer that goes away before the answer is over",
  async ({ sockets, heed, listener }) => {
    const handOver = new HandOver(sockets);
    const cancelled = Promise.withResolvers<void>();
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(encoder.encode("retry: 1\n\n")),
          cancel: () => cancelled.resolve(),
        }),
      ));
    const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
    const peer = await (await heed.next()).connection;
    const head = { ...HEAD, method: "GET", headers: new HeaderFields([["Host", "a"]]) };
    handOver.take(peer, { head, rest: 0, port: server.addr.port });
    await client.read(new Uint8Array(1_000));
    client.close();
    await cancelled.promise;
    await handOver.over(10_000);
    assert.equal(handOver.size, 0);
    await server.shutdown();
  },
);

testSockets("HandOver ends when nobody listens behind it", async ({ sockets, heed, listener }) => {
  const handOver = new HandOver(sockets);
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = nobody.addr;
  nobody.close();
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
  const peer = await (await heed.next()).connection;
  handOver.take(peer, { head: HEAD, rest: 0, port });
  await handOver.over(10_000);
  assert.equal(handOver.size, 0);
  await client.read(new Uint8Array(1)).catch(() => {});
  client.close();
});
