import assert from "node:assert/strict";
import { AnsweredRequests } from "./answered_requests.ts";

const PAGE = 1024 * 1024;

function response(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

Deno.test("a response is found as it was, until its time is over", () => {
  const answered = new AnsweredRequests({ seed: 1 });
  for (let call = 1; call <= 3; call++) {
    answered.add({ key: `k${call}`, response: response(call * 100, call), call }, { now: 0, until: 32_000 });
  }
  assert.deepEqual(answered.find("k2", 31_999), { call: 2, response: response(200, 2) });
  assert.equal(answered.find("k2", 32_000), undefined);
  assert.equal(answered.find("k4", 0), undefined);
});

Deno.test("a request that is only taken has an empty response", () => {
  const answered = new AnsweredRequests({ seed: 1 });
  assert.ok(answered.add({ key: "k", response: response(0, 0), call: 7 }, { now: 0, until: 10 }));
  assert.deepEqual(answered.find("k", 5), { call: 7, response: response(0, 0) });
});

Deno.test("what is longer than a page is not kept", () => {
  const answered = new AnsweredRequests({ seed: 1 });
  assert.equal(
    answered.add({ key: "k", response: response(PAGE + 1, 1), call: 1 }, { now: 0, until: 10 }),
    false,
  );
  assert.ok(answered.add({ key: "k", response: response(PAGE, 1), call: 1 }, { now: 0, until: 10 }));
  assert.equal(answered.find("k", 5)!.response.length, PAGE);
});

Deno.test("pages are let go of with what they have, and there are never more than may be", () => {
  const answered = new AnsweredRequests({ seed: 1, pages: 4 });
  for (let call = 1; call <= 200; call++) {
    const bytes = response(100_000 + call, call);
    answered.add({ key: `k${call}`, response: bytes, call }, { now: call, until: call + 1_000 });
    assert.ok(answered.bytes <= 4 * PAGE);
    for (let older = Math.max(1, call - 25); older <= call; older++) {
      assert.deepEqual(answered.find(`k${older}`, call), {
        call: older,
        response: response(100_000 + older, older),
      });
    }
  }
  assert.equal(answered.find("k1", 200), undefined);
  answered.add({ key: "last", response: response(1, 1), call: 1 }, { now: 5_000, until: 6_000 });
  assert.ok(answered.bytes <= 2 * PAGE);
  assert.equal(answered.size, 1);
});
