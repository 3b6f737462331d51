import assert from "node:assert/strict";
import { livingCells, walk } from "../machine/walk.ts";
import { exchangeTable } from "./exchange_table.ts";

Deno.test("exchangeTable: every cell can be reached, and no timer is left", () => {
  const always = ["waiting", "taken", "over"] as const;
  // the first timer may be the longer one, of a browser's exchange, or the shorter of a SIP peer's
  for (const running of [["silent"], ["trying"]] as const) {
    const passed = walk(exchangeTable, {
      start: "waiting",
      running,
      outside: {
        accepted: always,
        acceptedLast: always,
        refused: always,
        refusedLast: always,
        abandoned: always,
      },
      timers: { waitForAnswer: { starts: "silent" }, release: "stops all" },
    });
    const timers = livingCells(exchangeTable).filter((cell) => /(trying|silent)$/.test(cell));
    for (const cell of livingCells(exchangeTable)) {
      if (!timers.includes(cell)) assert.ok(passed.has(cell), cell);
    }
  }
});

Deno.test("exchangeTable: one answer at most, and always one unless the one who asked is gone", () => {
  for (const [event, cell] of Object.entries(exchangeTable.waiting)) {
    const effects = cell as readonly string[];
    const answers = effects.filter((effect) => /^answer(Ok|Refusal|Silence)$/.test(effect));
    const ends = effects[0] !== "waiting" && event !== "abandoned";
    assert.equal(answers.length, ends ? 1 : 0, event);
  }
  for (const cell of Object.values(exchangeTable.taken)) {
    assert.ok(!cell.toString().includes("answer"), String(cell));
  }
});
