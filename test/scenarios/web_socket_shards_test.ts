// A WebSocket that carries SIP lives in one shard: the others reach its browser over it, and hear when it is gone.

import assert from "node:assert/strict";
import { assertNothingLeftAnywhere, login, type ShardStage, shardStage } from "./shard_stage.ts";
import { answerSdp, holdSdp, offerSdp, pickUp } from "./stage.ts";
import { WebSocketPhone, type WebSocketPhoneOptions } from "./web_socket_phone.ts";

const rings = (phone: { ring(): void }) => phone.ring();

/** The account desk, at shard 1. */
function deskAt(set: ShardStage, options: Partial<WebSocketPhoneOptions> = {}): WebSocketPhone {
  const phone = new WebSocketPhone({ network: set.network, node: set.nodes[1] }, "desk", {
    last: 7,
    ...options,
  });
  phone.registration.register();
  set.network.run(500);
  assert.equal(phone.registration.status, "200");
  return phone;
}

Deno.test("a browser of shard 0 calls one that speaks SIP at shard 1: messages go over its connection, both ways", () => {
  const set = shardStage();
  const { alice, network } = set;
  const desk = deskAt(set, { invited: pickUp });
  alice.call("desk", offerSdp);
  network.run(500);
  assert.deepEqual([alice.session.state, desk.state], ["up", "up"]);
  desk.reinvite(holdSdp);
  network.run(500);
  assert.equal(alice.last("OFFER").sdp, holdSdp);
  alice.end();
  network.run(500);
  assert.equal(desk.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("one that speaks SIP at shard 1 calls a browser of shard 0", () => {
  const set = shardStage();
  const { network } = set;
  const erin = login(set.nodes[0], "erin", { answer: answerSdp });
  network.run(100);
  const desk = deskAt(set);
  desk.dial("sip:erin@ropeway.test", offerSdp);
  network.run(500);
  assert.equal(desk.state, "up", desk.story());
  desk.bye();
  network.run(500);
  assert.equal(erin.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("the connection at shard 1 ends: the call of shard 0's browser is over at once", () => {
  const set = shardStage();
  const { alice, network } = set;
  const desk = deskAt(set, { invited: pickUp });
  alice.call("desk", offerSdp);
  network.run(500);
  assert.equal(alice.session.state, "up");
  desk.leave();
  network.run(100);
  assert.equal(alice.session.state, "ended");
  alice.call("desk", offerSdp);
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeftAnywhere(set);
});

Deno.test("the connection at shard 1 ends while it rings for shard 0: 480 at once", () => {
  const set = shardStage();
  const { alice, network } = set;
  const desk = deskAt(set, { invited: rings });
  alice.call("desk", offerSdp);
  network.run(500);
  desk.leave();
  network.run(100);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeftAnywhere(set);
});

Deno.test("shard 1 dies with the connection: shard 0's browser hears that its call is over", () => {
  const set = shardStage();
  const { alice, group, network } = set;
  deskAt(set, { invited: pickUp });
  alice.call("desk", offerSdp);
  network.run(500);
  assert.equal(alice.session.state, "up");
  group.kill(1);
  network.run(100);
  assert.equal(alice.session.state, "ended");
  alice.call("desk", offerSdp);
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeftAnywhere(set);
});

Deno.test("a browser comes back at the other shard with the same flow: the old one is not rung", () => {
  const set = shardStage();
  const { network } = set;
  const before = deskAt(set, { regId: 1, invited: pickUp });
  const after = new WebSocketPhone({ network, node: set.nodes[0] }, "desk", {
    last: 8,
    regId: 1,
    invited: pickUp,
  });
  after.registration.register();
  network.run(500);
  assert.equal(after.registration.status, "200");
  set.carol.call("desk", offerSdp);
  network.run(500);
  assert.deepEqual([before.story(), after.state], ["", "up"]);
  set.carol.end();
  network.run(500);
  assertNothingLeftAnywhere(set);
});
