import assert from "node:assert/strict";
import { testServed } from "../../test/served.ts";
import { Ladder } from "../ladder.ts";
import { LadderStreams } from "./ladder_stream.ts";

const encoder = new TextEncoder();

/** Reads server-sent events' data lines. */
class Events {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  async next(): Promise<Record<string, unknown>> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const event = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (event.startsWith("data: ")) return JSON.parse(event.slice(6));
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("The stream is over");
      this.#text += value;
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

testServed("LadderStreams show a call's messages, the past ones first", async (serve) => {
  await using served = serve();
  await using alice = await served.browser("alice");
  served.relay.lastCall = 5;
  served.relay.users = ["alice"];
  served.relay.react = (seen) => {
    if (seen.type === "roap") served.relay.say(alice.feed, '{"messageType":"ANSWER"}', 5);
  };
  alice.socket.send('{"messageType":"OFFER"}');
  await alice.text();
  const response = await fetch(`http://${served.host}/ladder?user=alice`);
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const events = new Events(response.body!);
  const offer = await events.next();
  assert.ok(typeof offer.time === "number");
  assert.deepEqual({ ...offer, time: 0 }, {
    time: 0,
    call: 5,
    direction: "in",
    protocol: "ROAP",
    peer: "browser",
    title: "OFFER",
    text: '{"messageType":"OFFER"}',
  });
  assert.equal((await events.next()).title, "ANSWER");
  alice.socket.send('{"messageType":"SHUTDOWN"}');
  assert.equal((await events.next()).title, "SHUTDOWN");
  await events.close();
});

testServed("LadderStreams have the same doorkeeper as the WebSocket", async (serve) => {
  await using served = serve();
  const plain = { upgrade: "", connection: "close" };
  assert.equal(await served.status("/ladder?user=alice", plain), 200);
  assert.equal(await served.status("/ladder", plain), 400);
  assert.equal(await served.status("/ladder?user=alice", { ...plain, host: "evil.example" }), 403);
  assert.equal(await served.status("/ladder?user=alice", { ...plain, origin: "http://evil.example" }), 403);
});

Deno.test("LadderStreams cut off a reader that does not read", () => {
  const ladder = new Ladder({ tracing: false, usersOf: () => ["alice"] });
  const streams = new LadderStreams({ ladder, bufferLimit: 10_000 });
  streams.open("alice");
  assert.equal(ladder.subscriptions, 1);
  for (let i = 0; i < 20; i++) ladder.roapIn(1, encoder.encode("x".repeat(1_000)));
  assert.equal(ladder.subscriptions, 0);
  assert.equal(streams.size, 0);
});

Deno.test("LadderStreams take no more readers than their limit", async () => {
  const ladder = new Ladder({ tracing: false, usersOf: () => [] });
  const streams = new LadderStreams({ ladder, limit: 1 });
  const first = streams.open("alice");
  assert.equal(streams.open("alice").status, 503);
  await first.body!.cancel();
  assert.equal(streams.size, 0);
  assert.equal(streams.open("alice").status, 200);
  streams.closeAll();
  assert.equal(ladder.subscriptions, 0);
});
