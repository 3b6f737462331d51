import assert from "node:assert/strict";
import { testServed } from "../../test/served.ts";

const PATH = "/ws?user=bob";
const SIP = { "sec-websocket-protocol": "sip" };

testServed("under overload WebSockets are turned away, and those that are open live on", async (serve) => {
  let share = 0.5;
  await using served = serve({}, { heap: () => share });
  const alice = await served.browser("alice");
  share = 0.9;
  while (await served.status(PATH) !== 503);
  const { status, head, stream } = await served.handshake(PATH, SIP);
  stream.close();
  assert.equal(status, 503);
  const seconds = Number(/^retry-after: (\d+)\r$/m.exec(head)?.[1]);
  assert.ok(seconds >= 5 && seconds <= 30, head);
  assert.match(head, /the relay has too much to do\n$/);
  // a page that asks why; what is wrong with a request is said all the same
  const why = await served.get("/ladder?user=bob");
  assert.deepEqual(why, { status: 503, text: "The relay has too much to do\n" });
  assert.equal(await served.status(PATH, { origin: "http://evil.example" }), 403);
  assert.equal((await served.get("/")).status, 200);
  alice.socket.send("still here");
  const { feed, text } = await served.relay.next("roap");
  assert.deepEqual([feed, text], [alice.feed, "still here"]);

  share = 0.5;
  while (await served.status(PATH) !== 101);
  assert.equal((await served.handshake(PATH, SIP)).status, 101);
  const said = served.log.lines.map(({ text }) => text).filter((text) => text.includes("every new browser"));
  assert.deepEqual(said, [
    "Overloaded: not every new browser is taken",
    "No longer overloaded: every new browser is taken",
  ]);
});
