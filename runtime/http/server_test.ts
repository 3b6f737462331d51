import assert from "node:assert/strict";
import { testServed } from "../../test/served.ts";
import { chooseProtocol } from "./server.ts";

testServed("HttpServer serves page and health", async (serve) => {
  await using served = serve();
  assert.deepEqual(await served.get("/"), { status: 200, text: "<!doctype html>" });
  assert.deepEqual(await served.get("/healthz"), { status: 200, text: "ok\n" });
  assert.deepEqual(await served.get("/readyz"), { status: 200, text: "ready\n" });
  assert.equal((await served.get("/nothing")).status, 404);
  assert.equal(await served.status("/", { method: "POST", upgrade: "", "content-length": "0" }), 405);
});

testServed("HttpServer says why a WebSocket cannot be had", async (serve) => {
  await using served = serve();
  const path = "/ws?user=alice";
  const cases: [status: number, path: string, changes?: Record<string, string>][] = [
    [426, path, { upgrade: "", connection: "" }],
    [400, "/ws"],
    [400, "/ws?user="],
    [400, "/ws?user=a%20b"],
    [400, "/ws?user=a%0d%0aX:%20y"],
    [400, "/ws?user=%3Csip%3E"],
    [400, `/ws?user=${"a".repeat(257)}`],
    [400, path, { "sec-websocket-protocol": "sips" }],
    [403, "/ws", { "sec-websocket-protocol": "sip", origin: "http://evil.example" }],
    [403, "/ws", { "sec-websocket-protocol": "sip", host: "evil.example" }],
    [426, "/ws", { "sec-websocket-protocol": "sip", "sec-websocket-version": "12" }],
    [101, "/ws", { "sec-websocket-protocol": "sip" }],
    [400, path, { "sec-websocket-protocol": "ROAP, sansay-roap" }],
    [400, path, { "sec-websocket-key": "" }],
    [426, path, { "sec-websocket-version": "12" }],
    [405, path, { method: "POST", "content-length": "0", upgrade: "", connection: "" }],
    [403, path, { origin: "http://evil.example" }],
    [403, path, { origin: "null" }],
    [403, path, { host: "evil.example" }],
    [403, path, { host: `evil.example:${served.server.http.port}`, origin: "http://evil.example" }],
    [403, path, { "x-forwarded-for": "192.0.2.1" }],
    [101, path],
    [101, path, { origin: `http://${served.host}` }],
    [101, path, { host: "localhost" }],
    [101, path, { "sec-websocket-protocol": "sip, roap" }],
  ];
  for (const [status, target, changes = {}] of cases) {
    assert.equal(await served.status(target, changes), status, `${target} ${JSON.stringify(changes)}`);
  }
});

testServed("HttpServer lets pages of a configured origin in", async (serve) => {
  await using served = serve({ origins: ["https://phone.example.org"] });
  assert.equal(await served.status("/ws?user=alice", { origin: "https://phone.example.org" }), 101);
  assert.equal(await served.status("/ws?user=alice", { origin: "https://phone.example.net" }), 403);
});

testServed("HttpServer chooses the subprotocol that is asked for", async (serve) => {
  await using served = serve();
  for (
    const [asked, chosen, dialect] of [
      [["roap"], "roap", "roap"],
      [["roap.ims"], "roap.ims", "roap.ims"],
      [["msrp", "roap.ims", "sip", "roap"], "roap.ims", "roap.ims"],
      [[], "", "roap"],
    ] as const
  ) {
    await using browser = await served.browser("a%2Bb", [...asked]);
    assert.equal(browser.socket.protocol, chosen);
    const opened = served.relay.seen.findLast(({ type }) => type === "open");
    assert.deepEqual(opened, { type: "open", feed: browser.feed, login: { user: "a+b", dialect } });
  }
});

Deno.test("chooseProtocol takes the first that is spoken here", () => {
  assert.equal(chooseProtocol(null), "");
  assert.equal(chooseProtocol(""), "");
  assert.equal(chooseProtocol("x ,roap.ims,roap"), "roap.ims");
  assert.equal(chooseProtocol("x, sip, roap"), "sip");
  assert.equal(chooseProtocol("x"), undefined);
});
