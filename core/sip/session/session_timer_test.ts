// RFC 4028 sections 7 to 10, as arrows; every cell of the table is walked.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { sessionTimer, type SessionTimerState } from "./session_timer.ts";

const states = Object.keys(sessionTimer) as SessionTimerState[];

const passed = walk(sessionTimer, {
  start: "off",
  running: [],
  outside: {
    ours: states,
    theirs: states,
    unshared: states,
    none: states,
    lost: states,
    refused: states,
    gaveUp: states,
    end: states,
  },
  timers: {
    stop: "stops all",
    startHalf: { starts: "half" },
    startRetry: { starts: "retry" },
    startExpiry: { starts: "expiry" },
  },
});

Deno.test("sessionTimer refreshes at half, and gives up before the end", () => {
  const refreshing = [...passed].filter(([arrow]) =>
    /^(refresh|retry|watch)\w+ (?!ours|theirs|uns|none|end)/.test(arrow)
  );
  assert.deepEqual(Object.fromEntries(refreshing.sort()), {
    "refresher gaveUp": "ignore",
    "refresher half": "refreshing",
    "refresher lost": "ignore",
    "refresher refused": "ignore",
    "refreshing expiry": "over",
    "refreshing gaveUp": "watching",
    "refreshing lost": "over",
    "refreshing refused": "retrying",
    "retrying gaveUp": "ignore",
    "retrying lost": "ignore",
    "retrying refused": "ignore",
    "retrying retry": "refreshing",
    "watching expiry": "over",
    "watching gaveUp": "ignore",
    "watching lost": "ignore",
    "watching refused": "ignore",
  });
});

Deno.test("sessionTimer begins anew with every 2xx, whatever was going on", () => {
  for (const state of states) {
    if (state === "over") continue;
    assert.equal(passed.get(`${state} ours`), "refresher");
    assert.equal(passed.get(`${state} theirs`), "watching");
    assert.equal(passed.get(`${state} unshared`), "alone");
    assert.equal(passed.get(`${state} none`), "off");
    assert.equal(passed.get(`${state} end`), "over");
  }
});

Deno.test("sessionTimer without the peer's knowing ends nothing but by silence", () => {
  assert.equal(passed.get("alone half"), "probing");
  assert.equal(passed.get("probing refused"), "alone");
  assert.equal(passed.get("probing gaveUp"), "alone");
  assert.equal(passed.get("probing lost"), "over");
});

Deno.test("sessionTimer has no cell that cannot be reached", () => {
  assert.deepEqual(livingCells(sessionTimer).filter((cell) => !passed.has(cell)), []);
});

Deno.test("sessionTimer never has two timers at a time", () => {
  for (const state of states) {
    for (const [event, cell] of Object.entries(sessionTimer[state])) {
      if (typeof cell === "string") continue;
      const starts = cell.slice(1).filter((effect) => effect.startsWith("start"));
      assert.ok(starts.length <= 1, `${state} ${event}`);
      const isTimer = ["half", "retry", "expiry"].includes(event);
      const isUntimed = state === "off" || state === "probing";
      assert.ok(starts.length === 0 || isTimer || isUntimed || cell.includes("stop"), `${state} ${event}`);
    }
  }
});
