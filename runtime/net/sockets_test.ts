import assert from "node:assert/strict";
import { Heard, Heed, testSockets } from "../../test/socket_pair.ts";

const encoder = new TextEncoder();
const BIG = 8_000_000;

async function readAll(client: Deno.TcpConn): Promise<number> {
  let bytes = 0;
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const length = await client.read(buffer);
    if (length === null) return bytes;
    bytes += length;
  }
}

testSockets("sockets carry bytes both ways and know who is there", async ({ connect, heed, listener }) => {
  const { client, heard, ours } = await connect();
  assert.deepEqual([ours.host, ours.port], ["127.0.0.1", client.localAddr.port]);
  assert.equal(client.remoteAddr.port, listener.port);
  await client.write(encoder.encode("ping"));
  await heard.happens("received");
  assert.equal(heard.text, "ping");
  ours.send(encoder.encode("pong"));
  const buffer = new Uint8Array(10);
  assert.equal(await client.read(buffer), 4);
  client.close();
  await heard.happens("ended");
  assert.equal(heed.gone, 0);
  ours.close();
  assert.deepEqual(heard.events.filter((event) => event !== "drained"), [
    "received",
    "ended",
    "closed Closed",
  ]);
  assert.equal(heed.gone, 1);
});

testSockets("sockets tell of a peer that sends no more but still reads", async ({ connect }) => {
  const { client, heard, ours } = await connect();
  await client.closeWrite();
  await heard.happens("ended");
  ours.send(encoder.encode("still here"));
  ours.end();
  assert.equal(await readAll(client), 10);
  client.close();
});

testSockets(
  "sockets queue what a peer does not read, say when it is gone, and then send it all",
  async ({ connect, sockets }) => {
    const { client, heard, ours } = await connect();
    const chunk = new Uint8Array(50_000);
    for (let sent = 0; sent < BIG; sent += chunk.length) ours.send(chunk);
    assert.ok(ours.pending > 0);
    assert.equal(sockets.pending, ours.pending);
    ours.end();
    const read = readAll(client);
    await heard.happens("drained");
    assert.equal(ours.pending, 0);
    assert.equal(sockets.pending, 0);
    assert.equal(await read, BIG);
    client.close();
  },
);

testSockets("sockets send what is queued before a close", async ({ connect, heed }) => {
  const { client, heard, ours } = await connect();
  for (let sent = 0; sent < BIG; sent += 50_000) ours.send(new Uint8Array(50_000));
  ours.close();
  ours.send(encoder.encode("too late"));
  assert.equal(await readAll(client), BIG);
  await heard.happens("closed");
  assert.equal(heed.gone, 1);
  client.close();
});

testSockets("sockets do not read while reading is stopped", async ({ connect }) => {
  const { client, heard, ours } = await connect();
  heard.react = () => ours.read(heard.bytes < 100_000);
  const writing = (async () => {
    for (let sent = 0; sent < BIG; sent += 50_000) await client.write(new Uint8Array(50_000));
    client.close();
  })();
  await heard.until(() => heard.bytes >= 100_000);
  const { client: other, heard: otherHeard } = await connect();
  await other.write(encoder.encode("x"));
  await otherHeard.happens("received");
  assert.ok(heard.bytes < 200_000);
  heard.react = () => {};
  ours.read(true);
  await writing;
  await heard.happens("ended");
  other.close();
});

testSockets("sockets tell of a reset, also to a side that only writes", async ({ connect, heed }) => {
  const { client, heard, ours } = await connect();
  for (let sent = 0; sent < BIG; sent += 50_000) ours.send(new Uint8Array(50_000));
  ours.read(false);
  client.close(); // with bytes unread: a reset
  await heard.happens("closed");
  assert.equal(heed.gone, 1);
  ours.send(encoder.encode("to nobody"));
  ours.close();
  ours.abort();
  assert.equal(heard.events.filter((event) => event.startsWith("closed")).length, 1);
});

testSockets("sockets cut a connection off without telling the one who does", async ({ connect, heed }) => {
  const { client, heard, ours } = await connect();
  ours.abort();
  assert.equal(heed.gone, 1);
  await client.read(new Uint8Array(1)).then((length) => assert.equal(length, null), () => {});
  assert.ok(!heard.events.some((event) => event.startsWith("closed")));
  client.close();
});

testSockets(
  "sockets connect, know their own port, and tell when nobody listens",
  async ({ sockets, heed, listener }) => {
    const client = new Heard();
    const connection = client.take(sockets.connect({ host: "127.0.0.1", port: listener.port }, client));
    connection.send(encoder.encode("before it stands"));
    await client.happens("opened");
    const heard = await heed.next();
    const theirs = await heard.connection;
    assert.equal(theirs.port, connection.localPort);
    await heard.happens("received");
    assert.equal(heard.text, "before it stands");
    listener.close();
    const lost = new Heard();
    lost.take(sockets.connect({ host: "127.0.0.1", port: listener.port }, lost));
    await lost.happens("closed");
    assert.ok(!lost.events.includes("opened"));
  },
);

testSockets("sockets lose one connection to a mistake of ours, and no other", async ({ connect, faults }) => {
  const bad = await connect();
  const good = await connect();
  bad.heard.react = () => {
    throw new Error("Broken invariant");
  };
  await bad.client.write(encoder.encode("x"));
  await bad.heard.happens("closed");
  assert.match(String(faults[0]), /Broken invariant/);
  await good.client.write(encoder.encode("y"));
  await good.heard.happens("received");
  bad.client.close();
  good.client.close();
});

testSockets("sockets share a port that is to be shared, and no other", async ({ sockets, listener }) => {
  assert.throws(
    () => sockets.listen({ host: "127.0.0.1", port: listener.port }, new Heed()),
    Deno.errors.AddrInUse,
  );
  const shared = sockets.listen({ host: "127.0.0.1", port: 0, reusePort: true }, new Heed());
  sockets.listen({ host: "127.0.0.1", port: shared.port, reusePort: true }, new Heed());
  await Promise.resolve();
});

testSockets("sockets listen on names and on IPv6, where IPv4 comes as what it is", async ({ sockets }) => {
  const heed = new Heed();
  assert.match(sockets.listen({ host: "localhost", port: 0 }, heed).host, /^(127\.0\.0\.1|::1)$/);
  const { port } = sockets.listen({ host: "::", port: 0 }, heed);
  for (const hostname of ["::1", "127.0.0.1"]) {
    const client = await Deno.connect({ hostname, port });
    assert.equal((await (await heed.next()).connection).host, hostname);
    client.close();
  }
});

testSockets("sockets serve many that come and go at once", async ({ connect, heed }) => {
  const pairs = [];
  for (let count = 0; count < 200; count++) pairs.push(await connect());
  await Promise.all(pairs.map(async ({ client, heard, ours }) => {
    heard.react = (bytes) => ours.send(bytes);
    await client.write(encoder.encode("round"));
    await client.read(new Uint8Array(10));
    client.close();
    await heard.happens("ended");
    ours.close();
  }));
  assert.equal(heed.gone, 200);
});
