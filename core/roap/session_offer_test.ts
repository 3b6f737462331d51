import assert from "node:assert/strict";
import { loadText } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { RoapEnd } from "../../test/models/roap_end.ts";
import {
  called,
  calling,
  established,
  ids,
  offering,
  signals,
  swapped,
  types,
} from "../../test/models/roap_sessions.ts";
import { lastOfferSeq, tieLimit } from "./record.ts";
import { isOver } from "./session.ts";

Deno.test("receiveRoap accepts a re-OFFER with swapped ids from the original answerer", () => {
  const end = calling();
  end.receive({ messageType: "ANSWER", ...swapped, seq: 1, sdp: "v=0" });
  end.perform("confirm");
  end.take();
  assert.deepEqual(signals(end.receive({ messageType: "OFFER", ...ids, seq: 2, sdp: "v=1" })), ["offer 0"]);
  end.perform("answer", { status: 200, body: "v=2" });
  assert.deepEqual(end.take(), [{ messageType: "ANSWER", ...ids, seq: 2, sdp: "v=2" }]);
});

Deno.test("receiveRoap refuses a re-OFFER whose ids are not swapped, or another session's", () => {
  const end = established();
  for (const wrong of [swapped, { ...ids, offererSessionId: "b9" }, { ...ids, answererSessionId: "r9" }]) {
    assert.deepEqual(end.receive({ messageType: "OFFER", ...wrong, seq: 2, sdp: "v=1" }), []);
    const [error] = end.take();
    assert.equal(error?.errorType, "NOMATCH");
    assert.equal(error?.status, 481);
    assert.equal(error?.seq, 2);
    assert.equal(error?.offererSessionId, wrong.offererSessionId);
  }
  assert.equal(end.session.state, "idle");
});

Deno.test("receiveRoap refuses an OFFER whose seq is not higher while it waits for nothing", () => {
  const end = established();
  for (const seq of [0, 1]) {
    assert.deepEqual(end.receive({ messageType: "OFFER", ...ids, seq, sdp: "v=1" }), []);
    assert.equal(end.take()[0]?.errorType, "NOMATCH");
  }
  assert.deepEqual(signals(end.receive({ messageType: "OFFER", ...ids, seq: 17, sdp: "v=1" })), ["offer 0"]);
  end.perform("reject", { status: 488, reason: "Not Acceptable Here" });
  assert.deepEqual(end.take(), [{
    messageType: "ERROR",
    ...ids,
    errorType: "REFUSED",
    seq: 17,
    status: 488,
    reason: "Not Acceptable Here",
  }]);
  end.perform("offer", { body: "v=2" });
  assert.equal(end.take()[0]?.seq, 18);
});

Deno.test("receiveRoap refuses a second OFFER while the first is unanswered", () => {
  const end = called();
  assert.deepEqual(end.receive({ messageType: "OFFER", offererSessionId: "b1", seq: 2, sdp: "v=1" }), []);
  const [error] = end.take();
  assert.deepEqual([error?.errorType, error?.status, error?.seq], ["FAILED", 500, 2]);
  end.perform("answer", { status: 200, body: "v=0" });
  assert.equal(end.take()[0]?.seq, 1);
});

Deno.test("receiveRoap closes a session that does not begin with a proper first OFFER", () => {
  for (const offer of [{ seq: 0 }, { seq: 1, answererSessionId: "x" }, { seq: lastOfferSeq + 1 }]) {
    const end = new RoapEnd({ name: "r" });
    assert.deepEqual(end.receive({ messageType: "OFFER", offererSessionId: "b1", sdp: "v=0", ...offer }), []);
    assert.equal(end.take()[0]?.errorType, "NOMATCH");
    assert.equal(isOver(end.session), true);
  }
});

Deno.test("receiveRoap in glare: a higher seq supersedes our OFFER", () => {
  const end = offering();
  assert.deepEqual(
    signals(end.receive({ messageType: "OFFER", ...ids, seq: 3, tieBreaker: 0, sdp: "v=2" })),
    ["offer 0"],
  );
  end.perform("answer", { status: 200, body: "v=3" });
  assert.deepEqual(end.take(), [{ messageType: "ANSWER", ...ids, seq: 3, sdp: "v=3" }]);
});

Deno.test("receiveRoap in glare: a lower seq matches nothing", () => {
  const end = offering();
  assert.deepEqual(
    end.receive({ messageType: "OFFER", ...ids, seq: 1, tieBreaker: 0xffffffff, sdp: "v=2" }),
    [],
  );
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
  assert.equal(end.session.state, "waitingForAnswer");
});

