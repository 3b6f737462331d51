// Browsers of two shards call each other: one dialog between the shards, as between two halves of one.

import assert from "node:assert/strict";
import { assertNothingLeftAnywhere, login, shardStage } from "./shard_stage.ts";
import { answerSdp, holdSdp, offerSdp } from "./stage.ts";

Deno.test("a browser of shard 0 calls one of shard 1, either changes the session, and the caller hangs up", () => {
  const set = shardStage();
  const { alice, carol, network } = set;
  alice.call("carol", offerSdp);
  network.run(1000);
  assert.equal(alice.story(), "RINGING ANSWER");
  assert.equal(carol.story(), "OFFER OK");
  assert.equal(carol.only("OFFER").from, "sip:alice@ropeway.test");
  assert.equal(carol.only("OFFER").sdp, offerSdp);
  assert.equal(alice.only("ANSWER").sdp, answerSdp);
  alice.reoffer(holdSdp);
  network.run(1000);
  assert.equal(carol.last("OFFER").sdp, holdSdp);
  alice.answer = offerSdp;
  carol.reoffer(holdSdp);
  network.run(1000);
  assert.equal(alice.last("OFFER").sdp, holdSdp);
  assert.equal(carol.session.state, "up");
  alice.end();
  network.run(1000);
  assert.equal(carol.session.state, "ended");
  assert.equal(network.packets.length, 0, "Nothing went over the wire");
  assertNothingLeftAnywhere(set);
});

Deno.test("a browser of shard 1 calls one of shard 0, who refuses", () => {
  const set = shardStage();
  const { alice, carol, network } = set;
  carol.call("sip:alice@ropeway.test", offerSdp);
  network.run(1000);
  alice.refuse(alice.only("OFFER"));
  network.run(1000);
  assert.equal(carol.story(), "RINGING ERROR(REFUSED)");
  assertNothingLeftAnywhere(set);
});

Deno.test("a caller gives up while a browser of another shard rings", () => {
  const set = shardStage({ carol: {} });
  const { alice, carol, network } = set;
  alice.call("carol", offerSdp);
  network.run(1000);
  assert.equal(alice.story(), "RINGING");
  alice.end();
  network.run(1000);
  assert.equal(carol.story(), "OFFER SHUTDOWN");
  assertNothingLeftAnywhere(set);
});

Deno.test("a user's browsers in both shards ring, one answers, the other is told", () => {
  const set = shardStage();
  const { alice, network, nodes } = set;
  const [first, second] = nodes.map((node) => login(node, "dave"));
  network.run(10);
  alice.call("dave", offerSdp);
  network.run(1000);
  assert.equal(first!.story(), "OFFER");
  second!.accept(second!.only("OFFER"), answerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  assert.equal(alice.last("ANSWER").sdp, answerSdp);
  assert.equal(first!.session.state, "ended");
  alice.end();
  network.run(1000);
  assert.equal(second!.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a browser that has left its shard is called nowhere", () => {
  const set = shardStage();
  const { alice, carol, network } = set;
  carol.leave();
  network.run(100);
  alice.call("carol", offerSdp);
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 404);
  assertNothingLeftAnywhere(set);
});

Deno.test("a user logs in ten times, in whichever shards", () => {
  const { network, nodes } = shardStage();
  for (let count = 0; count < 10; count++) {
    login(nodes[count % 2]!, "dave");
    network.run(10);
  }
  for (const node of nodes) assert.throws(() => login(node, "dave"), /logged in too often/);
});
