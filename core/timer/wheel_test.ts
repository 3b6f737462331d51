import assert from "node:assert/strict";
import fc from "fast-check";
import { type TimerId, TimerWheel } from "./wheel.ts";

interface Named {
  readonly name: string;
}

function fired(wheel: TimerWheel<Named>, now: number): string[] {
  const names: string[] = [];
  wheel.advance(now, (owner, kind) => names.push(`${owner.name} ${kind}`));
  return names;
}

Deno.test("TimerWheel fires what is due in order of time, and once", () => {
  const wheel = new TimerWheel<Named>({ now: 1000 });
  wheel.schedule(1500, { name: "b" }, "timerA");
  wheel.schedule(1200, { name: "a" }, "timerE");
  wheel.schedule(33_000, { name: "c" }, "timerB");
  assert.equal(wheel.size, 3);
  assert.deepEqual(fired(wheel, 1199), []);
  assert.deepEqual(fired(wheel, 1500), ["a timerE", "b timerA"]);
  assert.deepEqual(fired(wheel, 40_000), ["c timerB"]);
  assert.equal(wheel.size, 0);
  assert.equal(wheel.next, undefined);
});

Deno.test("TimerWheel fires a time already past at the next advance, even one to the same time", () => {
  const wheel = new TimerWheel<Named>({ now: 10.5 });
  wheel.schedule(10.25, { name: "past" }, "x");
  wheel.schedule(10.5, { name: "present" }, "x");
  wheel.schedule(10.75, { name: "later" }, "x");
  assert.ok(wheel.next! <= 10.5);
  assert.deepEqual(fired(wheel, 10.5), ["past x", "present x"]);
  assert.deepEqual(fired(wheel, 11), ["later x"]);
});

Deno.test("TimerWheel fires in the same advance what is scheduled while firing and already due", () => {
  const wheel = new TimerWheel<Named>({ now: 0 });
  const order: string[] = [];
  wheel.schedule(100, { name: "first" }, "x");
  wheel.schedule(300, { name: "last" }, "x");
  wheel.advance(500, (owner) => {
    order.push(owner.name);
    if (owner.name !== "first") return;
    wheel.schedule(50, { name: "at once" }, "x");
    wheel.schedule(200, { name: "between" }, "x");
    wheel.schedule(501, { name: "not due" }, "x");
  });
  assert.deepEqual(order, ["first", "at once", "between", "last"]);
  assert.equal(wheel.size, 1);
});

Deno.test("TimerWheel cancel takes 0, dead ids and ids whose place was used again", () => {
  const wheel = new TimerWheel<Named>({ now: 0 });
  wheel.cancel(0);
  const id = wheel.schedule(10, { name: "a" }, "x");
  wheel.cancel(id);
  wheel.cancel(id);
  const second = wheel.schedule(10, { name: "b" }, "x");
  assert.notEqual(second, id);
  wheel.cancel(id);
  assert.equal(wheel.size, 1);
  assert.deepEqual(fired(wheel, 10), ["b x"]);
  wheel.cancel(second);
  assert.equal(wheel.size, 0);
});

Deno.test("TimerWheel cancels, while firing, a timer of the same millisecond", () => {
  const wheel = new TimerWheel<Named>({ now: 0 });
  const order: string[] = [];
  let second: TimerId = 0;
  wheel.schedule(5, { name: "a" }, "x");
  second = wheel.schedule(5, { name: "b" }, "x");
  wheel.schedule(5, { name: "c" }, "x");
  wheel.advance(5, (owner) => {
    order.push(owner.name);
    wheel.cancel(second);
  });
  assert.deepEqual(order, ["a", "c"]);
});

Deno.test("TimerWheel stays whole when firing throws", () => {
  const wheel = new TimerWheel<Named>({ now: 0 });
  wheel.schedule(5, { name: "a" }, "x");
  wheel.schedule(5, { name: "b" }, "x");
  wheel.schedule(70, { name: "c" }, "x");
  assert.throws(() =>
    wheel.advance(100, () => {
      throw new Error("broken");
    })
  );
  assert.deepEqual(fired(wheel, 100), ["b x", "c x"]);
});

