// The ladders of PRACK and UPDATE, with sipp's called_update and calling_update at the other end.

import assert from "node:assert/strict";
import type { Called } from "./called.ts";
import type { Calling } from "./calling.ts";
import { describe, hold } from "./sdp.ts";

/** OFFER, WAITING, INVITE, 183, PRANSWER, PRACK, OK, an UPDATE each way, 200, ANSWER, ACK, and the end. */
export async function calledUpdate({ alice, phone }: Pick<Called, "alice" | "phone">): Promise<void> {
  const first = alice.call("sip:bob@ims.example", describe("alice"));
  await alice.gets("WAITING");
  const early = await alice.gets("ANSWER");
  assert.equal(early.moreComing, true);
  alice.taken(early);
  await alice.gets("OK");
  await phone.sees("received PRACK");
  alice.earlyOffer(early, hold("alice"));
  const changed = await alice.gets("ANSWER");
  assert.deepEqual([changed.seq, changed.sdp], [2, describe("other")]);
  const theirs = await alice.gets("OFFER");
  assert.deepEqual([theirs.seq, theirs.sdp], [3, hold("phone")]);
  alice.accept(theirs, describe("alice again"));
  const answer = await alice.gets((message) => message.messageType === "ANSWER");
  assert.deepEqual([answer.seq, answer.sdp, answer.moreComing], [1, describe("phone"), undefined]);
  await phone.sees("received ACK");
  alice.hangUp({ ...first, answererSessionId: answer.answererSessionId! }, 4);
  await alice.gets("OK");
  await phone.done();
}

/** INVITE, OFFER, 180, PRACK, PRANSWER, 183, PRACK, an UPDATE each way, ANSWER, 200, ACK, and the end. */
export async function callingUpdate({ bob, phone }: Pick<Calling, "bob" | "phone">): Promise<void> {
  const offer = await bob.gets("OFFER");
  const ids = { offererSessionId: offer.offererSessionId!, answererSessionId: "bob-a", seq: 1 };
  await phone.sees("received 200 PRACK");
  bob.send({ ...ids, messageType: "PRANSWER", sdp: describe("bob early") });
  const theirs = await bob.gets("OFFER");
  assert.deepEqual([theirs.seq, theirs.sdp, theirs.answererSessionId], [2, hold("phone"), "bob-a"]);
  bob.accept(theirs, describe("bob held"));
  await bob.gets("OK");
  // two UPDATEs at a time would be glare
  await phone.sees("received 200 UPDATE");
  bob.send({
    messageType: "OFFER",
    offererSessionId: "bob-a",
    answererSessionId: offer.offererSessionId!,
    seq: 3,
    tieBreaker: 1,
    sdp: hold("bob"),
  });
  const changed = await bob.gets("ANSWER");
  assert.deepEqual([changed.seq, changed.sdp], [3, describe("other")]);
  bob.send({ ...ids, messageType: "ANSWER", sdp: describe("bob") });
  await bob.gets("OK");
  await bob.gets("SHUTDOWN");
  await phone.done();
}
