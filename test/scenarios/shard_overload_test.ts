// A sibling whose queue is full: what is for it is refused at once, and everything else goes on.

import assert from "node:assert/strict";
import { header } from "./sip_text.ts";
import { assertNothingLeftAnywhere, deskAt, login, shardAddress, shardStage } from "./shard_stage.ts";
import { answerSdp, offerSdp, pickUp, relayAddress } from "./stage.ts";

Deno.test("a call to a browser of a sibling that takes nothing more: 503, for browser and phone", () => {
  const set = shardStage();
  const { alice, group, network, nodes, phone } = set;
  const dave = login(nodes[0], "dave", { answer: answerSdp });
  group.isFull = true;
  alice.call("carol", offerSdp);
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 503);
  assert.equal(phone.received.at(-1)!.start, "503");
  assert.notEqual(header(phone.last("503"), "retry-after"), "");
  alice.call("dave", offerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  alice.end();
  group.isFull = false;
  network.run(1000);
  assert.equal(dave.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a request that belongs to such a sibling: 503 with Retry-After, and its repeat gets through later", () => {
  const set = shardStage();
  const { carol, group, network, phone } = set;
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: shardAddress(1) });
  network.run(1000);
  phone.dialog.target = phone.dialog.target.replace(":5062", ":5060");
  group.isFull = true;
  phone.request("OPTIONS");
  network.run(100);
  assert.equal(phone.received.at(-1)!.start, "503");
  assert.notEqual(header(phone.received.at(-1)!, "retry-after"), "");
  group.isFull = false;
  phone.bye();
  network.run(1000);
  assert.equal(phone.received.at(-1)!.start, "200");
  assert.equal(carol.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("a phone that only such a sibling reaches: 503", () => {
  const set = shardStage();
  const { alice, group, network } = set;
  deskAt(set, 1, { transport: "tcp", invited: pickUp });
  group.isFull = true;
  alice.call("desk", offerSdp);
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 503);
  group.isFull = false;
  assertNothingLeftAnywhere(set);
});
