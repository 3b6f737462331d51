import assert from "node:assert/strict";
import type { Hop } from "../core/hop.ts";
import { makeRoom } from "../core/room.ts";
import { RecordedLog, RecordingRelay } from "../test/recording_relay.ts";
import { inputWindow, received } from "../wasm/codec.ts";
import { Ladder } from "./ladder.ts";
import { Loop } from "./loop.ts";
import type { LoopOptions } from "./loop_options.ts";

const encoder = new TextEncoder();
const arrival = { transport: "udp", host: "127.0.0.1", port: 5070, flow: 0, localPort: 5060 } as const;
const loopHop: Hop = { transport: "loop", host: "127.0.0.1", port: 5060, flow: 0 };

function rig(options: Partial<LoopOptions> = {}) {
  const relay = new RecordingRelay();
  const log = new RecordedLog();
  const sent: string[] = [];
  const flushed: number[] = [];
  const decoder = new TextDecoder();
  const loop = new Loop({
    relay,
    log,
    sip: {
      send: ({ hop, bytes }) => sent.push(`${hop.transport} ${decoder.decode(bytes)}`),
      flush: () => void flushed.push(sent.length),
    },
    feeds: {
      sendText: (feed, bytes) => sent.push(`text ${feed} ${decoder.decode(bytes)}`),
      close: (feed, code, reason) => sent.push(`close ${feed} ${code} ${reason}`),
    },
    resolver: {
      resolve: () => Promise.resolve({ hops: [], isSure: true }),
      dead: (hop, duration) => sent.push(`dead ${hop.host} ${duration}`),
    },
    ladder: new Ladder({ tracing: false, usersOf: () => [] }),
    ...options,
  });
  return { relay, log, loop, sent, flushed };
}

function roap(feed: number, text: string) {
  return { type: "roap", feed, length: 0, bytes: encoder.encode(text) } as const;
}

function sip(text: string) {
  return { type: "sip", arrival, bytes: encoder.encode(text) } as const;
}

Deno.test("Loop drains an input's outputs in order and empties them", () => {
  const { relay, loop, sent } = rig();
  relay.react = () => {
    relay.send({ ...loopHop, transport: "udp" }, "one");
    relay.say(7, "two");
    relay.outputs.push({ type: "close", feed: 7, code: 1008, reason: "Enough" });
    relay.outputs.push({ type: "dead", hop: { ...loopHop, host: "192.0.2.1" }, duration: 30_000 });
  };
  loop.deliver(sip("in"));
  assert.deepEqual(sent, ["udp one", "text 7 two", "close 7 1008 Enough", "dead 192.0.2.1 30000"]);
  assert.equal(relay.outputs.length, 0);
});

Deno.test("Loop brings a message to ourselves back after the input it came from", () => {
  const { relay, loop, sent } = rig();
  relay.react = (seen) => {
    if (seen.type !== "sip" || seen.text !== "first") return;
    relay.send(loopHop, "INVITE to ourselves");
    relay.say(1, "after it");
  };
  loop.deliver(sip("first"));
  assert.deepEqual(sent, ["text 1 after it"]);
  const came = relay.seen[1];
  assert.ok(came?.type === "sip");
  assert.equal(came.text, "INVITE to ourselves");
  assert.deepEqual(came.arrival, { ...loopHop, localPort: 5060 });
});

Deno.test("Loop keeps a WebSocket's SIP message that comes while another input is worked on", () => {
  const { relay, loop } = rig();
  const webSocket = { ...arrival, transport: "ws", flow: 9 } as const;
  const come = (text: string) => {
    inputWindow().set(encoder.encode(text));
    loop.deliver({ type: "message", arrival: webSocket, length: text.length });
  };
  let count = 0;
  relay.react = () => {
    if (count++ > 0) return;
    come("second");
    come("third");
  };
  come("first");
  const seen = relay.seen.map((seen) => seen.type === "sip" ? [seen.arrival.flow, seen.text] : seen);
  assert.deepEqual(seen, [[9, "first"], [9, "second"], [9, "third"]]);
});

