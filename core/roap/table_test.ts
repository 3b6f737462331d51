import assert from "node:assert/strict";
import type { RoapEvent, RoapState } from "./events.ts";
import { roapTable } from "./table.ts";

const states = Object.keys(roapTable) as RoapState[];
const events = Object.keys(roapTable.initial) as RoapEvent[];
const timerOf: Readonly<Partial<Record<string, RoapEvent>>> = {
  waitForAnswer: "noAnswer",
  waitLonger: "noAnswer",
  waitForOk: "noOk",
  waitForShutdownOk: "noShutdownOk",
};

/** All states with the timer that runs in them, as steps from `initial` reach them. */
function places(): Map<string, { state: RoapState; timer: RoapEvent | undefined }> {
  const found = new Map<string, { state: RoapState; timer: RoapEvent | undefined }>();
  const next: { state: RoapState; timer: RoapEvent | undefined }[] = [{ state: "initial", timer: undefined }];
  for (let place = next.pop(); place !== undefined; place = next.pop()) {
    const name = `${place.state} ${place.timer}`;
    if (found.has(name)) continue;
    found.set(name, place);
    for (const event of events) {
      const cell = roapTable[place.state][event];
      if (cell === "ignore" || cell === "never") continue;
      if (event.startsWith("no") && event !== "noMatch" && event !== place.timer) continue;
      const [state, ...effects] = cell;
      let timer = state === place.state ? place.timer : undefined;
      for (const effect of effects) timer = timerOf[effect] ?? timer;
      next.push({ state, timer });
    }
  }
  return found;
}

Deno.test("roapTable reaches each of its states", () => {
  assert.deepEqual([...new Set([...places().values()].map(({ state }) => state))].sort(), [...states].sort());
});

Deno.test("roapTable has a cell for exactly the timers that can run in a state", () => {
  for (const state of states) {
    const running = [...places().values()].filter((place) => place.state === state).map(({ timer }) => timer);
    for (const timer of ["noAnswer", "noOk", "noShutdownOk"] as const) {
      assert.equal(roapTable[state][timer] !== "never", running.includes(timer), `${state} ${timer}`);
    }
  }
});

Deno.test("roapTable leaves no state that waits for the browser's OK or for ours to a SHUTDOWN without a timer", () => {
  for (const { state, timer } of places().values()) {
    if (state === "waitingForOk") assert.equal(timer, "noOk");
    if (state === "waitingForAnswer") assert.equal(timer, "noAnswer");
    if (state === "shuttingDown") assert.equal(timer, "noShutdownOk");
  }
});

Deno.test("roapTable takes whatever a browser sends, in each state", () => {
  for (const state of states) {
    for (const event of events) {
      if (event.startsWith("do") && event !== "doubleConflict") continue;
      if (["noAnswer", "noOk", "noShutdownOk"].includes(event)) continue;
      assert.notEqual(roapTable[state][event], "never", `${state} ${event}`);
    }
  }
});

Deno.test("roapTable answers each SHUTDOWN: with OK, or with ERROR once the session is closed", () => {
  for (const state of states) {
    const cell = roapTable[state].shutdown;
    assert.ok(cell !== "ignore" && cell !== "never");
    assert.equal(cell[1], state === "closed" ? "refuse" : "acknowledge");
  }
});

Deno.test("roapTable never answers an ERROR", () => {
  for (const state of states) {
    for (const event of ["conflict", "doubleConflict", "noMatch", "refused"] as const) {
      const cell = roapTable[state][event];
      if (cell !== "ignore" && cell !== "never") assert.ok(!cell.includes("refuse"), `${state} ${event}`);
    }
  }
});

Deno.test("roapTable does not come back from closed", () => {
  for (const event of events) {
    const cell = roapTable.closed[event];
    if (cell !== "ignore" && cell !== "never") assert.equal(cell[0], "closed");
  }
});