Deno.test("receiveRoap in glare: a smaller tieBreaker, or none, is a CONFLICT and ours stands", () => {
  for (const tie of [{ tieBreaker: 1000 }, { tieBreaker: 0 }, {}]) {
    const end = offering();
    assert.deepEqual(end.receive({ messageType: "OFFER", ...ids, seq: 2, ...tie, sdp: "v=2" }), []);
    const [error] = end.take();
    assert.deepEqual([error?.errorType, error?.status, error?.offererSessionId], ["CONFLICT", 491, "b1"]);
    assert.deepEqual(
      signals(end.receive({ messageType: "ANSWER", ...swapped, seq: 2, sdp: "v=3" })),
      ["answer 200"],
    );
  }
});

Deno.test("receiveRoap in glare: a larger tieBreaker wins and ours is dropped", () => {
  for (const tieBreaker of [1002, 0xffffffff]) {
    const end = offering();
    assert.deepEqual(
      signals(end.receive({ messageType: "OFFER", ...ids, seq: 2, tieBreaker, sdp: "v=2" })),
      ["offer 0"],
    );
    end.perform("answer", { status: 200, body: "v=3" });
    assert.deepEqual(end.take(), [{ messageType: "ANSWER", ...ids, seq: 2, sdp: "v=3" }]);
  }
});

Deno.test("receiveRoap in glare: an equal tieBreaker makes both offer again", () => {
  const end = established([1000, 2000]);
  end.perform("offer", { body: "v=1 r" });
  assert.equal(end.take()[0]?.tieBreaker, 1001);
  assert.deepEqual(end.receive({ messageType: "OFFER", ...ids, seq: 2, tieBreaker: 1001, sdp: "v=2" }), []);
  const [error, offer] = end.take();
  assert.deepEqual([error?.errorType, error?.seq, error?.status], ["DOUBLECONFLICT", 2, 491]);
  assert.deepEqual(offer, { messageType: "OFFER", ...swapped, seq: 3, tieBreaker: 2001, sdp: "v=1 r" });
  // the browser saw the tie too: that was settled above
  assert.deepEqual(
    end.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "DOUBLECONFLICT" }),
    [],
  );
  assert.deepEqual(end.take(), []);
});

Deno.test("receiveRoap takes a DOUBLECONFLICT by offering again, and gives up after the limit", () => {
  const end = offering();
  for (let tie = 1; tie <= tieLimit; tie++) {
    assert.deepEqual(
      end.receive({ messageType: "ERROR", ...swapped, seq: 1 + tie, errorType: "DOUBLECONFLICT" }),
      [],
    );
    assert.equal(end.take()[0]?.seq, 2 + tie);
  }
  assert.deepEqual(
    signals(
      end.receive({ messageType: "ERROR", ...swapped, seq: 2 + tieLimit, errorType: "DOUBLECONFLICT" }),
    ),
    ["reject 491"],
  );
  assert.equal(end.session.state, "idle");
});

Deno.test("receiveRoap keeps waiting after a CONFLICT", () => {
  const end = offering();
  assert.deepEqual(end.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "CONFLICT" }), []);
  assert.equal(end.session.state, "waitingForAnswer");
  assert.deepEqual(end.take(), []);
});

Deno.test("receiveRoap: two first OFFERs crossing are no glare", () => {
  const end = calling([1]);
  end.take();
  end.receive({
    messageType: "OFFER",
    offererSessionId: "b1",
    answererSessionId: "r1",
    seq: 1,
    tieBreaker: 9,
    sdp: "v",
  });
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
  assert.equal(end.session.state, "calling");
});

Deno.test("receiveRoap takes ERROR to a re-OFFER as its refusal only", () => {
  const end = offering();
  assert.deepEqual(
    signals(end.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "REFUSED", status: 488 })),
    ["reject 488"],
  );
  assert.equal(end.session.state, "idle");
  assert.deepEqual(end.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "REFUSED" }), []);
  assert.deepEqual(end.take(), []);
});

Deno.test("timeoutRoap gives up a re-OFFER after 30 s, or 180 s once the browser rings", () => {
  const silent = offering();
  assert.deepEqual(silent.pass(29_999), []);
  assert.deepEqual(signals(silent.pass(2)), ["reject 408"]);
  assert.equal(silent.session.state, "idle");
  const waiting = offering();
  waiting.pass(29_000);
  waiting.receive({ messageType: "WAITING", ...swapped, seq: 2 });
  assert.deepEqual(waiting.pass(179_000), []);
  assert.deepEqual(signals(waiting.pass(2_000)), ["reject 408"]);
});

Deno.test("performRoap supersedes the browser's pending re-OFFER, and writes nothing for it any more", () => {
  const end = established();
  end.receive({ messageType: "OFFER", ...ids, seq: 2, tieBreaker: 5, sdp: "v=1" });
  end.perform("offer", { body: "v=2" });
  assert.deepEqual(end.take(), [{ messageType: "OFFER", ...swapped, seq: 3, tieBreaker: 1001, sdp: "v=2" }]);
  end.perform("reject", { status: 491 });
  end.perform("answer", { status: 200, body: "v=9" });
  assert.deepEqual(end.take(), []);
  assert.deepEqual(signals(end.receive({ messageType: "ANSWER", ...swapped, seq: 3, sdp: "v=3" })), [
    "answer 200",
  ]);
});

