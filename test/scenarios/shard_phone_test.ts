// SIP peers know one address of the relay, and may come to any: what they say finds the shard that it is for.

import assert from "node:assert/strict";
import { Phone } from "./phone.ts";
import { header } from "./sip_text.ts";
import { assertNothingLeftAnywhere, deskAt, shardAddress, shardStage } from "./shard_stage.ts";
import { answerSdp, holdSdp, offerSdp, pickUp, relayAddress } from "./stage.ts";

Deno.test("the IMS calls a browser of shard 1 by the public address", () => {
  const set = shardStage();
  const { carol, network, phone } = set;
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(phone.story(), "180 200");
  assert.equal(carol.only("OFFER").sdp, offerSdp);
  assert.equal(phone.last("200").body, answerSdp);
  phone.bye();
  network.run(1000);
  assert.equal(carol.session.state, "ended");
  assertNothingLeftAnywhere(set);
});

Deno.test("what a phone says inside a dialog reaches its shard through the other one's port", () => {
  const set = shardStage();
  const { carol, network, phone } = set;
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: shardAddress(1) });
  network.run(1000);
  assert.match(header(phone.last("200"), "contact"), /:5062>/);
  phone.dialog.target = phone.dialog.target.replace(":5062", ":5060");
  phone.reinvite(holdSdp);
  network.run(1000);
  assert.equal(carol.last("OFFER").sdp, holdSdp);
  assert.equal(phone.count("200"), 2);
  // the answer came from the port that the request went to
  const answer = network.packets.findLast(({ to }) => to.port === phone.at.port)!;
  assert.equal(answer.from.port, 5060);
  phone.bye();
  network.run(1000);
  assert.equal(carol.session.state, "ended");
  assert.equal(phone.received.at(-1)!.start, "200");
  assertNothingLeftAnywhere(set);
});

Deno.test("a browser of shard 1 calls out by its own port, and a response that comes to the public one is its", () => {
  const set = shardStage({
    network: { delay: [10, 10] },
    invited: (phone) => {
      // as a proxy would that answers to its one known address of the relay
      phone.ring();
      phone.answer(answerSdp);
    },
  });
  const { carol, network, phone } = set;
  carol.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  const invite = phone.last("INVITE");
  assert.match(header(invite, "via"), /:5062;/);
  assert.match(header(invite, "contact"), /:5062>/);
  assert.equal(carol.session.state, "up");
  // the 200 again, where it does not belong: it draws its ACK all the same
  const before = phone.count("ACK");
  const answer = network.packets.find(({ from, bytes }) => from.port === phone.at.port && isOk(bytes))!;
  network.send(answer.bytes, { from: phone.at, to: shardAddress(0) });
  network.run(100);
  assert.equal(phone.count("ACK"), before + 1);
  carol.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeftAnywhere(set);
});

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`a phone that registered at shard 0 over ${transport} is called by a browser of shard 1`, () => {
    const set = shardStage();
    const { carol, network } = set;
    const { phone: desk } = deskAt(set, 0, { transport, invited: pickUp });
    carol.call("desk", offerSdp);
    network.run(1000);
    assert.equal(carol.story(), "RINGING ANSWER");
    assert.equal(desk.state, "up");
    // by the way that is known to be open; its own name and port all the same
    const invite = network.packets.find(({ to, bytes }) => to.port === desk.at.port && isInvite(bytes))!;
    assert.equal(invite.from.port, 5060);
    assert.match(header(desk.last("INVITE"), "via"), /:5062;/);
    desk.reinvite(holdSdp);
    network.run(1000);
    assert.equal(carol.last("OFFER").sdp, holdSdp);
    carol.end();
    network.run(1000);
    assert.equal(desk.state, "ended");
    const bye = network.packets.findLast(({ to }) => to.port === desk.at.port)!;
    assert.equal(bye.from.port, 5060);
    assertNothingLeftAnywhere(set);
  });
}

Deno.test("a phone registers at one shard and takes it back at the other", () => {
  const set = shardStage();
  const { alice, network } = set;
  const { registration } = deskAt(set, 1, { invited: pickUp });
  alice.call("desk", offerSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(1000);
  registration.peer = shardAddress(0);
  registration.register(0);
  network.run(500);
  assert.equal(registration.status, "200");
  set.carol.call("desk", offerSdp);
  network.run(1000);
  assert.equal(set.carol.only("ERROR").status, 480);
  assertNothingLeftAnywhere(set);
});

Deno.test("a tag that names a shard which does not exist is nobody's", () => {
  const set = shardStage();
  const { network, phone } = set;
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  const { remoteTag } = phone.dialog;
  for (const mark of ["7", "v", "z", "_"]) {
    phone.dialog.remoteTag = mark + remoteTag.slice(1);
    phone.request("OPTIONS");
    network.run(100);
    assert.equal(phone.received.at(-1)!.start, "481", mark);
  }
  // of the other shard, who does not know it
  phone.dialog.remoteTag = `1${remoteTag.slice(1)}`;
  phone.request("OPTIONS");
  network.run(100);
  assert.equal(phone.received.at(-1)!.start, "481");
  phone.dialog.remoteTag = remoteTag;
  phone.bye();
  network.run(100);
  assert.equal(phone.received.at(-1)!.start, "200");
  assertNothingLeftAnywhere(set);
});

Deno.test("a browser's name is its own in every shard", () => {
  const set = shardStage();
  const { network } = set;
  const at = { transport: "udp", host: "10.0.0.9", port: 5070 } as const;
  const imposter = new Phone({ network, user: "carol", at, domain: "ropeway.test" });
  imposter.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(imposter.received.at(-1)!.start, "403");
  assertNothingLeftAnywhere(set);
});

function isInvite(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 7)) === "INVITE ";
}

function isOk(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 11)) === "SIP/2.0 200";
}
