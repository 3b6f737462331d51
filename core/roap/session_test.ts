import assert from "node:assert/strict";
import { type Message, RoapEnd } from "../../test/models/roap_end.ts";
import { forkLimit, lastOfferSeq, okWait, shutdownWait, tieLimit } from "./record.ts";
import { abandonRoap, isOver, keysOf } from "./session.ts";

const ids = { offererSessionId: "b1", answererSessionId: "r1" };
const swapped = { offererSessionId: "r1", answererSessionId: "b1" };

/** The browser has called: its first OFFER is pending. */
function called(options: { dialect?: "roap" | "roap.ims"; offer?: Message } = {}): RoapEnd {
  const end = new RoapEnd({
    name: "r",
    ...(options.dialect === undefined ? {} : { dialect: options.dialect }),
  });
  const heard = end.receive({
    messageType: "OFFER",
    offererSessionId: "b1",
    seq: 1,
    tieBreaker: 5,
    sdp: "v=0 b",
    ...options.offer,
  });
  assert.deepEqual(heard, [{ signal: "offer", fork: 0, status: 0, reason: "", body: "v=0 b" }]);
  return end;
}

/** The browser is called: our first OFFER is out. */
function calling(chance?: number[]): RoapEnd {
  const end = new RoapEnd({ name: "r", ...(chance === undefined ? {} : { chance }) });
  assert.equal(end.perform("offer", { body: "v=0 r", from: "sip:bob@example.org" }), true);
  return end;
}

/** A session that the browser opened and that is established, seq 1. */
function established(chance?: number[]): RoapEnd {
  const end = new RoapEnd({ name: "r", ...(chance === undefined ? {} : { chance }) });
  end.receive({ messageType: "OFFER", offererSessionId: "b1", seq: 1, tieBreaker: 5, sdp: "v=0 b" });
  end.perform("answer", { status: 200, body: "v=0 r" });
  end.receive({ messageType: "OK", ...ids, seq: 1 });
  end.take();
  assert.equal(end.session.state, "idle");
  return end;
}

/** An established session in which our OFFER of seq 2 is out, with tieBreaker 1001. */
function offering(): RoapEnd {
  const end = established();
  assert.equal(end.perform("offer", { body: "v=1 r" }), true);
  end.take();
  return end;
}

function types(end: RoapEnd): unknown[] {
  return end.take().map((message) => message.messageType);
}

function signals(heard: readonly { signal: string; status: number }[]): string[] {
  return heard.map(({ signal, status }) => `${signal} ${status}`);
}

Deno.test("receiveRoap takes a browser's call from OFFER to OK", () => {
  const end = called();
  end.perform("ringing", { status: 180 });
  end.perform("progress", { status: 183, body: "v=0 early" });
  end.perform("answer", { status: 200, body: "v=0 r" });
  assert.deepEqual(end.take(), [
    { messageType: "RINGING", ...ids, seq: 1 },
    { messageType: "ANSWER", ...ids, seq: 1, moreComing: true, sdp: "v=0 early" },
    { messageType: "ANSWER", ...ids, seq: 1, sdp: "v=0 r" },
  ]);
  assert.deepEqual(signals(end.receive({ messageType: "OK", ...ids, seq: 1, sdp: null })), ["confirm 0"]);
  assert.equal(end.session.state, "idle");
  assert.equal(end.context.wheel.size, 0);
});

Deno.test("performRoap takes a call to the browser from OFFER to OK", () => {
  const end = calling([41]);
  assert.deepEqual(end.take(), [{
    messageType: "OFFER",
    offererSessionId: "r1",
    from: "sip:bob@example.org",
    seq: 1,
    tieBreaker: 42,
    sdp: "v=0 r",
  }]);
  assert.deepEqual(end.receive({ messageType: "WAITING", ...swapped, seq: 1 }), []);
  assert.deepEqual(signals(end.receive({ messageType: "RINGING", ...swapped, seq: 1 })), ["ringing 180"]);
  assert.deepEqual(
    end.receive({ messageType: "ANSWER", ...swapped, seq: 1, moreComing: true, sdp: "v=0 early" }),
    [{ signal: "progress", fork: 0, status: 183, reason: "", body: "v=0 early" }],
  );
  assert.deepEqual(
    end.receive({ messageType: "ANSWER", ...swapped, seq: 1, sdp: "v=0 b" }),
    [{ signal: "answer", fork: 0, status: 200, reason: "", body: "v=0 b" }],
  );
  assert.deepEqual(end.take(), []);
  end.perform("confirm");
  assert.deepEqual(end.take(), [{ messageType: "OK", ...swapped, seq: 1 }]);
  assert.equal(end.session.state, "idle");
});

