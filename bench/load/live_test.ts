import assert from "node:assert/strict";
import type { Progress } from "./generator/options.ts";
import { lineOf, Live, sparkline } from "./live.ts";

const progress: Progress = {
  event: "progress",
  phase: "measuring",
  elapsed: 2_500,
  open: 200,
  registered: 0,
  completed: 900,
  failed: 2,
  active: 31,
  settingUp: 4,
  answered: 250,
  p50: 11.2,
  p99: 18.7,
};

Deno.test("sparkline: heights against the greatest", () => {
  assert.equal(sparkline([0, 4, 8]), "▁▅█");
  assert.equal(sparkline([0, 0]), "▁▁");
  assert.equal(sparkline([]), "");
});

Deno.test("lineOf: says what goes on, with curves where there is room", () => {
  const curves = { answered: [500, 1_000], delays: [9, 18.7] };
  for (const columns of [60, 80, 200]) {
    const line = lineOf(progress, { label: "Ropeway 1000/s", processors: 0.41, ...curves, columns });
    for (const part of ["Ropeway 1000/s", "measuring 2.5 s", "1000/s", "p99 19 ms", "2 failed", "0.41 cpu"]) {
      assert.ok(line.includes(part), `${part} in ${line}`);
    }
    assert.equal(line.includes("▅█"), columns > 80, line);
    if (columns > 60) assert.ok([...line].length <= columns);
  }
});

Deno.test("Live: draws one line over the last and never a second one", () => {
  const written: string[] = [];
  const live = new Live({ write: (text) => void written.push(text), columns: () => 40 });
  live.begin("Ropeway 1000/s");
  live.show({ ...progress, elapsed: 250 }, 0.4);
  live.show({ ...progress, elapsed: 500 }, 0.4);
  live.clear();
  for (const text of written) {
    assert.ok(text.startsWith("\x1b[2K\r"));
    assert.ok([...text.slice(5)].length < 40);
    assert.ok(!text.includes("\n"));
  }
});
