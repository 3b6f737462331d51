import { equal, ok, throws } from "node:assert/strict";
import { PAGES } from "../../wasm/assembly/layout.ts";
import { makeBuilds } from "./builds.ts";
import { bytesOf } from "./dictionary.ts";
import { instrument } from "./instrument.ts";

const codec = new URL("../../wasm/codec.wasm", import.meta.url);

Deno.test("an instrumented codec has the codec's exports, no imports and one page more", () => {
  const { binary, counters } = instrument(Deno.readFileSync(codec));
  const before = new WebAssembly.Module(Deno.readFileSync(codec));
  const after = new WebAssembly.Module(binary);
  equal(WebAssembly.Module.imports(after).length, 0);
  equal(
    JSON.stringify(WebAssembly.Module.exports(after).map(({ name }) => name)),
    JSON.stringify(WebAssembly.Module.exports(before).map(({ name }) => name)),
  );
  ok(counters > 1_000);
  const instance = new WebAssembly.Instance(after);
  equal((instance.exports["memory"] as WebAssembly.Memory).buffer.byteLength, (PAGES + 1) * 65536);
});

Deno.test("counters tell how often a block was entered", () => {
  const { simd } = makeBuilds();
  const total = (text: string) => {
    simd.counters.fill(0);
    simd.codec.sip.read(simd.codec.load(bytesOf(text)));
    return simd.counters.reduce((sum, count) => sum + count, 0);
  };
  const head = "INVITE sip:a@b SIP/2.0\r\n";
  const line = "Subject: x\r\n";
  const one = total(`${head}${line}\r\n`);
  const two = total(`${head}${line.repeat(2)}\r\n`);
  const three = total(`${head}${line.repeat(3)}\r\n`);
  ok(one > 0);
  ok(two > one);
  // A line more costs what a line costs, give or take the step of 64 bytes that ends in it.
  ok(Math.abs(three - two - (two - one)) < 64, `${one} ${two} ${three}`);
});

Deno.test("a codec out of steps traps", () => {
  const { simd } = makeBuilds();
  simd.steps[0] = 1;
  throws(
    () => simd.codec.sip.read(simd.codec.load(bytesOf("A: b\r\n".repeat(10)))),
    WebAssembly.RuntimeError,
  );
  equal(simd.steps[0], 0);
  simd.steps[0] = 10_000;
  simd.codec.sip.read(simd.codec.load(bytesOf("A: b\r\n")));
});

Deno.test("instrument throws for a binary that is cut short", () => {
  throws(() => instrument(Deno.readFileSync(codec).subarray(0, 1_000)), RangeError);
});
