import assert from "node:assert/strict";
import { budgetsOf, sentence } from "./budgets.ts";
import { direct } from "./targets/direct.ts";
import type { Trial } from "./trial.ts";

type Options = Parameters<typeof budgetsOf>[0];

function trial(
  target: string,
  rate: number,
  figures: { cost?: number; share?: number; p99?: number; others?: number },
): Trial {
  const { cost = 100, share = 1, p99 = 1, others = 0 } = figures;
  const delays = { count: 1, p50: 1, p99, p999: p99, most: p99 };
  return {
    target,
    rate,
    share,
    others,
    added: delays,
    cost: { perCall: cost, processors: 0.1, resolution: "nanoseconds" },
  } as Trial;
}

function sweep(name: string, knee: number, above: readonly Trial[] = []) {
  return { target: { ...direct, name }, sweep: { knee, isFound: true, trials: above, remarks: [] } };
}

/** With one round of each. */
function budgets({ rows, ...others }: Omit<Options, "compared"> & { readonly rows: readonly Trial[] }) {
  return budgetsOf({ compared: rows.map((trial) => [trial]), ...others });
}

function verdicts(options: Parameters<typeof budgets>[0]) {
  return budgets(options).map(({ kept }) => kept);
}

Deno.test("budgetsOf: a third of Kamailio's time, its knee, and 5 ms are kept", () => {
  const rows = [trial("Ropeway", 1_000, { cost: 100 }), trial("Kamailio", 1_000, { cost: 301 })];
  const sweeps = [sweep("Ropeway", 2_000), sweep("Kamailio", 2_000)];
  assert.deepEqual(verdicts({ rows, sweeps, half: trial("Ropeway", 1_000, { p99: 5 }) }), [true, true, true]);
});

Deno.test("budgetsOf: more time, fewer calls, a lower knee, a longer delay are misses", () => {
  const half = trial("Ropeway", 1_000, { p99: 5.1 });
  const sweeps = [sweep("Ropeway", 1_999, [trial("Ropeway", 2_100, {})]), sweep("Kamailio", 2_000)];
  const dear = [trial("Ropeway", 1_000, { cost: 102 }), trial("Kamailio", 1_000, { cost: 300 })];
  assert.deepEqual(verdicts({ rows: dear, sweeps, half }), [false, false, false]);
  const fewer = [trial("Ropeway", 1_000, { cost: 10, share: 0.99 }), trial("Kamailio", 1_000, { cost: 300 })];
  assert.equal(verdicts({ rows: fewer, sweeps, half })[0], false);
});

Deno.test("budgetsOf: low rates are not judged, nor is what nothing can be compared with", () => {
  const rows = [trial("Ropeway", 500, {}), trial("Kamailio", 500, {}), trial("Ropeway", 1_000, {})];
  const found = budgets({ rows, sweeps: [sweep("Ropeway", 10)], half: undefined });
  assert.deepEqual(found.map(({ kept }) => kept), [undefined, undefined, undefined]);
  assert.match(sentence(found[0]!), /not judged, Kamailio is not here/);
});

Deno.test("budgetsOf: what was missed on a busy machine is not judged", () => {
  const disturbed = [trial("Ropeway", 2_100, { others: 1 })];
  const sweeps = [sweep("Ropeway", 1_999, disturbed), sweep("Kamailio", 2_000)];
  const half = trial("Ropeway", 1_000, { p99: 50, others: 1 });
  assert.deepEqual(verdicts({ rows: [], sweeps, half }), [undefined, undefined]);
});

Deno.test("budgetsOf: an idle browser costs at most 25 KB, its kernel's memory included", () => {
  const verdict = (rss: number, kernel: number) => {
    const idle = { browsers: 10, rss, pss: 1, anonymous: 1, kernel };
    return verdicts({ rows: [], sweeps: [], half: undefined, idle }).at(-1);
  };
  assert.deepEqual([verdict(20, 4), verdict(20, 5), verdict(25, 0)], [true, false, false]);
});

Deno.test("budgetsOf: Ropeway with browsers that speak SIP is judged by its own time", () => {
  const rows = [
    trial("Ropeway", 1_000, { cost: 100 }),
    trial("Ropeway SIP", 1_000, { cost: 102 }),
    trial("Kamailio", 1_000, { cost: 300 }),
  ];
  const found = budgets({ rows, sweeps: [], half: undefined });
  assert.deepEqual(found.slice(0, 2).map(({ kept }) => kept), [true, false]);
  assert.match(sentence(found[1]!), /of Ropeway SIP at 1000 calls\/s/);
});

Deno.test("budgetsOf: times are compared within each round, and the median counts", () => {
  const of = (name: string, costs: readonly number[]) => costs.map((cost) => trial(name, 1_000, { cost }));
  // the second and third minute are twice and three times as slow for both
  const compared = [of("Ropeway", [100, 198, 310]), of("Kamailio", [310, 600, 900])];
  const [budget] = budgetsOf({ compared, sweeps: [], half: undefined });
  assert.equal(budget!.kept, true);
  assert.match(
    budget!.what,
    /33\.0 % of Kamailio's, in single rounds 32\.3 % to 34\.4 % \(198 µs to 600 µs\)/,
  );
  const dearer = [of("Ropeway", [104, 201, 310]), of("Kamailio", [310, 600, 900])];
  assert.equal(budgetsOf({ compared: dearer, sweeps: [], half: undefined })[0]!.kept, false);
  const even = [of("Ropeway", [30, 40]), of("Kamailio", [100, 100])];
  assert.equal(budgetsOf({ compared: even, sweeps: [], half: undefined })[0]!.kept, false);
});
