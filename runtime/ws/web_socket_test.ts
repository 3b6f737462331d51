// WebSockets from end to end with a client by hand: what the protocol asks of a server, and what a hostile one gets.

import assert from "node:assert/strict";
import * as raw from "../../test/raw_web_socket.ts";
import { testServed } from "../../test/served.ts";

const { CLOSE, closePayload, PING, PONG, RawWebSocket, rawFrame, TEXT } = raw;
const empty = new Uint8Array(0);
/** A second of the relay's, for tests that wait for it. */
const quick = { httpLimits: { sweep: 5 } };

testServed(
  "a WebSocket hears a text in parts with a ping between them, and answers the ping first",
  async (serve) => {
    await using served = serve();
    using client = await RawWebSocket.open(served);
    served.relay.react = (seen) => {
      if (seen.type === "roap") served.relay.say(seen.feed, `heard ${seen.text}`);
    };
    await client.send(rawFrame(TEXT, "zażó", { final: false }), rawFrame(PING, "?"), rawFrame(0, "łć"));
    const pong = await client.frame();
    assert.deepEqual([pong?.opcode, new TextDecoder().decode(pong?.payload)], [PONG, "?"]);
    const text = await client.frame();
    assert.deepEqual([text?.opcode, text?.final, new TextDecoder().decode(text?.payload)], [
      TEXT,
      true,
      "heard zażółć",
    ]);
  },
);

