import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readSubscriptionState reads state, reason and times", () => {
  const found = headers.subscriptionState(
    valueOf("Subscription-State: Terminated;Reason=Probation;retry-after=30"),
  );
  assert.ok(!isMalformed(found));
  const { state, expires, reason, retryAfter } = found;
  assert.deepEqual({ state, expires, reason, retryAfter }, {
    state: "terminated",
    expires: -1,
    reason: "probation",
    retryAfter: 30,
  });
});

Deno.test("readSubscriptionState refuses times that are none", () => {
  assertMalformed("Subscription-State", (value) => headers.subscriptionState(value), [
    "",
    "active;expires=",
    "active;expires",
    "active;expires=1.5",
    "active;retry-after=-1",
    "active pending",
  ]);
});
