// What goes on before the answer between two browsers, whose call has a SIP dialog between; and with the forks of a proxy.

import assert from "node:assert/strict";
import type { RoapMessage } from "./browser.ts";
import { terminalStage } from "./terminal_stage.ts";
import { header, parameter } from "./sip_text.ts";
import { addBrowser, answerSdp, assertNothingLeft, offerSdp, type Stage, stage } from "./stage.ts";

const earlySdp = answerSdp.replace("5000", "5002");
const changeSdp = answerSdp.replace("5000", "5004");
const heldSdp = `${answerSdp}a=recvonly\r\n`;

function early({ alice, network }: Stage, carol: ReturnType<typeof addBrowser>): RoapMessage {
  alice.call("carol", offerSdp);
  network.run(100);
  const { offererSessionId, seq } = carol.only("OFFER");
  const ids = { offererSessionId: offererSessionId!, answererSessionId: "carol-a", seq: seq! };
  carol.send({ ...ids, messageType: "PRANSWER", sdp: earlySdp });
  network.run(100);
  return alice.last("ANSWER");
}

Deno.test("a browser's PRANSWER reaches the other browser, whose PRANSWER has its OK", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol");
  const progress = early(set, carol);
  assert.deepEqual([progress.sdp, progress.moreComing], [earlySdp, true]);
  alice.taken(progress);
  network.run(100);
  assert.equal(alice.only("OK").answererSessionId, progress.answererSessionId);
  alice.end();
  network.run(1000);
  assert.equal(carol.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("browsers offer anew before the answer, either way, and the call is answered afterwards", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol");
  const progress = early(set, carol);
  alice.taken(progress);
  network.run(100);
  alice.earlyOffer(progress, changeSdp);
  network.run(100);
  const offer = carol.last("OFFER");
  assert.deepEqual([offer.sdp, offer.seq, offer.answererSessionId], [changeSdp, 2, "carol-a"]);
  carol.accept(offer, heldSdp);
  network.run(100);
  assert.deepEqual([alice.last("ANSWER").sdp, alice.last("ANSWER").seq], [heldSdp, 2]);
  carol.send({
    messageType: "OFFER",
    offererSessionId: "carol-a",
    answererSessionId: offer.offererSessionId!,
    seq: 3,
    tieBreaker: 1,
    sdp: earlySdp,
  });
  network.run(100);
  const theirs = alice.only("OFFER");
  assert.deepEqual([theirs.sdp, theirs.seq, theirs.offererSessionId], [
    earlySdp,
    3,
    progress.answererSessionId,
  ]);
  alice.accept(theirs, offerSdp);
  network.run(100);
  assert.deepEqual([carol.last("ANSWER").sdp, carol.last("ANSWER").seq], [offerSdp, 3]);
  const { offererSessionId } = carol.all("OFFER")[0]!;
  carol.send({
    messageType: "ANSWER",
    offererSessionId: offererSessionId!,
    answererSessionId: "carol-a",
    seq: 1,
    sdp: heldSdp,
  });
  network.run(100);
  assert.deepEqual([alice.last("ANSWER").sdp, alice.last("ANSWER").seq], [heldSdp, 1]);
  assert.equal(alice.session.state, "up");
  assert.equal(carol.session.state, "up");
  // the next change has a seq that neither has used
  carol.answer = answerSdp;
  alice.reoffer(changeSdp);
  network.run(100);
  assert.deepEqual([carol.last("OFFER").seq, alice.last("ANSWER").seq], [4, 4]);
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a called browser of the five messages: an early OFFER to it is refused, and the call goes on", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { dialect: "roap" });
  alice.call("carol", offerSdp);
  network.run(100);
  const offer = carol.only("OFFER");
  const ids = { offererSessionId: offer.offererSessionId!, answererSessionId: "carol-a", seq: 1 };
  carol.send({ ...ids, messageType: "ANSWER", moreComing: true, sdp: earlySdp });
  network.run(100);
  alice.taken(alice.last("ANSWER"));
  network.run(100);
  alice.earlyOffer(alice.last("ANSWER"), changeSdp);
  // the relay's own UPDATE is refused with 491, and it comes again until the call is answered
  network.run(3000);
  assert.equal(carol.all("OFFER").length, 1);
  carol.send({ ...ids, messageType: "ANSWER", sdp: answerSdp });
  network.run(10_000);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("an early OFFER to one fork, and another fork answers: the call is up, and nothing stays", () => {
  const set = terminalStage({ changed: () => {} });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true, tag: "one", rseq: 7 });
  phone.provisional("183 Session Progress", { sdp: answerSdp, reliable: true, tag: "two", rseq: 90 });
  network.run(600);
  const [one, two] = alice.all("ANSWER");
  alice.earlyOffer(two!, changeSdp);
  network.run(100);
  assert.equal(parameter(header(phone.last("UPDATE"), "to"), "tag"), "two");
  phone.answer(earlySdp, "one");
  network.run(100);
  assert.equal(alice.last("ANSWER").answererSessionId, one!.answererSessionId);
  assert.equal(alice.session.state, "up");
  assert.deepEqual([alice.only("ERROR").seq, alice.only("ERROR").status], [2, 480]);
  network.run(33_000);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});
