import assert from "node:assert/strict";
import { testServed } from "../../test/served.ts";

testServed("Feeds carry a browser's text to core and core's to the browser", async (serve) => {
  await using served = serve();
  await using alice = await served.browser("alice");
  await using bob = await served.browser("bob");
  served.relay.react = (seen) => {
    if (seen.type === "roap") served.relay.say(bob.feed, seen.text);
  };
  alice.socket.send('{"sdp":"zażółć 🎺"}');
  assert.equal(await bob.text(), '{"sdp":"zażółć 🎺"}');
});

testServed("Feeds close a WebSocket that sends bytes, with 1003", async (serve) => {
  await using served = serve();
  await using alice = await served.browser("alice");
  alice.socket.send(new Uint8Array([1, 2, 3]));
  assert.equal((await alice.closed).code, 1003);
  assert.equal((await served.relay.next("closed")).feed, alice.feed);
});

testServed("Feeds pass on that a message is too long, and the connection lives", async (serve) => {
  await using served = serve();
  await using alice = await served.browser("alice");
  for (const length of [65_537, 1_048_576]) {
    alice.socket.send("x".repeat(length));
    assert.equal((await served.relay.next("roap")).length, -1);
  }
  alice.socket.send("x".repeat(65_536));
  assert.equal((await served.relay.next("roap")).length, 65_536);
});

testServed("Feeds close when core wants it, and core hears of nothing more from there", async (serve) => {
  await using served = serve();
  await using alice = await served.browser("alice");
  let received = 0;
  served.relay.react = (seen) => {
    if (seen.type !== "roap") return;
    received++;
    if (received < 20) return;
    served.relay.outputs.push({
      type: "close",
      feed: alice.feed,
      code: 1008,
      reason: "Too many bad messages",
    });
  };
  for (let i = 0; i < 200; i++) alice.socket.send("bad");
  assert.deepEqual(await alice.closed, { code: 1008, reason: "Too many bad messages" });
  assert.equal((await served.relay.next("closed")).feed, alice.feed);
  assert.equal(received, 20);
});

testServed("Feeds tell a browser why it may not log in, and core nothing more of it", async (serve) => {
  await using served = serve();
  served.relay.refusal = "This user is logged in too often";
  const alice = await served.browser("alice");
  assert.deepEqual(await alice.closed, { code: 1013, reason: "This user is logged in too often" });
  served.relay.refusal = "";
  await using _bob = await served.browser("bob");
  assert.deepEqual(served.relay.seen.map(({ type }) => type), ["open", "open"]);
});

testServed("Feeds close with 1011 when core fails at the login", async (serve) => {
  await using served = serve();
  served.relay.react = () => {
    throw new Error("Broken invariant");
  };
  const alice = await served.browser("alice");
  assert.equal((await alice.closed).code, 1011);
});

testServed("Feeds tell core of a browser that hangs up and of one that vanishes", async (serve) => {
  await using served = serve();
  const alice = await served.browser("alice");
  alice.socket.close();
  assert.equal((await served.relay.next("closed")).feed, alice.feed);
  const { status, stream } = await served.handshake("/ws?user=bob");
  assert.equal(status, 101);
  const { feed } = await served.relay.next("open");
  stream.close();
  assert.equal((await served.relay.next("closed")).feed, feed);
});

testServed("Feeds let go of a browser that does not read", async (serve) => {
  await using served = serve();
  const { stream } = await served.handshake("/ws?user=slow");
  const { feed } = await served.relay.next("open");
  await using alice = await served.browser("alice");
  const text = "x".repeat(60_000);
  served.relay.react = (seen) => {
    if (seen.type !== "roap") return;
    for (let i = 0; i < 16; i++) served.relay.say(feed, text);
    served.relay.say(alice.feed, "done");
  };
  const gone = served.relay.next("closed");
  let rounds = 0;
  const closed = () => served.relay.seen.some(({ type }) => type === "closed");
  for (; !closed() && rounds < 100; rounds++) {
    alice.socket.send("more");
    await alice.text();
  }
  assert.equal((await gone).feed, feed);
  assert.ok(rounds < 100);
  stream.close();
});

testServed("Feeds take no more than their limit, and answer 503", async (serve) => {
  await using served = serve({}, { feedLimits: { limit: 1 } });
  await using _alice = await served.browser("alice");
  const { status, head, stream } = await served.handshake("/ws?user=bob");
  assert.equal(status, 503);
  assert.match(head, /\r\nretry-after: 5\r\n/);
  stream.close();
});
