import assert from "node:assert/strict";
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
import { okWait, shutdownWait } from "./record.ts";
import { abandonRoap, isOver } from "./session.ts";

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

Deno.test("createRoapSession leaves the time of a first OFFER to the call", () => {
  assert.equal(calling().context.wheel.size, 0);
});

Deno.test("abandonRoap leaves neither timer nor word", () => {
  const end = offering();
  abandonRoap(end.session, end.context);
  assert.equal(end.context.wheel.size, 0);
  assert.equal(isOver(end.session), true);
  end.perform("end");
  assert.deepEqual(end.take(), []);
});

Deno.test("performRoap takes a rejection without a failure's status for 500", () => {
  for (const status of [0, 180, 200]) {
    const end = called();
    end.perform("reject", { status });
    assert.deepEqual(end.take(), [{
      messageType: "ERROR",
      ...ids,
      errorType: "FAILED",
      seq: 1,
      status: 500,
    }]);
  }
});
