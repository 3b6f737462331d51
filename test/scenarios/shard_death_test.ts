// A shard dies without a word, and comes back: it takes its own calls with it, and nothing else.

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import { assertNothingLeftAnywhere, deskAt, login, shardAddress, shardStage } from "./shard_stage.ts";
import { answerSdp, offerSdp, pickUp, relayAddress } from "./stage.ts";

Deno.test("the other half of a call is told at once that its shard is gone; calls beside it go on", () => {
  const set = shardStage();
  const { alice, carol, group, network, nodes } = set;
  const dave = login(nodes[0], "dave", { answer: answerSdp });
  const erin = login(nodes[0], "erin");
  alice.call("carol", offerSdp);
  erin.call("dave", offerSdp);
  network.run(1000);
  group.kill(1);
  network.run(100);
  assert.equal(carol.closeCode, 1006);
  assert.equal(alice.session.state, "ended");
  assert.equal(alice.received.at(-1)!.messageType, "SHUTDOWN");
  assert.equal(erin.session.state, "up");
  erin.end();
  network.run(1000);
  assert.equal(dave.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a caller whose callee's shard dies while it rings hears 503, and one whose own shard dies rings no more", () => {
  const set = shardStage({ carol: {} });
  const { alice, carol, group, network, nodes } = set;
  const dave = login(nodes[0], "dave");
  network.run(10);
  alice.call("carol", offerSdp);
  carol.call("dave", offerSdp);
  network.run(1000);
  assert.equal(alice.story(), "RINGING");
  assert.equal(dave.story(), "OFFER");
  group.kill(1);
  network.run(100);
  assert.equal(alice.only("ERROR").status, 503);
  assert.equal(dave.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a user with a browser in a shard that dies is still called at the other", () => {
  const set = shardStage();
  const { alice, group, network, nodes } = set;
  const [first] = nodes.map((node) => login(node, "dave")) as [Browser, Browser];
  network.run(10);
  alice.call("dave", offerSdp);
  network.run(1000);
  group.kill(1);
  network.run(100);
  assert.deepEqual([alice.all("ERROR"), alice.all("SHUTDOWN")], [[], []]);
  first.accept(first.only("OFFER"), answerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(1000);
  assert.equal(first.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("calls to a shard that is not there are refused at once, and taken when it is back", () => {
  const set = shardStage();
  const { alice, group, network, phone, restart } = set;
  group.kill(1);
  network.run(100);
  alice.call("carol", offerSdp);
  network.run(100);
  assert.equal(alice.only("ERROR").status, 404);
  const carol = login(restart(1), "carol", { answer: answerSdp });
  network.run(100);
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(phone.state, "up");
  carol.call("alice", offerSdp);
  network.run(1000);
  alice.accept(alice.last("OFFER"), answerSdp);
  network.run(1000);
  assert.equal(carol.session.state, "up");
  carol.end();
  phone.bye();
  network.run(1000);
  assertNothingLeftAnywhere(set);
});

Deno.test("what comes for a dialog of a shard that died is told 481, before and after it is back", () => {
  const set = shardStage();
  const { group, network, phone, restart } = set;
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: shardAddress(1) });
  network.run(1000);
  assert.equal(phone.state, "up");
  phone.dialog.target = phone.dialog.target.replace(":5062", ":5060");
  group.kill(1);
  network.run(100);
  for (const isBack of [false, true]) {
    if (isBack) restart(1);
    network.run(100);
    phone.request("OPTIONS");
    network.run(100);
    assert.equal(phone.received.at(-1)!.start, "481");
  }
  assertNothingLeftAnywhere(set);
});

Deno.test("phones that registered over UDP at a shard that died are reached meanwhile and afterwards", () => {
  const set = shardStage();
  const { alice, carol, group, network, restart } = set;
  const { phone: desk } = deskAt(set, 1, { invited: pickUp });
  group.kill(1);
  network.run(100);
  assert.equal(carol.isOpen, false);
  alice.call("desk", offerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(1000);
  const late = login(restart(1), "late");
  network.run(100);
  late.call("desk", offerSdp);
  network.run(1000);
  assert.equal(late.session.state, "up");
  desk.bye();
  network.run(1000);
  assert.equal(late.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a phone whose connection a shard held is not there any more when that dies", () => {
  const set = shardStage();
  const { alice, group, network } = set;
  deskAt(set, 1, { transport: "tcp", invited: pickUp });
  group.kill(1);
  network.run(100);
  alice.call("desk", offerSdp);
  network.run(100);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeftAnywhere(set);
});

Deno.test("a call through a dead shard's sockets goes on by one's own", () => {
  const set = shardStage();
  const { alice, group, network } = set;
  const { phone: desk } = deskAt(set, 1, { invited: pickUp });
  alice.call("desk", offerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  group.kill(1);
  network.run(100);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(1000);
  assert.equal(desk.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a shard that comes late hears of every browser and every phone", () => {
  const set = shardStage();
  const { group, network, nodes, restart } = set;
  const users = Array.from({ length: 9 }, (_, at) => `user${at}`);
  group.kill(1);
  for (const user of users) login(nodes[0], user, { answer: answerSdp });
  deskAt(set, 0, { invited: pickUp });
  const late = login(restart(1), "late");
  network.run(100);
  for (const user of [...users, "desk"]) {
    late.call(user, offerSdp);
    network.run(1000);
    assert.equal(late.session.state, "up", user);
    late.end();
    network.run(1000);
  }
  assertNothingLeftAnywhere(set);
});
