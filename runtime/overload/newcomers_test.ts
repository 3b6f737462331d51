import assert from "node:assert/strict";
import { RecordedLog } from "../../test/recording_relay.ts";
import { Newcomers } from "./newcomers.ts";

const STEP = 20;

/** Calls and browsers at one relay, as overload.ts has them. */
class Both {
  readonly log = new RecordedLog();
  readonly calls = new Newcomers({ log: this.log, target: 20, heapShare: 0.75, noun: "call" });
  readonly browsers = new Newcomers({ log: this.log, target: 100, heapShare: 0.85, noun: "browser" });
  #now = 0;

  /** A second in which 50 of each come in every step, and how many of them are taken. */
  second(state: { delay: number; heap: number }): { calls: number; browsers: number } {
    let [calls, browsers] = [0, 0];
    const end = this.#now + 1_000;
    for (; this.#now < end; this.#now += STEP) {
      for (const newcomers of [this.calls, this.browsers]) newcomers.sample(state, this.#now);
      for (let i = 0; i < 50; i++) {
        calls += Number(this.calls.admits(this.#now));
        browsers += Number(this.browsers.admits(this.#now));
      }
    }
    return { calls, browsers };
  }

  get texts(): string[] {
    return this.log.lines.map(({ text }) => text);
  }
}

Deno.test("Newcomers: calls are turned away first, browsers when that does not help, and either is taken again", () => {
  const both = new Both();
  assert.deepEqual(both.second({ delay: 5, heap: 0.1 }), { calls: 2_500, browsers: 2_500 });
  both.second({ delay: 60, heap: 0.1 });
  const busy = both.second({ delay: 60, heap: 0.1 });
  assert.ok(busy.calls < 2_500 && busy.browsers === 2_500, JSON.stringify(busy));
  both.second({ delay: 300, heap: 0.1 });
  const storm = both.second({ delay: 300, heap: 0.1 });
  assert.ok(storm.browsers > 0 && storm.browsers < 1_500, JSON.stringify(storm));
  assert.ok(both.browsers.isShedding);
  for (let second = 0; second < 20; second++) both.second({ delay: 1, heap: 0.1 });
  assert.deepEqual(both.second({ delay: 1, heap: 0.1 }), { calls: 2_500, browsers: 2_500 });
  assert.deepEqual(
    both.texts,
    [
      "Overloaded: not every new call is taken",
      "Overloaded: not every new browser is taken",
      "No longer overloaded: every new call is taken",
      "No longer overloaded: every new browser is taken",
    ],
  );
  assert.ok(both.browsers.refused > 0 && both.calls.refused > both.browsers.refused);
});

Deno.test("Newcomers: a heap that fills up keeps calls out first, then browsers", () => {
  const both = new Both();
  assert.deepEqual(both.second({ delay: 0, heap: 0.8 }), { calls: 0, browsers: 2_500 });
  assert.deepEqual(both.second({ delay: 0, heap: 0.9 }), { calls: 0, browsers: 0 });
  assert.deepEqual([both.calls.limit, both.browsers.limit], [0, 0]);
  assert.deepEqual(both.second({ delay: 0, heap: 0.5 }), { calls: 2_500, browsers: 2_500 });
});
