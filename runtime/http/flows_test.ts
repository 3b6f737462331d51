// SIP over WebSockets at the door (RFC 7118): what becomes an input, what is answered at once, what ends it.

import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import * as raw from "../../test/raw_web_socket.ts";
import { type Served, testServed } from "../../test/served.ts";

const { BINARY, CLOSE, PONG, RawWebSocket, rawFrame, TEXT } = raw;
const register = "REGISTER sip:ropeway.test SIP/2.0\r\n\r\n";
const decoder = new TextDecoder();

/** A client that has said something, and the hop that leads back to it. */
async function connect(served: Served): Promise<{ client: raw.RawWebSocket; hop: Hop }> {
  const { status, head, stream } = await served.handshake("/ws", { "sec-websocket-protocol": "sip" });
  assert.equal(status, 101);
  assert.match(head, /\r\nsec-websocket-protocol: sip\r\n/);
  const client = new RawWebSocket(stream, 0);
  await client.send(rawFrame(TEXT, register));
  const { arrival, text } = await served.relay.next("sip");
  assert.equal(text, register);
  const { localPort, ...hop } = arrival;
  assert.equal(localPort, served.server.http.port);
  assert.deepEqual({ ...hop, flow: 1 }, {
    transport: "ws",
    host: "127.0.0.1",
    port: portOf(stream),
    flow: 1,
  });
  return { client, hop };
}

function portOf(stream: Deno.TcpConn): number {
  return stream.localAddr.port;
}

testServed("a SIP message comes as text or binary, in parts or whole", async (serve) => {
  await using served = serve();
  const { client, hop } = await connect(served);
  using _ = client;
  const bytes = new Uint8Array([0x4f, 0xff, 0x4b]);
  await client.send(rawFrame(BINARY, bytes), rawFrame(BINARY, "half", { final: false }), rawFrame(0, bytes));
  assert.deepEqual((await served.relay.next("sip")).text, decoder.decode(bytes));
  const { arrival, text } = await served.relay.next("sip");
  assert.deepEqual([arrival.flow, text], [hop.flow, `half${decoder.decode(bytes)}`]);
  await client.send(rawFrame(TEXT, bytes));
  assert.equal(await client.closeCode(), 1007);
  assert.equal((await served.relay.next("webSocketClosed")).flow, hop.flow);
});

testServed("a SIP message leaves as one text frame, as a binary one when it is not UTF-8", async (serve) => {
  await using served = serve();
  const { client, hop } = await connect(served);
  using _ = client;
  served.relay.react = (seen) => {
    if (seen.type !== "sip") return;
    served.relay.send(hop, "SIP/2.0 200 zażółć\r\n\r\n");
    served.relay.send({ ...hop, flow: 99 }, "nobody's", { transaction: "its key" });
    served.relay.outputs.push({
      type: "sip",
      hop,
      bytes: new Uint8Array([0x53, 0xff]),
      transaction: "",
      call: 0,
    });
  };
  await client.send(rawFrame(TEXT, "now"));
  const text = await client.frame();
  assert.deepEqual([text?.opcode, text?.final, decoder.decode(text?.payload)], [
    TEXT,
    true,
    "SIP/2.0 200 zażółć\r\n\r\n",
  ]);
  const binary = await client.frame();
  assert.deepEqual([binary?.opcode, [...binary!.payload]], [BINARY, [0x53, 0xff]]);
  assert.equal((await served.relay.next("transportFailed")).transaction, "its key");
});

testServed("a keep-alive is answered, other blanks are not, and none of them is an input", async (serve) => {
  await using served = serve();
  const { client } = await connect(served);
  using _ = client;
  for (const blank of ["", "\r", "\r\n", "\r\n\r"]) await client.send(rawFrame(TEXT, blank));
  await client.send(rawFrame(TEXT, "\r\n\r\n"));
  const pong = await client.frame();
  assert.deepEqual([pong?.opcode, decoder.decode(pong?.payload)], [TEXT, "\r\n"]);
  assert.equal(served.relay.seen.filter(({ type }) => type === "sip").length, 1);
  for (let count = 0; count < 101; count++) await client.send(rawFrame(TEXT, ""));
  assert.equal(await client.closeCode(), 1008);
});

testServed("a SIP message that is too long ends its flow with 1009", async (serve) => {
  await using served = serve();
  const { client, hop } = await connect(served);
  using _ = client;
  await client.send(rawFrame(TEXT, "x".repeat(65_537)));
  assert.equal(await client.closeCode(), 1009);
  assert.equal((await served.relay.next("webSocketClosed")).flow, hop.flow);
});

testServed("core ends a flow, and nothing more reaches it", async (serve) => {
  await using served = serve();
  const { client, hop } = await connect(served);
  using _ = client;
  served.relay.react = (seen) => {
    if (seen.type !== "sip") return;
    served.relay.outputs.push({ type: "close", feed: hop.flow, code: 1008, reason: "Enough" });
    served.relay.send(hop, "too late", { transaction: "late" });
  };
  await client.send(rawFrame(TEXT, "nonsense"));
  let frame = await client.frame();
  while (frame?.opcode === PONG) frame = await client.frame();
  assert.equal(frame?.opcode, CLOSE);
  assert.equal((await served.relay.next("transportFailed")).transaction, "late");
  assert.equal((await served.relay.next("webSocketClosed")).flow, hop.flow);
});

testServed(
  "the relay is told under which address its WebSockets are reached, behind its other listeners",
  async (serve) => {
    await using served = serve();
    const { host, port } = served.server.http;
    assert.deepEqual(served.relayConfig?.listeners.at(-1), { transport: "ws", host, port });
    assert.equal(served.relayConfig?.listeners.length, 3);
  },
);
