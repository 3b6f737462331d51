import assert from "node:assert/strict";
import { type Collection, overCalls, readCollection } from "./collections.ts";

Deno.test("readCollection: young and full collections, and lines that are none", () => {
  const young =
    "[24078:0x55d3d3706000]       81 ms: Scavenge 22.1 (32.4) -> 11.5 (27.5) MB, pooled: 6.5 MB, 1.22 ms";
  assert.deepEqual(readCollection(young), { at: 81, kind: "young", before: 22.1, after: 11.5 });
  const full =
    "[7:0x7f00]   121345 ms: Mark-Compact (reduce) 45.2 (60.1) -> 33.0 (58.0) MB, pooled: 0 MB, 12.3 / 0.0 ms (+ 5 ms in 4 steps)";
  assert.deepEqual(readCollection(full), { at: 121_345, kind: "full", before: 45.2, after: 33 });
  const bit =
    "[7:0x7f00] 179 ms: Incremental Mark-Compact 57.3 (69.9) -> 46.1 (59.0) MB, pooled: 0.0 MB, 41 / 0 ms";
  assert.deepEqual(readCollection(bit), { at: 179, kind: "full", before: 57.3, after: 46.1 });
  assert.equal(readCollection("ready"), undefined);
  assert.equal(readCollection("[7:0x7f00] 12 ms: Something else"), undefined);
});

Deno.test("overCalls: between two samples; what was before the first or after the last is left out", () => {
  const samples = [{ at: 100, calls: 0 }, { at: 200, calls: 1_000 }, { at: 300, calls: 3_000 }];
  const collections = [50, 150, 250, 299, 301].map((at): Collection => ({
    at,
    kind: "full",
    before: 2,
    after: 1,
  }));
  assert.deepEqual(overCalls({ samples, collections }).map(({ calls }) => calls), [500, 2_000, 2_980]);
});
