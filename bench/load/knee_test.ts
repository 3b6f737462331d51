import assert from "node:assert/strict";
import { KneeFinder, type Verdict } from "./knee.ts";

/** Asks until the search is over. Answers the rates that were tried. */
function search(finder: KneeFinder, verdict: (rate: number) => Verdict): number[] {
  const tried: number[] = [];
  for (let rate = finder.next; rate !== undefined; rate = finder.next) {
    tried.push(rate);
    assert.ok(tried.length < 100, "The search has no end");
    finder.add(verdict(rate));
  }
  return tried;
}

Deno.test("KneeFinder: finds the highest rate that is borne, as precisely as it is asked to", () => {
  for (const knee of [130, 777, 2_000, 9_999]) {
    const finder = new KneeFinder({ from: 100, to: 50_000, precision: 1.05 });
    search(finder, (rate) => rate <= knee ? "borne" : "too much");
    assert.ok(finder.isFound);
    assert.ok(finder.knee <= knee && finder.knee * 1.05 >= knee - 1, `${finder.knee} of ${knee}`);
  }
});

Deno.test("KneeFinder: goes down when the first rate is too much", () => {
  const finder = new KneeFinder({ from: 1_000, to: 50_000 });
  search(finder, (rate) => rate <= 90 ? "borne" : "too much");
  assert.ok(finder.knee > 80 && finder.knee <= 90, String(finder.knee));
});

Deno.test("KneeFinder: a target that bears nothing has no knee", () => {
  const finder = new KneeFinder({ from: 100, to: 50_000 });
  const tried = search(finder, () => "too much");
  assert.equal(finder.knee, 0);
  assert.ok(tried.includes(1));
});

Deno.test("KneeFinder: a target that bears everything has its knee above the last rate", () => {
  const finder = new KneeFinder({ from: 100, to: 1_000 });
  const tried = search(finder, () => "borne");
  assert.equal(finder.knee, 1_000);
  assert.equal(finder.isFound, false);
  assert.deepEqual(tried, [100, 150, 225, 338, 507, 761, 1_000]);
});

Deno.test("KneeFinder: a rate is believed to be too much the second time", () => {
  const finder = new KneeFinder({ from: 100, to: 150, precision: 1.5 });
  const verdicts: Verdict[] = ["borne", "too much", "borne"];
  const tried = search(finder, () => verdicts.shift() ?? "too much");
  assert.deepEqual(tried, [100, 150, 150]);
  assert.equal(finder.knee, 150);
});

Deno.test("KneeFinder: a disturbed trial says nothing, but not for ever", () => {
  const finder = new KneeFinder({ from: 100, to: 200, factor: 2, precision: 2 });
  const tried = search(finder, (rate) => rate === 100 ? "borne" : "disturbed");
  assert.deepEqual(tried, [100, 200, 200, 200]);
  assert.equal(finder.knee, 100);
});

Deno.test("KneeFinder: nothing is asked for after the end", () => {
  const finder = new KneeFinder({ from: 100, to: 100 });
  finder.add("borne");
  assert.equal(finder.next, undefined);
  assert.throws(() => finder.add("borne"), RangeError);
});