testServed("a WebSocket takes a handshake and frames in one piece, and cut at every byte", async (serve) => {
  await using served = serve();
  const head =
    `GET /ws?user=raw HTTP/1.1\r\nHost: ${served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  const bytes = raw.concat([
    new TextEncoder().encode(head),
    rawFrame(TEXT, "one"),
    rawFrame(TEXT, "two"),
    rawFrame(CLOSE, closePayload(1000)),
  ]);
  const { host: hostname, port } = served.server.http;
  for (const size of [bytes.length, 1, 7]) {
    const stream = await Deno.connect({ hostname, port });
    stream.setNoDelay(true);
    for (let at = 0; at < bytes.length; at += size) await stream.write(bytes.subarray(at, at + size));
    assert.deepEqual([(await served.relay.next("roap")).text, (await served.relay.next("roap")).text], [
      "one",
      "two",
    ]);
    await served.relay.next("closed");
    const answer: number[] = [];
    const buffer = new Uint8Array(1_000);
    for (let length = await stream.read(buffer); length !== null; length = await stream.read(buffer)) {
      answer.push(...buffer.subarray(0, length));
    }
    assert.deepEqual(answer.splice(-4), [0x88, 2, 3, 0xe8]);
    assert.match(String.fromCharCode(...answer), /^HTTP\/1\.1 101 [^]*\r\n\r\n$/);
    stream.close();
  }
});

const endings: readonly [name: string, code: number, frames: readonly Uint8Array[]][] = [
  ["no mask", 1002, [rawFrame(TEXT, "x", { mask: false })]],
  ["a reserved bit", 1002, [rawFrame(TEXT, "x", { reserved: 0x40 })]],
  ["an opcode that nobody knows", 1002, [rawFrame(11, "")]],
  ["a ping in parts", 1002, [rawFrame(PING, "x", { final: false })]],
  ["bytes", 1003, [rawFrame(2, "x")]],
  ["no UTF-8", 1007, [rawFrame(TEXT, new Uint8Array([0x80]))]],
  ["more than a megabyte", 1009, [rawFrame(TEXT, new Uint8Array(1_048_577))]],
  ["a close without a code", 0, [rawFrame(CLOSE, empty)]],
  ["a close with half a code", 1002, [rawFrame(CLOSE, new Uint8Array([3]))]],
  ["a close with 1000 and a reason", 1000, [rawFrame(CLOSE, closePayload(1000, "dość"))]],
  ["a close with a code of one's own", 4321, [rawFrame(CLOSE, closePayload(4321))]],
  ["a close with 1005", 1002, [rawFrame(CLOSE, closePayload(1005))]],
  ["a close with 999", 1002, [rawFrame(CLOSE, closePayload(999))]],
  ["a close whose reason is no UTF-8", 1007, [rawFrame(CLOSE, new Uint8Array([3, 232, 0xff]))]],
];

testServed("a WebSocket ends with the code that says why, and core hears of it", async (serve) => {
  await using served = serve();
  for (const [name, code, frames] of endings) {
    using client = await RawWebSocket.open(served);
    await client.send(rawFrame(PONG, "nobody asked"), ...frames, rawFrame(TEXT, "behind it"));
    assert.equal(await client.closeCode(), code, name);
    assert.equal((await served.relay.next("closed")).feed, client.feed, name);
    await client.send(rawFrame(CLOSE, closePayload(1000)));
    client.stream.closeWrite().catch(() => {});
    await client.hungUp();
  }
  assert.ok(!served.relay.seen.some(({ type }) => type === "roap"));
});

testServed("a WebSocket that we end waits for the answer, and passes nothing on any more", async (serve) => {
  await using served = serve();
  using client = await RawWebSocket.open(served);
  served.relay.react = (seen) => {
    if (seen.type === "roap") {
      served.relay.outputs.push({ type: "close", feed: seen.feed, code: 1008, reason: "Enough" });
    }
  };
  await client.send(rawFrame(TEXT, "one"));
  assert.equal(await client.closeCode(), 1008);
  await client.send(rawFrame(TEXT, "two"), rawFrame(PING, "x"), rawFrame(CLOSE, closePayload(1008)));
  assert.equal(await client.frame(), undefined);
  assert.equal(served.relay.seen.filter(({ type }) => type === "roap").length, 1);
});

testServed("a WebSocket whose peer does not answer the end is cut off", async (serve) => {
  await using served = serve({}, quick);
  using client = await RawWebSocket.open(served);
  await client.send(rawFrame(TEXT, new Uint8Array([0xff])));
  await client.hungUp();
});

testServed(
  "a WebSocket that is silent is asked for a sign of life, and cut off without one",
  async (serve) => {
    await using served = serve({}, quick);
    using client = await RawWebSocket.open(served);
    for (let round = 0; round < 2; round++) {
      assert.equal((await client.frame())?.opcode, PING);
      await client.send(rawFrame(PONG, ""));
    }
    await client.hungUp();
    assert.equal((await served.relay.next("closed")).feed, client.feed);
  },
);

testServed(
  "a WebSocket that talks but does not answer a ping does not hear us, and is cut off",
  async (serve) => {
    await using served = serve({}, quick);
    using client = await RawWebSocket.open(served);
    let over = false;
    const hungUp = client.hungUp().then(() => over = true);
    while (!over) {
      await client.send(rawFrame(TEXT, "still here"));
      await Promise.race([served.relay.next("roap"), hungUp]);
    }
    assert.equal((await served.relay.next("closed")).feed, client.feed);
  },
);

testServed("a WebSocket that vanishes without a word is gone for core", async (serve) => {
  await using served = serve();
  const client = await RawWebSocket.open(served);
  await client.send(rawFrame(TEXT, "half", { final: false }));
  client.stream.close();
  assert.equal((await served.relay.next("closed")).feed, client.feed);
});

/** Sends in pieces while what comes back is read, as long as anybody takes it. */
async function flood(
  client: raw.RawWebSocket,
  frame: Uint8Array,
  count: number,
): Promise<number | undefined> {
  const batch = raw.concat(new Array(1_000).fill(frame));
  const sending = (async () => {
    for (let sent = 0; sent < count; sent += 1_000) await client.send(batch);
    await client.stream.closeWrite().catch(() => {});
  })();
  const code = await client.closeCode();
  await client.hungUp();
  await sending;
  return code;
}

const FLOODS: readonly [name: string, frame: Uint8Array, first?: Uint8Array][] = [
  ["empty pings", rawFrame(PING, "")],
  ["pings of 125 bytes", rawFrame(PING, new Uint8Array(125))],
  ["empty pongs", rawFrame(PONG, "")],
  ["empty parts of a message", rawFrame(0, "", { final: false }), rawFrame(TEXT, "", { final: false })],
];

testServed(
  "a WebSocket with 100,000 empty frames is closed with 1008 long before their end",
  async (serve) => {
    await using served = serve();
    for (const [name, frame, first = empty] of FLOODS) {
      using client = await RawWebSocket.open(served);
      await client.send(first);
      assert.equal(await flood(client, frame, 100_000), 1008, name);
      assert.equal((await served.relay.next("closed")).feed, client.feed);
    }
  },
);

testServed("100,000 empty texts reach core one by one, and it has its way with them", async (serve) => {
  await using served = serve();
  using client = await RawWebSocket.open(served);
  let heard = 0;
  served.relay.react = (seen) => {
    if (seen.type !== "roap" || ++heard < 20) return;
    served.relay.outputs.push({
      type: "close",
      feed: seen.feed,
      code: 1008,
      reason: "Too many bad messages",
    });
  };
  assert.equal(await flood(client, rawFrame(TEXT, ""), 100_000), 1008);
  assert.equal(heard, 20);
});

testServed(
  "a WebSocket that asks for pongs and does not read them gets no more of them than a few",
  async (serve) => {
    await using served = serve({}, { httpLimits: { sweep: 1 } });
    using client = await RawWebSocket.open(served);
    using other = await RawWebSocket.open(served, "other");
    served.relay.react = (seen) => {
      if (seen.type === "roap") served.relay.say(seen.feed, "here");
    };
    for (let round = 0; round < 200; round++) {
      // a pong too, asked for or not: it is there, it only does not read
      await client.send(rawFrame(PONG, ""), ...new Array(20).fill(rawFrame(PING, new Uint8Array(125))));
      await other.send(rawFrame(PONG, ""), rawFrame(TEXT, "there?"));
      let frame = await other.frame();
      while (frame?.opcode === PING) frame = await other.frame();
      assert.equal(frame?.opcode, TEXT);
    }
  },
);

testServed("messages that are not whole share one limit, and who goes over it is closed", async (serve) => {
  await using served = serve({}, { feedLimits: { keptLimit: 100_000 } });
  const part = rawFrame(TEXT, new Uint8Array(40_000).fill(0x61), { final: false });
  using one = await RawWebSocket.open(served, "one");
  await one.send(part, rawFrame(PING, ""));
  assert.equal((await one.frame())?.opcode, PONG);
  using two = await RawWebSocket.open(served, "two");
  await two.send(part);
  assert.equal(await two.closeCode(), 1013);
  await one.send(rawFrame(0, "b"));
  assert.equal((await served.relay.next("roap")).length, 40_001);
});

testServed(
  "a reader that stops is closed with 1013 when it reads again, and core knew at once",
  async (serve) => {
    await using served = serve();
    using client = await RawWebSocket.open(served);
    using other = await RawWebSocket.open(served, "other");
    const text = "x".repeat(60_000);
    served.relay.react = (seen) => {
      if (seen.type !== "roap") return;
      for (let count = 0; count < 10; count++) served.relay.say(client.feed, text);
    };
    const gone = served.relay.next("closed");
    let over = false;
    gone.then(() => over = true);
    for (let round = 0; !over && round < 100; round++) {
      await other.send(rawFrame(TEXT, "more"), rawFrame(PING, ""));
      await other.frame();
    }
    assert.equal((await gone).feed, client.feed);
    assert.equal(await client.closeCode(), 1013);
  },
);

testServed(
  "all readers together have one limit, and it is who leaves something unread that goes",
  async (serve) => {
    await using served = serve({}, { feedLimits: { bufferLimit: 1_000_000_000, allBuffersLimit: 100_000 } });
    using slow = await RawWebSocket.open(served, "slow");
    using other = await RawWebSocket.open(served, "other");
    const text = "x".repeat(60_000);
    served.relay.react = (seen) => {
      if (seen.type !== "roap") return;
      for (let count = 0; count < 10; count++) served.relay.say(slow.feed, text);
      served.relay.say(other.feed, "here");
    };
    let over = false;
    const gone = served.relay.next("closed").then(({ feed }) => {
      over = true;
      return feed;
    });
    for (let round = 0; !over && round < 100; round++) {
      await other.send(rawFrame(TEXT, "more"));
      assert.equal((await other.frame())?.opcode, TEXT);
    }
    assert.equal(await gone, slow.feed);
    assert.equal(await slow.closeCode(), 1013);
  },
);

testServed("a text of any length goes out as one frame", async (serve) => {
  await using served = serve();
  using client = await RawWebSocket.open(served);
  const lengths = [0, 1, 125, 126, 16_380, 16_381, 65_535, 65_536, 300_000];
  served.relay.react = (seen) => {
    if (seen.type === "roap") {
      for (const length of lengths) served.relay.say(seen.feed, "y".repeat(length));
    }
  };
  await client.send(rawFrame(TEXT, "all"));
  for (const length of lengths) {
    const frame = await client.frame();
    assert.deepEqual([frame?.opcode, frame?.final, frame?.payload.length], [TEXT, true, length]);
    assert.ok(frame!.payload.every((byte) => byte === 0x79));
  }
});
