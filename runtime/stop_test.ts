import assert from "node:assert/strict";
import { createRoapSession } from "../core/roap/session.ts";
import { TimerWheel } from "../core/timer/wheel.ts";
import { testServed } from "../test/served.ts";
import { CryptoRandom } from "./random.ts";

function session() {
  const context = {
    now: 0,
    call: 0,
    random: new CryptoRandom(),
    outputs: [],
    wheel: new TimerWheel<{ type: string }>({ now: 0 }),
  };
  return createRoapSession({ key: 1, feed: 1, dialect: "roap", call: 1, context });
}

testServed("stop ends calls at once, then closes WebSockets with 1001 and every port", async (serve) => {
  const served = serve();
  const alice = await served.browser("alice");
  served.relay.calls = 1;
  served.relay.react = (seen) => {
    if (seen.type !== "endCalls") return;
    served.relay.say(alice.feed, '{"messageType":"SHUTDOWN"}');
  };
  const stopped = served.server.stop();
  assert.equal(await alice.text(), '{"messageType":"SHUTDOWN"}');
  assert.equal((await served.get("/readyz")).status, 503);
  assert.equal((await served.get("/healthz")).status, 200);
  assert.equal(await served.status("/ws?user=bob"), 503);
  assert.equal(alice.socket.readyState, WebSocket.OPEN);
  served.relay.calls = 0;
  served.tables!.sessions.set(1, session());
  alice.socket.send("not the OK");
  await served.relay.next("roap");
  assert.equal(alice.socket.readyState, WebSocket.OPEN);
  served.tables!.sessions.delete(1);
  alice.socket.send('{"messageType":"OK"}');
  assert.deepEqual(await alice.closed, { code: 1001, reason: "The relay stops" });
  await stopped;
  const order = served.relay.seen.map(({ type }) => type);
  assert.deepEqual(order, ["open", "drain", "endCalls", "roap", "roap", "closed"]);
  const { http, sip } = served.server;
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: http.port }));
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: sip[1]!.port }));
});

testServed("stop lets calls go on for the time that is set, and no longer than they need", async (serve) => {
  const served = serve({ drainSeconds: 60 });
  const alice = await served.browser("alice");
  served.relay.calls = 1;
  const stopped = served.server.stop();
  await served.relay.next("drain");
  assert.equal((await served.get("/readyz")).status, 503);
  assert.equal(served.relay.seen.some(({ type }) => type === "endCalls"), false);
  served.relay.calls = 0;
  alice.socket.send('{"messageType":"SHUTDOWN"}');
  assert.equal((await alice.closed).code, 1001);
  await stopped;
});

testServed("stop sends what core said last, on UDP too", async (serve) => {
  const served = serve();
  const phone = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = phone.addr as Deno.NetAddr;
  served.relay.react = (seen) => {
    if (seen.type !== "endCalls") return;
    for (let i = 0; i < 50; i++) {
      served.relay.send({ transport: "udp", host: "127.0.0.1", port, flow: 0 }, `BYE ${i}`);
    }
  };
  await served.server.stop();
  for (let i = 0; i < 50; i++) {
    const [bytes] = await phone.receive();
    assert.equal(new TextDecoder().decode(bytes), `BYE ${i}`);
  }
  phone.close();
});

testServed("stop closes ladders and may be called twice", async (serve) => {
  const served = serve();
  const ladder = await fetch(`http://${served.host}/ladder?user=alice`);
  const stopped = served.server.stop();
  assert.equal(served.server.stop(), stopped);
  await ladder.text();
  await stopped;
});

Deno.test("stopOnSignals ends at once with 1 when a second signal comes", async () => {
  const script = `
    import { stopOnSignals } from ${JSON.stringify(import.meta.resolve("./stop.ts"))};
    stopOnSignals({ stop: () => new Promise(() => {}) }, Deno.exit);
    setInterval(() => {}, 60_000);
    console.log("ready");
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGTERM");
  child.kill("SIGINT");
  assert.equal((await child.status).code, 1);
  await reader.cancel();
});
