import assert from "node:assert/strict";
import { ENGINE } from "../../runtime/shards/process.ts";

Deno.test("the start task runs a lone shard with the engine that each of several has", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  const flags = String(tasks.start).split(" ").filter((word) => word.startsWith("--v8-flags="));
  assert.deepEqual(flags, [ENGINE]);
});
