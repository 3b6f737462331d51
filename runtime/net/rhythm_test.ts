import assert from "node:assert/strict";
import { Rhythm } from "./rhythm.ts";

const some = { events: 1, full: false };
const none = { events: 0, full: false };

Deno.test("Rhythm sleeps between events that are far from each other", () => {
  const rhythm = new Rhythm();
  for (let now = 10; now < 2_000; now += 10) assert.equal(rhythm.next(now, some), "sleep");
});

Deno.test("Rhythm looks now and then when events are dense, and sleeps again when they are over", () => {
  const rhythm = new Rhythm();
  let now = 0;
  while (rhythm.next(++now, some) === "sleep") assert.ok(now < 100);
  for (let count = 0; count < 100; count++) {
    now += 3;
    assert.equal(rhythm.next(now - 2, none), "pause");
    assert.equal(rhythm.next(now, some), "pause");
  }
  let looks = 0;
  while (rhythm.next(++now, none) === "pause") assert.ok(++looks < 20);
  assert.equal(rhythm.next(now + 500, some), "sleep");
});

Deno.test("Rhythm goes on at once when a turn was full", () => {
  const rhythm = new Rhythm();
  assert.equal(rhythm.next(1_000, { events: 64, full: true }), "go");
});
