import assert from "node:assert/strict";
import { livingCells, walk } from "../machine/walk.ts";
import { type TransferEvent, type TransferState, transferTable } from "./transfer_table.ts";

const always: readonly TransferState[] = ["asked", "underWay", "over"];

Deno.test("transferTable reaches every cell but that of a timer which has stopped", () => {
  const events: readonly TransferEvent[] = ["accepted", "refused", "progress", "final"];
  const passed = walk(transferTable, {
    start: "asked",
    running: ["lapsed"],
    outside: Object.fromEntries(events.map((event) => [event, always])),
    timers: { wait: { starts: "lapsed" }, release: "stops all" },
  });
  assert.deepEqual(livingCells(transferTable).filter((cell) => !passed.has(cell)), ["over lapsed"]);
});

Deno.test("transferTable answers the REFER once, tells its end once, and lets go", () => {
  for (const state of ["asked", "underWay"] as const) {
    for (const [event, cell] of Object.entries(transferTable[state])) {
      if (typeof cell === "string") continue;
      const [next, ...effects] = cell;
      const answers = effects.filter((effect) => effect.startsWith("answer"));
      assert.equal(answers.length, state === "asked" ? 1 : 0, `${state} ${event}`);
      assert.equal(effects.includes("release"), next === "over", `${state} ${event}`);
      const ends = effects.filter((effect) => effect === "tellFinal" || effect === "tellLapsed");
      assert.equal(
        ends.length,
        next === "over" && !answers.some((each) => each !== "answerAccepted") ? 1 : 0,
      );
    }
  }
});
