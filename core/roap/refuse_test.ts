import assert from "node:assert/strict";
import type { Context, TimerOwner } from "../context.ts";
import { TimerWheel } from "../timer/wheel.ts";
import { ERROR_TYPE_FAILED, ERROR_TYPE_NOMATCH } from "../../wasm/assembly/codes.ts";
import { outputText } from "../../wasm/codec.ts";
import { type Refusal, refuseRoap } from "./refuse.ts";

function errorOf(refusal: Partial<Refusal>): unknown {
  const context: Context = {
    now: 0,
    call: 0,
    random: { token: () => "t", uint32: () => 0 },
    outputs: [],
    wheel: new TimerWheel<TimerOwner>({ now: 0 }),
  };
  refuseRoap({
    feed: 3,
    errorType: ERROR_TYPE_FAILED,
    status: 400,
    reason: "",
    offererSessionId: "",
    answererSessionId: "",
    seq: -1,
    transactionId: "",
    call: 0,
    ...refusal,
  }, context);
  const [output] = context.outputs;
  assert.ok(output?.type === "text");
  assert.equal(output.feed, 3);
  return JSON.parse(outputText(output.start, output.length));
}

Deno.test("refuseRoap names what is known of the message and no more", () => {
  assert.deepEqual(errorOf({}), { messageType: "ERROR", errorType: "FAILED", status: 400 });
  assert.deepEqual(
    errorOf({
      errorType: ERROR_TYPE_NOMATCH,
      status: 481,
      offererSessionId: "b",
      answererSessionId: "r",
      seq: 0,
    }),
    {
      messageType: "ERROR",
      errorType: "NOMATCH",
      status: 481,
      offererSessionId: "b",
      answererSessionId: "r",
      seq: 0,
    },
  );
});

Deno.test("refuseRoap carries any reason", () => {
  const reason = 'No JSON at byte 3: "{\u0001\\\n"';
  assert.deepEqual(errorOf({ reason }), { messageType: "ERROR", errorType: "FAILED", status: 400, reason });
});

Deno.test("refuseRoap: a request of its own is named by its transactionId", () => {
  assert.deepEqual(errorOf({ transactionId: "t" }), {
    errorType: "FAILED",
    messageType: "ERROR",
    status: 400,
    transactionId: "t",
  });
});