Deno.test("Loop keeps inputs in order when a socket reports while another input is worked on", () => {
  const { relay, loop } = rig();
  relay.react = (seen) => {
    if (seen.type === "roap") loop.deliver({ type: "closed", feed: 1 });
    if (seen.type === "roap") loop.deliver({ type: "transportFailed", transaction: "t" });
  };
  loop.deliver(roap(1, "{}"));
  assert.deepEqual(relay.seen.map(({ type }) => type), ["roap", "closed", "transportFailed"]);
});

Deno.test("Loop loses messages to ourselves over its limit and says so to their transactions", () => {
  const { relay, loop } = rig({ loopLimit: 2 });
  relay.react = (seen) => {
    if (seen.type !== "roap") return;
    for (const transaction of ["a", "b", "c"]) relay.send(loopHop, transaction, { transaction });
  };
  loop.deliver(roap(1, "{}"));
  assert.equal(loop.overflows, 1);
  assert.deepEqual(relay.seen.map(({ type }) => type), ["roap", "sip", "sip", "transportFailed"]);
});

Deno.test("Loop shows each input to its watch, and works on none that is the watch's own", () => {
  const watched: string[] = [];
  const { relay, loop } = rig({
    watch: {
      seen(input) {
        watched.push(input.type);
        return input.type === "sip" && input.bytes.length === 5;
      },
    },
  });
  loop.deliver(sip("probe"));
  loop.deliver(sip("OPTIONS"));
  loop.deliver({ type: "roap", feed: 1, length: 2 });
  assert.deepEqual(watched, ["sip", "sip", "roap"]);
  assert.deepEqual(relay.seen.map(({ type }) => type), ["sip", "roap"]);
});

Deno.test("Loop gives sockets their turn when a message feeds on itself for ever", async () => {
  const { relay, loop } = rig();
  relay.react = (seen) => {
    if (seen.type === "sip") relay.send(loopHop, "again");
  };
  loop.deliver(sip("start"));
  assert.ok(relay.seen.length < 2_000);
  loop.deliver({ type: "closed", feed: 1 });
  await relay.next("closed");
  loop.stop();
});

Deno.test("Loop goes on after an input that throws, with its outputs sent and the next input served", () => {
  const { relay, loop, log, sent } = rig();
  relay.react = (seen) => {
    if (seen.type !== "roap") return;
    relay.say(1, "made before");
    if (seen.text === "bad") throw new Error("Event x in state y");
  };
  loop.deliver(roap(1, "bad"));
  loop.deliver(roap(1, "good"));
  assert.equal(loop.faults, 1);
  assert.equal(log.lines[0]?.level, "error");
  assert.deepEqual(sent, ["text 1 made before", "text 1 made before"]);
});

Deno.test("Loop sends the other outputs when one throws", () => {
  const sent: string[] = [];
  const feeds = {
    sendText(_feed: number, bytes: Uint8Array) {
      const text = new TextDecoder().decode(bytes);
      if (text === "bad") throw new Error("broken socket");
      sent.push(text);
    },
    close() {},
  };
  const { relay, loop } = rig({ feeds });
  relay.react = () => {
    relay.say(1, "bad");
    relay.say(2, "good");
  };
  loop.deliver(roap(1, "{}"));
  assert.deepEqual(sent, ["good"]);
  assert.equal(loop.faults, 1);
});

Deno.test("Loop passes -1 for a text over the limit of a message", () => {
  const { relay, loop } = rig();
  loop.deliver(roap(1, "x".repeat(65_537)));
  loop.deliver(roap(1, "é".repeat(32_769)));
  loop.deliver(roap(1, "x".repeat(65_536)));
  assert.deepEqual(relay.seen.map((seen) => seen.type === "roap" && seen.length), [-1, -1, 65_536]);
});

