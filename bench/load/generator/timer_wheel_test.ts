import assert from "node:assert/strict";
import fc from "fast-check";
import { TimerWheel } from "./timer_wheel.ts";

Deno.test("TimerWheel: fires what is due, once, and not before", () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("set" as const), timer: fc.nat(7), after: fc.nat(40_000) }),
    fc.record({ type: fc.constant("cancel" as const), timer: fc.nat(7) }),
    fc.record({ type: fc.constant("advance" as const), by: fc.nat(40_000) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let now = 100;
    const wheel = new TimerWheel(8, now);
    const due = new Map<number, number>();
    for (const each of steps) {
      if (each.type === "set") {
        wheel.set(each.timer, now + each.after);
        due.set(each.timer, now + each.after);
      } else if (each.type === "cancel") {
        wheel.cancel(each.timer);
        due.delete(each.timer);
      } else {
        now += each.by;
        // One that was set for a time that has been worked off already may fire a millisecond later.
        const fired = new Set<number>();
        wheel.advance(now + 1, (timer) => {
          assert.ok(!fired.has(timer));
          fired.add(timer);
        });
        for (const [timer, at] of due) {
          if (fired.has(timer)) assert.ok(at <= now + 1);
          else assert.ok(at > now, `timer ${timer} for ${at} did not fire at ${now}`);
        }
        for (const timer of fired) assert.ok(due.delete(timer));
        now += 1;
      }
      assert.equal(wheel.size, due.size);
    }
  }));
});

Deno.test("TimerWheel: what is set while others fire waits for a later advance", () => {
  const wheel = new TimerWheel(2, 0);
  const fired: number[] = [];
  wheel.set(0, 5);
  wheel.advance(5, (timer) => {
    fired.push(timer);
    wheel.set(1, 5);
  });
  assert.deepEqual(fired, [0]);
  wheel.advance(6, (timer) => void fired.push(timer));
  assert.deepEqual(fired, [0, 1]);
});

Deno.test("TimerWheel: one timer may cancel another that is due with it", () => {
  const wheel = new TimerWheel(2, 0);
  const fired: number[] = [];
  wheel.set(0, 5);
  wheel.set(1, 5);
  wheel.advance(10, (timer) => {
    fired.push(timer);
    wheel.cancel(1 - timer);
  });
  assert.equal(fired.length, 1);
  assert.equal(wheel.size, 0);
});
