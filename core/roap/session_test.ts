import assert from "node:assert/strict";
import { type Message, RoapEnd } from "../../test/models/roap_end.ts";
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
import { forkLimit } from "./record.ts";

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
  assert.deepEqual(end.session.ids, ["r1", "b1", "r2"]);
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
  assert.deepEqual(end.session.ids, ["r1", "b1", "b2", "b3"]);
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
    // an offer without a body asks for one
    if (body !== "") assert.equal(offer.perform("offer", { body }), false);
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