Deno.test("Loop takes a text where it stands, in the codec's window, and shows it as it came", () => {
  const shown: string[] = [];
  const ladder = new Ladder({ tracing: false, usersOf: () => ["alice"] });
  const { relay, loop } = rig({ ladder });
  relay.lastCall = 1;
  relay.react = (seen) => {
    // As a reader does that takes escapes out in place.
    if (seen.type === "roap") inputWindow().fill(0x21, 0, Math.max(seen.length, 0));
  };
  const end = ladder.subscribe("alice", ({ message }) => shown.push(new TextDecoder().decode(message)));
  inputWindow().set(encoder.encode("zażółć!"));
  loop.deliver({ type: "roap", feed: 1, length: 11 });
  loop.deliver({ type: "roap", feed: 1, length: -1 });
  loop.deliver(roap(1, "of its own"));
  end();
  assert.deepEqual(
    relay.seen.map((seen) => seen.type === "roap" && `${seen.length} ${seen.text}`),
    ["11 zażółć!", "-1 ", "10 of its own"],
  );
  assert.deepEqual(shown, ["zażółć!", "of its own"]);
});

Deno.test("Loop reads each input where it lies: slots, the window's own place, bytes of their own", () => {
  const { relay, loop } = rig();
  received(4, 8).set(encoder.encode("datagram"));
  const datagram = { type: "datagram", arrival, slot: 4, length: 8 } as const;
  inputWindow().set(encoder.encode("text"));
  loop.deliver(datagram);
  loop.deliver({ type: "roap", feed: 1, length: 4 });
  loop.deliver(datagram);
  loop.deliver(roap(1, "other"));
  assert.deepEqual(
    relay.seen.map((seen) => (seen.type === "roap" || seen.type === "sip") && seen.text),
    ["datagram", "text", "datagram", "other"],
  );
});

Deno.test("Loop wakes core at the earliest of its timers", async () => {
  const { relay, loop } = rig();
  const start = performance.now();
  relay.nextTimer = start + 60_000;
  loop.deliver(roap(1, "{}"));
  relay.nextTimer = start + 20;
  loop.deliver(roap(1, "{}"));
  const { now } = await relay.next("tick");
  assert.ok(now >= start + 20 && now < start + 10_000);
  loop.stop();
});

Deno.test("Loop answers a query with the resolver's hops, and with none when that fails", async () => {
  const hops: Hop[] = [{ transport: "udp", host: "192.0.2.7", port: 5060, flow: 0 }];
  const asked: string[] = [];
  const { relay, loop, log } = rig({
    resolver: {
      resolve(target) {
        asked.push(target.host);
        return target.host === "good"
          ? Promise.resolve({ hops, isSure: true })
          : Promise.reject(new Error("SERVFAIL"));
      },
      dead() {},
    },
  });
  relay.react = (seen) => {
    if (seen.type !== "roap") return;
    relay.outputs.push({
      type: "resolve",
      query: seen.feed,
      target: { host: seen.text, port: 0, transport: undefined, secure: false },
    });
  };
  loop.deliver(roap(1, "good"));
  assert.deepEqual((await relay.next("resolved")).hops, hops);
  loop.deliver(roap(2, "bad"));
  assert.deepEqual(await relay.next("resolved"), { type: "resolved", query: 2, hops: [], isSure: false });
  assert.deepEqual(asked, ["good", "bad"]);
  assert.equal(loop.queries, 0);
  assert.equal(log.lines[0]?.level, "warn");
});

Deno.test("Loop writes core's notes into the log at their level", () => {
  const { relay, loop, log } = rig();
  relay.react = () => relay.outputs.push({ type: "note", level: "warn", text: "Table full", call: 3 });
  loop.deliver({ type: "closed", feed: 1 });
  assert.deepEqual(log.lines, [{ level: "warn", fields: { call: 3 }, text: "Table full" }]);
});

Deno.test("Loop says when an input has made a condition true, or that patience was over", async () => {
  const { relay, loop } = rig();
  const idle = () => relay.calls === 0;
  assert.equal(await loop.until(idle, 0), true);
  relay.calls = 1;
  assert.equal(await loop.until(idle, 1), false);
  const waiting = loop.until(idle, 60_000);
  relay.calls = 0;
  loop.deliver({ type: "tick" });
  assert.equal(await waiting, true);
});