Deno.test("performRoap writes no RINGING to a client of the draft's five types", () => {
  const end = called({ dialect: "roap" });
  end.perform("ringing", { status: 180 });
  end.perform("progress", { status: 180 });
  assert.deepEqual(end.take(), []);
});

Deno.test("performRoap writes a ringing of status 100 as WAITING", () => {
  const end = called();
  end.perform("ringing", { status: 100 });
  assert.deepEqual(end.take(), [{ messageType: "WAITING", ...ids, seq: 1 }]);
});

Deno.test("performRoap gives each fork its own answererSessionId, and the one that answers stays", () => {
  const end = called();
  end.perform("progress", { status: 183, body: "v=0 one", fork: 0 });
  end.perform("progress", { status: 183, body: "v=0 two", fork: 1 });
  end.perform("answer", { status: 200, body: "v=0 two", fork: 1 });
  assert.deepEqual(end.take().map((message) => message.answererSessionId), ["r1", "r2", "r2"]);
  assert.deepEqual(keysOf(end.session), ["7 r1", "7 b1", "7 r2"]);
  end.receive({ messageType: "OK", offererSessionId: "b1", answererSessionId: "r2", seq: 1 });
  end.perform("offer", { body: "v=1" });
  assert.deepEqual(end.take().map((message) => [message.offererSessionId, message.answererSessionId]), [
    ["r2", "b1"],
  ]);
});

Deno.test("performRoap tells no more forks apart than the limit, and lets any of them answer", () => {
  const end = called();
  for (let fork = 0; fork < forkLimit + 5; fork++) {
    assert.equal(end.perform("progress", { status: 183, body: "v=0", fork }), true);
  }
  assert.equal(end.take().length, forkLimit);
  assert.equal(end.perform("answer", { status: 200, body: "v=0", fork: 1e9 }), true);
  assert.equal(end.session.ids.length, forkLimit + 2);
});

Deno.test("receiveRoap numbers the browser's forks and learns the id of the one that answers", () => {
  const end = calling();
  end.take();
  const fork = (answererSessionId: string, rest: Message) =>
    end.receive({
      messageType: "ANSWER",
      offererSessionId: "r1",
      answererSessionId,
      seq: 1,
      sdp: "v=0",
      ...rest,
    })[0];
  assert.equal(fork("b1", { moreComing: true })?.fork, 0);
  assert.equal(fork("b2", { moreComing: true })?.fork, 1);
  assert.equal(fork("b1", { moreComing: true })?.fork, 0);
  assert.equal(fork("b3", {})?.fork, 2);
  assert.deepEqual(keysOf(end.session), ["7 r1", "7 b1", "7 b2", "7 b3"]);
  end.perform("confirm");
  assert.equal(end.take()[0]?.answererSessionId, "b3");
});

Deno.test("receiveRoap refuses more of the browser's forks than the limit", () => {
  const end = calling();
  for (let fork = 0; fork < forkLimit + 3; fork++) {
    end.receive({
      messageType: "ANSWER",
      offererSessionId: "r1",
      answererSessionId: `b${fork}`,
      seq: 1,
      sdp: "v=0",
      moreComing: true,
    });
  }
  assert.equal(types(end).filter((type) => type === "ERROR").length, 3);
  assert.equal(end.session.ids.length, forkLimit + 1);
});

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
    ["reject 491", "offer 0"],
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
      ["reject 491", "offer 0"],
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

Deno.test("receiveRoap refuses answers of another seq, other ids or no OFFER", () => {
  const end = offering();
  const answer = { messageType: "ANSWER", ...swapped, seq: 2, sdp: "v=3" };
  for (const wrong of [{ seq: 1 }, { seq: 3 }, { offererSessionId: "b1" }, { answererSessionId: "b9" }]) {
    assert.deepEqual(end.receive({ ...answer, ...wrong }), []);
    const [error] = end.take();
    assert.equal(error?.errorType, "NOMATCH");
    assert.notEqual(error?.reason, "");
  }
  assert.deepEqual(signals(end.receive(answer)), ["answer 200"]);
  assert.deepEqual(end.receive(answer), []);
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
  end.perform("confirm");
  end.take();
  assert.deepEqual(end.receive({ ...answer, seq: 2 }), []);
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
});

Deno.test("receiveRoap refuses an OK that nothing waits for", () => {
  const end = established();
  end.receive({ messageType: "OK", ...ids, seq: 1 });
  end.receive({ messageType: "OK", ...ids, seq: 4 });
  assert.deepEqual(types(end), ["ERROR", "ERROR"]);
});

