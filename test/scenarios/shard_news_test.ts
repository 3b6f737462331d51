// Word from shard to shard takes its time: who has just come is found all the same.

import assert from "node:assert/strict";
import { assertNothingLeftAnywhere, deskAt, login, shardStage } from "./shard_stage.ts";
import { answerSdp, offerSdp, pickUp, relayAddress } from "./stage.ts";

const wordy = `${offerSdp}a=tool:"\\\\ quoted\u00e4\u20ac"\r\n`;

Deno.test("a browser calls one that has logged in at another shard in the same moment", () => {
  const set = shardStage();
  const { alice, network, nodes } = set;
  const dave = login(nodes[1], "dave", { answer: answerSdp });
  network.after(0, () => nodes[0].act((relay) => assert.equal(relay.calls, 0)));
  alice.call("dave", wordy);
  network.run(1000);
  assert.equal(alice.story(), "RINGING ANSWER");
  assert.equal(dave.only("OFFER").sdp, wordy);
  alice.end();
  network.run(1000);
  assertNothingLeftAnywhere(set);
});

Deno.test("a text that comes before the word of its callee waits for it", () => {
  const { alice, network, nodes } = shardStage();
  // alice's text takes 10 ms to her relay, and the login happens right before its end
  alice.call("dave", wordy);
  let dave: ReturnType<typeof login> | undefined;
  network.after(9.9, () => dave = login(nodes[1], "dave", { answer: answerSdp }));
  network.run(1000);
  assert.equal(alice.story(), "RINGING ANSWER");
  assert.equal(dave!.only("OFFER").sdp, wordy);
});

Deno.test("a phone's INVITE that comes before the word of its callee waits for it, its repeats too", () => {
  const set = shardStage({ network: { duplicates: 1 } });
  const { network, nodes, phone } = set;
  phone.call("sip:dave@ropeway.test", { sdp: wordy, peer: relayAddress });
  let dave: ReturnType<typeof login> | undefined;
  network.after(9.9, () => dave = login(nodes[1], "dave", { answer: answerSdp }));
  network.run(1000);
  assert.equal(phone.state, "up", phone.story());
  assert.equal(dave!.only("OFFER").sdp, wordy);
  phone.bye();
  network.run(1000);
  assertNothingLeftAnywhere(set);
});

Deno.test("nobody by that name anywhere: the answer comes, once", () => {
  const set = shardStage();
  const { alice, network, phone } = set;
  alice.call("nobody", offerSdp);
  phone.call("sip:nobody@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 404);
  assert.equal(phone.story(), "404");
  alice.call("desk", offerSdp);
  network.run(1000);
  assert.equal(alice.last("ERROR").status, 480);
  deskAt(set, 1, { invited: pickUp });
  alice.call("desk", offerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  alice.end();
  assertNothingLeftAnywhere(set);
});
