import assert from "node:assert/strict";
import { Rhythm } from "./rhythm.ts";

Deno.test("Rhythm sleeps between events that are far from each other", () => {
  const rhythm = new Rhythm();
  for (let now = 10; now < 2_000; now += 10) assert.equal(rhythm.woken(now), false);
});

Deno.test("Rhythm holds when events are dense, bears a gap, and sleeps again when they are over", () => {
  const rhythm = new Rhythm();
  let now = 0;
  while (!rhythm.woken(++now)) assert.ok(now < 100);
  for (let count = 0; count < 100; count++) {
    assert.equal(rhythm.held(0), true);
    assert.equal(rhythm.held(5), true);
  }
  let looks = 0;
  while (rhythm.held(0)) assert.ok(++looks < 20);
  assert.equal(rhythm.woken(now + 500), false);
});
