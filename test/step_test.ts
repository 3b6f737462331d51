import assert from "node:assert/strict";
import { counted } from "./step.ts";

Deno.test("counted: a run of tests by its summary", () => {
  const lines = [
    "running 3 tests from ./a_test.ts",
    "a ... ok (1ms)",
    "b (skipped: no sipp) ... ignored (0ms)",
    "./b_test.ts => c (skipped: no tshark) ... ignored (0ms)",
    "",
    "ok | 1 passed (4 steps) | 0 failed | 2 ignored (12ms)",
  ];
  const skipped = ["b (skipped: no sipp)", "c (skipped: no tshark)"];
  assert.deepEqual(counted(lines, true), { passed: 1, failed: 0, skipped });
  assert.deepEqual(counted(["FAILED | 7 passed | 2 failed (1s)"], false), {
    passed: 7,
    failed: 2,
    skipped: [],
  });
});

Deno.test("counted: a run that fails with no failed test, or with no summary, is one failure", () => {
  assert.deepEqual(counted(["ok | 7 passed | 0 failed (1s)"], false), { passed: 7, failed: 1, skipped: [] });
  assert.deepEqual(counted(["error: Module not found"], false), { passed: 0, failed: 1, skipped: [] });
});

Deno.test("counted: what is no run of tests counts as one", () => {
  assert.deepEqual(counted([], true), { passed: 1, failed: 0, skipped: [] });
});
