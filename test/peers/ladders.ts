// The ladders of PRACK and UPDATE, of REFER and NOTIFY, with sipp's called_update, calling_update, called_referred and calling_refers at the other end.

import assert from "node:assert/strict";
import type { Called } from "./called.ts";
import type { Calling } from "./calling.ts";
import { openBrowser } from "./live_browser.ts";
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

/** A key each way, REFER, 202, and NOTIFY to the end; the phone hangs up. */
export async function callingRefers({ relay, bob, phone }: Calling): Promise<void> {
  await using carol = await openBrowser(relay, "carol", {
    dialect: "roap.ims",
    answer: describe("carol"),
  });
  const offer = await bob.gets("OFFER");
  const key = await bob.gets("INFO");
  assert.deepEqual(key.info, { type: "DTMF", signal: "5", duration: 160 });
  bob.send({ messageType: "OK", transactionId: key.transactionId! });
  const { offererSessionId } = offer;
  bob.send({
    messageType: "INFO",
    transactionId: "i1",
    offererSessionId: offererSessionId!,
    answererSessionId: bob.session.local,
    info: { type: "DTMF", signal: "#" },
  });
  await bob.gets(({ transactionId }) => transactionId === "i1");
  const refer = await bob.gets("REFER");
  assert.equal(refer.to, "sip:carol@ropeway.local");
  bob.send({ messageType: "OK", transactionId: refer.transactionId! });
  bob.send({
    messageType: "OFFER",
    offererSessionId: "second",
    seq: 1,
    tieBreaker: 7,
    sdp: describe("bob"),
    referToken: refer.referToken!,
  });
  assert.equal((await bob.gets("ANSWER")).sdp, describe("carol"));
  assert.match((await carol.gets("OFFER")).from!, /^sip:bob@/);
  await bob.gets("SHUTDOWN");
  await phone.done();
}

/** A key each way, REFER, 202, and NOTIFY to the end; the browser hangs up. */
export async function calledReferred({ alice, phone }: Pick<Called, "alice" | "phone">): Promise<void> {
  const { offererSessionId } = alice.call("sip:bob@ims.example", describe("alice"));
  const answer = await alice.gets("ANSWER");
  const ids = { offererSessionId: offererSessionId!, answererSessionId: answer.answererSessionId! };
  alice.send({ messageType: "INFO", transactionId: "i1", ...ids, info: { signal: "5" } });
  await alice.gets(({ transactionId }) => transactionId === "i1");
  const key = await alice.gets("INFO");
  assert.equal(key.info!.signal, "9");
  alice.send({ messageType: "OK", transactionId: key.transactionId! });
  await phone.sees("received 200 INFO");
  alice.send({ messageType: "REFER", transactionId: "r1", ...ids, to: "sip:carol@ims.example" });
  const told = [await alice.gets("NOTIFY"), await alice.gets("NOTIFY")];
  assert.deepEqual(told.map(({ status, moreComing }) => [status, moreComing]), [[100, true], [
    200,
    undefined,
  ]]);
  alice.hangUp(answer, 2);
  await alice.gets("OK");
  await phone.done();
}