Deno.test("receiveRoap refuses roap.ims messages of a client that asked for roap", () => {
  const end = new RoapEnd({ name: "r", dialect: "roap" });
  end.perform("offer", { body: "v=0" });
  end.take();
  assert.deepEqual(end.receive({ messageType: "RINGING", ...swapped, seq: 1 }), []);
  assert.deepEqual(end.take().map(({ errorType, status }) => [errorType, status]), [["FAILED", 501]]);
});

Deno.test("receiveRoap answers SHUTDOWN with OK whatever its seq, then nothing but NOMATCH", () => {
  for (const seq of [0, 2, 99]) {
    const end = established();
    assert.deepEqual(signals(end.receive({ messageType: "SHUTDOWN", ...swapped, seq })), ["end 0"]);
    assert.deepEqual(end.take(), [{ messageType: "OK", ...swapped, seq }]);
    assert.equal(isOver(end.session), true);
    end.receive({ messageType: "OFFER", ...ids, seq: 100, sdp: "v" });
    end.receive({ messageType: "SHUTDOWN", ...ids, seq: 101 });
    assert.deepEqual(end.take().map(({ errorType }) => errorType), ["NOMATCH", "NOMATCH"]);
    end.receive({ messageType: "OK", ...ids, seq: 1 });
    assert.deepEqual(end.take(), []);
  }
});

Deno.test("receiveRoap takes a called browser's SHUTDOWN as its refusal", () => {
  const end = calling();
  assert.deepEqual(signals(end.receive({ messageType: "SHUTDOWN", ...swapped, seq: 2 })), ["end 603"]);
});

Deno.test("performRoap shuts a session down and waits for the OK", () => {
  const end = established();
  end.perform("end");
  assert.deepEqual(end.take(), [{ messageType: "SHUTDOWN", ...ids, seq: 2 }]);
  assert.equal(isOver(end.session), false);
  // what crossed it
  end.receive({ messageType: "OK", ...ids, seq: 1 });
  assert.deepEqual(end.take(), []);
  end.receive({ messageType: "OFFER", ...ids, seq: 2, sdp: "v" });
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
  assert.deepEqual(end.receive({ messageType: "OK", ...ids, seq: 2 }), []);
  assert.equal(isOver(end.session), true);
  assert.equal(end.context.wheel.size, 0);
});

Deno.test("performRoap closes a session whose SHUTDOWN gets no OK", () => {
  const end = established();
  end.perform("end");
  end.pass(shutdownWait - 1);
  assert.equal(isOver(end.session), false);
  assert.deepEqual(end.pass(2), []);
  assert.equal(isOver(end.session), true);
});

Deno.test("receiveRoap: SHUTDOWN crosses SHUTDOWN, both are answered", () => {
  const end = established();
  end.perform("end");
  end.take();
  assert.deepEqual(end.receive({ messageType: "SHUTDOWN", ...ids, seq: 2 }), []);
  assert.deepEqual(types(end), ["OK"]);
  end.receive({ messageType: "OK", ...ids, seq: 2 });
  assert.equal(isOver(end.session), true);
});

Deno.test("performRoap ends a browser's unanswered call with ERROR when there is a status, else with SHUTDOWN", () => {
  const refused = called();
  refused.perform("end", { status: 404, reason: "Not Found" });
  assert.deepEqual(refused.take(), [{
    messageType: "ERROR",
    ...ids,
    errorType: "FAILED",
    seq: 1,
    status: 404,
    reason: "Not Found",
  }]);
  assert.equal(isOver(refused.session), true);
  const ended = called();
  ended.perform("end");
  assert.deepEqual(ended.take(), [{ messageType: "SHUTDOWN", ...ids, seq: 2 }]);
});

Deno.test("performRoap rejects a browser's call", () => {
  for (const [status, errorType] of [[486, "REFUSED"], [408, "TIMEOUT"], [481, "NOMATCH"], [404, "FAILED"]]) {
    const end = called();
    end.perform("reject", { status: Number(status), reason: "x" });
    assert.deepEqual(end.take().map((error) => [error.errorType, error.status]), [[errorType, status]]);
    assert.equal(isOver(end.session), true);
  }
});

Deno.test("performRoap takes back a call to the browser with SHUTDOWN", () => {
  const end = calling();
  end.take();
  end.perform("end", { status: 487 });
  assert.deepEqual(end.take(), [{ messageType: "SHUTDOWN", offererSessionId: "r1", seq: 2 }]);
  // the answer crosses it
  assert.deepEqual(end.receive({ messageType: "ANSWER", ...swapped, seq: 1, sdp: "v" }), []);
  assert.equal(end.take()[0]?.errorType, "NOMATCH");
  end.receive({ messageType: "OK", ...swapped, seq: 2 });
  assert.equal(isOver(end.session), true);
});