Deno.test("performRoap does not supersede a browser's first OFFER", () => {
  const end = called();
  end.perform("offer", { body: "v=2" });
  assert.deepEqual(end.take(), []);
  assert.deepEqual(signals(end.heard.slice(1)), ["reject 491"]);
});

Deno.test("performRoap queues one offer while another is out; a later one takes its place", () => {
  const end = offering();
  end.perform("offer", { body: "v=2" });
  assert.deepEqual(signals(end.heard.slice(2)), []);
  end.perform("offer", { body: "v=3" });
  assert.deepEqual(signals(end.heard.slice(2)), ["reject 491"]);
  assert.deepEqual(end.take(), []);
  end.receive({ messageType: "ANSWER", ...swapped, seq: 2, sdp: "v" });
  assert.deepEqual(end.take(), []);
  end.perform("confirm");
  const [ok, offer] = end.take();
  assert.equal(ok?.messageType, "OK");
  assert.deepEqual(offer, { messageType: "OFFER", ...swapped, seq: 3, tieBreaker: 1001, sdp: "v=3" });
});

Deno.test("performRoap lets a queued offer go after OK, refusal and time-out", () => {
  const answered = established();
  answered.receive({ messageType: "OFFER", ...ids, seq: 2, sdp: "v=1" });
  answered.perform("answer", { status: 200, body: "v=2" });
  answered.perform("offer", { body: "v=3" });
  assert.deepEqual(types(answered), ["ANSWER"]);
  answered.receive({ messageType: "OK", ...ids, seq: 2 });
  assert.deepEqual(types(answered), ["OFFER"]);
  const refused = offering();
  refused.perform("offer", { body: "v=3" });
  refused.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "REFUSED" });
  assert.deepEqual(types(refused), ["OFFER"]);
  const silent = offering();
  silent.perform("offer", { body: "v=3" });
  silent.pass(31_000);
  assert.deepEqual(types(silent), ["OFFER"]);
});

Deno.test("receiveRoap takes a new OFFER for the OK that is missing", () => {
  const end = called();
  end.perform("answer", { status: 200, body: "v=0" });
  assert.deepEqual(
    signals(end.receive({ messageType: "OFFER", ...ids, seq: 2, sdp: "v=1" })),
    ["confirm 0", "offer 0"],
  );
});

Deno.test("receiveRoap says nothing to the OK that a new OFFER of either side has crossed", () => {
  const end = offering();
  const { seq } = end.session;
  assert.deepEqual(end.receive({ messageType: "OK", ...ids, seq: seq - 1 }), []);
  assert.deepEqual(end.take(), []);
  assert.equal(end.session.state, "waitingForAnswer");
  // what is of another session, or of no OFFER there was, is still told
  end.receive({ messageType: "OK", offererSessionId: "b9", answererSessionId: "r9", seq: seq - 1 });
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
  end.receive({ messageType: "OK", ...ids, seq: seq + 1 });
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
});

Deno.test("performRoap cannot offer once seq is used up, but can still shut down", () => {
  const end = established();
  end.receive({ messageType: "OFFER", ...ids, seq: lastOfferSeq, sdp: "v=1" });
  end.perform("reject", { status: 488 });
  end.take();
  assert.equal(end.perform("offer", { body: "v=2" }), false);
  assert.equal(end.session.state, "idle");
  end.perform("end");
  assert.equal(end.take()[0]?.seq, 0xffffffff);
});

Deno.test("performRoap keeps an offer from a SIP message until it cannot tie any more", () => {
  const end = established();
  const sdp = "v=0\r\ns=\u00e9\r\n";
  const invite = [
    "INVITE sip:b@example.org SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "Max-Forwards: 70",
    "From: <sip:a@example.org>;tag=1",
    "To: <sip:b@example.org>",
    "Call-ID: 1",
    "CSeq: 1 INVITE",
    "Contact: <sip:a@192.0.2.1>",
    "Content-Type: application/sdp",
    `Content-Length: ${new TextEncoder().encode(sdp).length}`,
    "",
    sdp,
  ];
  assert.equal(sip.read(loadText(invite.join("\r\n"))), 0);
  end.perform("offer", { body: sip.body });
  assert.equal(end.take()[0]?.sdp, sdp);
  end.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "DOUBLECONFLICT" });
  assert.deepEqual(end.take().map((message) => [message.seq, message.sdp]), [[3, sdp]]);
  end.receive({ messageType: "ANSWER", ...swapped, seq: 3, sdp: "v=1" });
  assert.equal(end.session.offer, undefined);
});
