import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { PAGES } from "./assembly/layout.ts";
import { scalar, simd } from "./binaries.js";
import { createCodec, loadCodec, loadModule } from "./loader.ts";

const noWasm = new Uint8Array(8);
/** A module of nothing: the header alone. */
const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

for (const [name, build] of [["codec.wasm", simd], ["codec_scalar.wasm", scalar]] as const) {
  Deno.test(`${name} imports nothing, and its memory cannot grow`, async () => {
    const module = await loadModule(build);
    deepEqual(WebAssembly.Module.imports(module), []);
    const { memory } = createCodec(module).wasm;
    const { buffer } = memory;
    equal(buffer.byteLength, PAGES * 65536);
    throws(() => memory.grow(1), RangeError);
    equal(memory.buffer, buffer);
  });
}

Deno.test("loadCodec takes the build with SIMD, and the other one where an engine refuses that", async () => {
  equal((await loadCodec()).simd, true);
  equal((await loadCodec(noWasm)).simd, false);
  equal((await loadCodec(scalar)).simd, false);
  await rejects(loadCodec(noWasm, noWasm), { name: "TypeError", message: "This engine takes neither build" });
});

Deno.test("loadCodec says what fetching came to", async () => {
  const answer = new Response(null, { status: 404 });
  await rejects(loadCodec(answer), { name: "TypeError", message: /^Fetching .*failed: 404$/ });
});

Deno.test("createCodec refuses another module", async () => {
  await rejects(loadCodec(empty), { name: "TypeError", message: /^Not a build of the codec/ });
  throws(() => createCodec(new WebAssembly.Module(empty)), TypeError);
});