Deno.test("TimerWheel refuses times that are none, and more timers than its limit", () => {
  const wheel = new TimerWheel<Named>({ now: 0, limit: 1 });
  assert.throws(() => wheel.schedule(NaN, { name: "a" }, "x"), RangeError);
  assert.throws(() => wheel.schedule(Infinity, { name: "a" }, "x"), RangeError);
  wheel.schedule(1, { name: "a" }, "x");
  assert.throws(() => wheel.schedule(1, { name: "b" }, "x"), RangeError);
  fired(wheel, 1);
  wheel.schedule(2, { name: "b" }, "x");
  assert.throws(() => new TimerWheel<Named>({ now: 0, limit: 0 }), RangeError);
});

Deno.test("TimerWheel keeps thousands of timers in order through growth of its slab", () => {
  const wheel = new TimerWheel<Named>({ now: 0 });
  for (let i = 0; i < 5000; i++) wheel.schedule((i * 7919) % 5000, { name: String((i * 7919) % 5000) }, "x");
  assert.deepEqual(fired(wheel, 5000), Array.from({ length: 5000 }, (_, i) => `${i} x`));
});

// The model is a list sorted by whole millisecond, then by order of scheduling.
interface Expected {
  readonly id: TimerId;
  readonly tick: number;
  readonly serial: number;
}

const delay = fc.oneof(
  fc.integer({ min: -50, max: 200 }),
  fc.integer({ min: 0, max: 70_000 }),
  fc.double({ min: 0, max: 5000, noNaN: true }),
  fc.integer({ min: 0, max: 3 }).map((blocks) => blocks * 2 ** 30),
  fc.integer({ min: 0, max: 2 ** 40 }),
);

const step = fc.oneof(
  fc.record({ type: fc.constant("schedule" as const), delay, again: fc.option(delay, { nil: undefined }) }),
  fc.record({ type: fc.constant("cancel" as const), nth: fc.nat() }),
  fc.record({ type: fc.constant("advance" as const), delay }),
  fc.record({ type: fc.constant("toNext" as const) }),
);

Deno.test("TimerWheel fires what a naive sorted list fires", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2 ** 42, noNaN: true })),
      fc.array(step, { maxLength: 60 }),
      (start, steps) => {
        interface Owner {
          serial: number;
          again: number | undefined;
        }
        const wheel = new TimerWheel<Owner>({ now: start });
        const ids: TimerId[] = [];
        let waiting: Expected[] = [];
        let now = start;
        let present = Math.floor(start);
        const schedule = (at: number, again: number | undefined) => {
          const serial = ids.length;
          const id = wheel.schedule(at, { serial, again }, "x");
          ids.push(id);
          waiting.push({ id, serial, tick: at <= now ? present : Math.max(present, Math.ceil(at)) });
        };
        const advance = (to: number) => {
          now = Math.max(now, to);
          wheel.advance(to, (owner) => {
            waiting.sort((a, b) => a.tick - b.tick || a.serial - b.serial);
            const first = waiting.shift()!;
            assert.equal(owner.serial, first.serial);
            assert.ok(first.tick <= now);
            present = Math.max(present, first.tick);
            if (owner.again !== undefined) schedule(present + owner.again, undefined);
          });
          present = Math.floor(now);
          assert.ok(waiting.every((one) => one.tick > now));
        };
        for (const one of steps) {
          if (one.type === "schedule") schedule(now + one.delay, one.again);
          else if (one.type === "advance") advance(now + one.delay);
          else if (one.type === "toNext") advance(wheel.next ?? now);
          else if (ids.length > 0) {
            const id = ids[one.nth % ids.length]!;
            wheel.cancel(id);
            waiting = waiting.filter((other) => other.id !== id);
          }
          assert.equal(wheel.size, waiting.length);
          if (waiting.length === 0) assert.equal(wheel.next, undefined);
          else assert.ok(wheel.next! <= Math.min(...waiting.map((other) => other.tick)));
        }
        for (let turns = 0; wheel.next !== undefined; turns++) {
          assert.ok(turns < 2000, "next does not lead to the last timer");
          advance(wheel.next);
        }
        assert.equal(waiting.length, 0);
      },
    ),
    { numRuns: 500 },
  );
});
