import assert from "node:assert/strict";

Deno.test("AssemblyScript has no decorators: the formatter would delete them without a word", async () => {
  for await (const { name } of Deno.readDir("wasm/assembly")) {
    if (!name.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(`wasm/assembly/${name}`);
    text.split("\n").forEach((line, index) => {
      assert.doesNotMatch(line, /^\s*@\w/, `wasm/assembly/${name}:${index + 1}`);
    });
  }
});
