import assert from "node:assert/strict";
import { type SubscriptionEvent, type SubscriptionState, subscriptionTable } from "./subscription_table.ts";

const states = Object.keys(subscriptionTable) as SubscriptionState[];
const outcomes: readonly SubscriptionEvent[] = ["accepted", "brief", "refused", "unknown", "failed"];
const out: readonly SubscriptionState[] = ["subscribing", "refreshing", "ending"];

Deno.test("subscriptionTable: a response comes while a SUBSCRIBE is out, and then always leads somewhere", () => {
  for (const state of states) {
    for (const event of outcomes) {
      const cell = subscriptionTable[state][event];
      if (out.includes(state)) assert.ok(typeof cell !== "string", `${state} ${event}`);
      else assert.equal(cell, "never", `${state} ${event}`);
    }
  }
});

Deno.test("subscriptionTable forgets its dialog wherever it is given up, and before another one is begun", () => {
  for (const state of states) {
    if (state === "idle" || state === "waiting" || state === "ended") continue;
    for (const [event, cell] of Object.entries(subscriptionTable[state])) {
      if (typeof cell === "string") continue;
      const [next, ...effects] = cell;
      const isNew = effects.includes("subscribe");
      if (next === "ended" || next === "waiting" || isNew) {
        assert.equal(effects[0], "forget", `${state} ${event}`);
      }
    }
  }
});

Deno.test("subscriptionTable can be stopped in every state", () => {
  for (const state of states) {
    if (state === "ended" || state === "ending") continue;
    const cell = subscriptionTable[state].stop;
    assert.ok(typeof cell !== "string", state);
    assert.ok(["ended", "ending"].includes(cell[0]), state);
  }
});