Deno.test("receiveRoap takes ERROR to our first OFFER as the end of the session", () => {
  for (
    const [error, status] of [
      [{ errorType: "REFUSED" }, 603],
      [{ errorType: "REFUSED", status: 486 }, 486],
      [{ errorType: "TIMEOUT" }, 408],
      [{ errorType: "NOMATCH" }, 481],
      [{ errorType: "FAILED" }, 500],
      [{ errorType: "FAILED", status: 200 }, 500],
    ] as const
  ) {
    const end = calling();
    end.take();
    assert.deepEqual(signals(end.receive({ messageType: "ERROR", ...swapped, seq: 1, ...error })), [
      `reject ${status}`,
    ]);
    assert.equal(isOver(end.session), true);
    assert.deepEqual(end.take(), []);
  }
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

Deno.test("receiveRoap takes NOMATCH in an established session as its end", () => {
  for (const end of [offering(), established()]) {
    const { seq } = end.session;
    assert.deepEqual(end.receive({ messageType: "ERROR", ...ids, seq: seq - 1, errorType: "NOMATCH" }), []);
    assert.deepEqual(signals(end.receive({ messageType: "ERROR", ...ids, seq, errorType: "NOMATCH" })), [
      "end 481",
    ]);
    assert.equal(isOver(end.session), true);
    assert.deepEqual(end.take(), []);
  }
});

Deno.test("receiveRoap ends a session whose ANSWER the browser cannot use", () => {
  const end = called();
  end.perform("answer", { status: 200, body: "v=0" });
  end.take();
  assert.deepEqual(
    signals(end.receive({ messageType: "ERROR", ...ids, seq: 1, errorType: "FAILED" })),
    ["end 500"],
  );
  assert.deepEqual(types(end), ["SHUTDOWN"]);
});

Deno.test("timeoutRoap ends a session whose final ANSWER gets no OK", () => {
  const end = called();
  end.perform("answer", { status: 200, body: "v=0" });
  end.take();
  assert.deepEqual(end.pass(okWait - 1), []);
  assert.deepEqual(signals(end.pass(2)), ["end 408"]);
  assert.deepEqual(types(end), ["SHUTDOWN"]);
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

Deno.test("createRoapSession leaves the time of a first OFFER to the call", () => {
  assert.equal(calling().context.wheel.size, 0);
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

Deno.test("performRoap echoes tokens: the session's in all that follows, a response's once", () => {
  const end = called({ offer: { setSessionToken: "S", setResponseToken: "R1" } });
  end.perform("ringing", { status: 180 });
  end.perform("answer", { status: 200, body: "v=0" });
  end.receive({ messageType: "OK", ...ids, seq: 1, setSessionToken: "T" });
  end.perform("offer", { body: "v=1" });
  end.receive({ messageType: "ANSWER", ...swapped, seq: 2, sdp: "v", setResponseToken: "R2" });
  end.perform("confirm");
  end.receive({ messageType: "SHUTDOWN", ...ids, seq: 3, setResponseToken: "R3" });
  assert.deepEqual(
    end.take().map((
      { messageType, sessionToken, responseToken },
    ) => [messageType, sessionToken, responseToken]),
    [
      ["RINGING", "S", "R1"],
      ["ANSWER", "S", "R1"],
      ["OFFER", "T", undefined],
      ["OK", "T", "R2"],
      ["OK", "T", "R3"],
    ],
  );
});

Deno.test("performRoap refuses a body that ROAP cannot carry, and the session is as it was", () => {
  const notUtf8 = new Uint8Array([0x76, 0xff, 0xfe]);
  for (const body of [notUtf8, ""]) {
    const offer = established();
    assert.equal(offer.perform("offer", { body }), false);
    assert.equal(offer.session.state, "idle");
    assert.equal(offer.session.seq, 1);
    const answer = called();
    assert.equal(answer.perform("answer", { status: 200, body }), false);
    assert.equal(answer.session.state, "called");
    assert.equal(answer.perform("answer", { status: 200, body: "v=0" }), true);
    assert.deepEqual(types(answer), ["ANSWER"]);
  }
  const queued = offering();
  queued.perform("offer", { body: notUtf8 });
  assert.deepEqual(
    signals(queued.receive({ messageType: "ERROR", ...swapped, seq: 2, errorType: "REFUSED" })),
    ["reject 603", "reject 488"],
  );
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

Deno.test("abandonRoap leaves neither timer nor word", () => {
  const end = offering();
  abandonRoap(end.session, end.context);
  assert.equal(end.context.wheel.size, 0);
  assert.equal(isOver(end.session), true);
  end.perform("end");
  assert.deepEqual(end.take(), []);
});
