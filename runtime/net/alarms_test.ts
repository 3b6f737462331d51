import assert from "node:assert/strict";
import { Alarms } from "./alarms.ts";

function rig() {
  let now = 0;
  const alarms = new Alarms(() => now);
  const rung: string[] = [];
  const alarm = (name: string) => alarms.alarm(() => rung.push(name));
  const pass = (to: number) => alarms.ring(now = to);
  return { alarms, alarm, rung, pass };
}

Deno.test("Alarms ring by a timer of Deno's while nobody holds them", async () => {
  const alarms = new Alarms();
  const { promise, resolve } = Promise.withResolvers<void>();
  const at = performance.now() + 5;
  alarms.alarm(resolve).set(at);
  await promise;
  assert.ok(performance.now() >= at);
});

Deno.test("Alarms that are held ring when they are due and whoever holds them says the time, and once", () => {
  const { alarms, alarm, rung, pass } = rig();
  alarms.hold(true);
  const [early, late] = [alarm("early"), alarm("late")];
  late.set(20);
  early.set(10);
  assert.equal(alarms.next, 10);
  pass(9);
  assert.deepEqual(rung, []);
  pass(10);
  assert.deepEqual([rung, alarms.next], [["early"], 20]);
  pass(50);
  pass(60);
  assert.deepEqual([rung, alarms.next], [["early", "late"], Infinity]);
});

Deno.test("Alarms forget an earlier setting, and one that is cleared", () => {
  const { alarms, alarm, rung, pass } = rig();
  alarms.hold(true);
  const [moved, cleared] = [alarm("moved"), alarm("cleared")];
  moved.set(10);
  moved.set(30);
  cleared.set(10);
  cleared.clear();
  pass(20);
  assert.deepEqual(rung, []);
  pass(30);
  assert.deepEqual(rung, ["moved"]);
});

Deno.test("Alarms may be set again by what they ring", () => {
  const { alarms, rung, pass } = rig();
  alarms.hold(true);
  const again = alarms.alarm(() => {
    rung.push("again");
    if (rung.length < 3) again.set(rung.length * 10);
  });
  again.set(0);
  for (const now of [0, 10, 20, 30]) pass(now);
  assert.equal(rung.length, 3);
});

Deno.test("Alarms change hands without a loss: what was set before they are held, or while, rings once", async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const [before, during] = [
    alarms.alarm(() => rung.push("before")),
    alarms.alarm(() => (rung.push("during"), resolve())),
  ];
  before.set(performance.now());
  alarms.hold(true);
  alarms.ring(performance.now() + 1);
  assert.deepEqual(rung, ["before"]);
  during.set(performance.now() + 2);
  alarms.hold(false);
  await promise;
  assert.deepEqual(rung, ["before", "during"]);
});