Deno.test("Loop flushes after an input, and once after inputs that came together", () => {
  const { relay, loop, sent, flushed } = rig();
  relay.react = () => relay.send({ ...loopHop, transport: "udp" }, "out");
  loop.deliver(sip("one"));
  assert.deepEqual(flushed, [1]);
  loop.together(() => {
    for (let i = 0; i < 3; i++) loop.deliver(sip("of three"));
    assert.equal(sent.length, 4);
  });
  assert.deepEqual(flushed, [1, 4]);
});

Deno.test("Loop leaves what was sent where it is until the flush, whatever other inputs write", () => {
  const held: { bytes: Uint8Array; text: string }[] = [];
  const whole: boolean[] = [];
  let flushes = 0;
  const { relay, loop } = rig({
    sip: {
      send: ({ bytes, transaction }) => void held.push({ bytes, text: transaction }),
      flush() {
        flushes++;
        for (const { bytes, text } of held.splice(0)) whole.push(new TextDecoder().decode(bytes) === text);
      },
    },
  });
  let letter = 0;
  relay.react = () => {
    for (let i = 0; i < 20; i++) {
      const text = String.fromCharCode(65 + letter++ % 26).repeat(20_000);
      // As core does before each message: what this input has written moves out when the arena fills up.
      makeRoom(relay.outputs);
      relay.send({ ...loopHop, transport: "udp" }, text, { transaction: text });
    }
  };
  loop.together(() => {
    for (let i = 0; i < 30; i++) loop.deliver(sip("in"));
  });
  assert.equal(whole.length, 600);
  assert.ok(whole.every((good) => good));
  // 12 MB do not fit: it had to flush on the way.
  assert.ok(flushes > 8 && flushes <= 31, `${flushes} flushes`);
});

Deno.test("Loop works a refusal off that comes while it flushes", () => {
  const sent: string[] = [];
  const { relay, loop } = rig({
    sip: {
      send: ({ transaction }) => void sent.push(transaction),
      flush() {
        if (sent.includes("a") && !sent.includes("b")) {
          loop.deliver({ type: "transportFailed", transaction: "a" });
        }
      },
    },
  });
  relay.react = (seen) => {
    const hop: Hop = { ...loopHop, transport: "udp" };
    if (seen.type === "sip") relay.send(hop, "to the first", { transaction: "a" });
    if (seen.type === "transportFailed") relay.send(hop, "to the second", { transaction: "b" });
  };
  loop.deliver(sip("in"));
  assert.deepEqual(sent, ["a", "b"]);
});

Deno.test("Loop gives sockets their turn when every flush is refused for ever", async () => {
  const { relay, loop } = rig({
    sip: { send() {}, flush: () => loop.deliver({ type: "transportFailed", transaction: "t" }) },
  });
  loop.deliver(sip("in"));
  assert.ok(relay.seen.length < 100);
  await relay.next("transportFailed");
  loop.stop();
});

Deno.test("Loop reads a datagram from its slot, and from a copy when it has to wait", () => {
  const { relay, loop } = rig();
  const fill = (slot: number, text: string) => {
    const { length } = encoder.encode(text);
    received(slot, length).set(encoder.encode(text));
    return { type: "datagram", arrival, slot, length } as const;
  };
  relay.react = (seen) => {
    if (seen.type !== "sip" || seen.text !== "first") return;
    loop.deliver(fill(3, "second"));
    fill(3, "gone!!");
  };
  loop.deliver(fill(29, "first"));
  assert.deepEqual(relay.seen.map((seen) => seen.type === "sip" && seen.text), ["first", "second"]);
});

Deno.test("Loop takes nothing after its stop", () => {
  const { relay, loop } = rig();
  loop.stop();
  loop.deliver({ type: "tick" });
  assert.deepEqual(relay.seen, []);
});
