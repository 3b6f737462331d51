import assert from "node:assert/strict";
import boundaries from "./boundaries.ts";

/** The rules that a text breaks when it stands at `path`. */
function broken(path: string, text: string): string[] {
  return Deno.lint.runPlugin(boundaries, path, text).map((diagnostic) => diagnostic.id);
}

Deno.test("arrows: runtime → core → wasm is in order", () => {
  assert.deepEqual(broken("runtime/main.ts", `import { a } from "../core/relay/relay.ts";`), []);
  assert.deepEqual(broken("runtime/main.ts", `import { a } from "../wasm/codec.ts";`), []);
  assert.deepEqual(broken("core/sip/dialog.ts", `import { sip } from "../../wasm/sip.ts";`), []);
  assert.deepEqual(broken("core/context.ts", `import type { TimerWheel } from "./timer/wheel.ts";`), []);
  assert.deepEqual(broken("core/relay/call.ts", `import { a } from "../roap/session.ts";`), []);
  assert.deepEqual(broken("core/location/registrar.ts", `import { a } from "../sip/response.ts";`), []);
  assert.deepEqual(broken("wasm/sip.ts", `import { INPUT } from "./assembly/layout.ts";`), []);
  assert.deepEqual(
    broken("bench/micro.ts", `import { a } from "../runtime/log.ts"; import "../wasm/sip.ts";`),
    [],
  );
});

Deno.test("arrows: nothing points up", () => {
  const ids = ["house/arrows"];
  assert.deepEqual(broken("core/relay/relay.ts", `import { log } from "../../runtime/log.ts";`), ids);
  assert.deepEqual(broken("wasm/sip.ts", `import type { Hop } from "../core/hop.ts";`), ids);
  assert.deepEqual(broken("wasm/sip.ts", `import { a } from "../runtime/a.ts";`), ids);
  assert.deepEqual(broken("runtime/main.ts", `import { a } from "../bench/a.ts";`), ids);
  assert.deepEqual(broken("runtime/main.ts", `import { a } from "../test/a.ts";`), ids);
  assert.deepEqual(broken("core/hop.ts", `import { a } from "./sip/dialog.ts";`), ids);
});

Deno.test("arrows: a test may use what test has, and the settings at the root", () => {
  assert.deepEqual(broken("core/sip/a_test.ts", `import { a } from "../../test/network.ts";`), []);
  assert.deepEqual(
    broken("runtime/a_test.ts", `import settings from "../deno.json" with { type: "json" };`),
    [],
  );
  assert.deepEqual(broken("core/sip/a_test.ts", `import { a } from "../../runtime/a.ts";`), ["house/arrows"]);
});

Deno.test("arrows: core's folders do not point sideways", () => {
  const ids = ["house/arrows"];
  assert.deepEqual(broken("core/sip/dialog.ts", `import { a } from "../roap/session.ts";`), ids);
  assert.deepEqual(broken("core/roap/session.ts", `import type { A } from "../sip/dialog.ts";`), ids);
  assert.deepEqual(broken("core/location/bindings.ts", `import { a } from "../relay/call.ts";`), ids);
  assert.deepEqual(broken("core/timer/wheel.ts", `import { a } from "../sip/dialog.ts";`), ids);
  assert.deepEqual(broken("core/unheard/of.ts", `import { a } from "../sip/dialog.ts";`), ids);
});

Deno.test("arrows: every form of import counts", () => {
  const ids = ["house/arrows"];
  assert.deepEqual(broken("core/sip/a.ts", `export { a } from "../roap/a.ts"; export const b = 1;`), ids);
  assert.deepEqual(broken("core/sip/a.ts", `export type A = import("../roap/a.ts").A;`), ids);
  assert.deepEqual(broken("core/sip/a.ts", `import("../roap/a.ts");`), ids);
  assert.deepEqual(broken("core/sip/a.ts", `import type { A } from "../../core/roap/a.ts";`), ids);
});

Deno.test("arrows: wasm alone knows the layout of its memory", () => {
  const layout = `import { INPUT } from "../../wasm/assembly/layout.ts";`;
  assert.deepEqual(broken("core/sip/a.ts", layout), ["house/arrows"]);
  assert.deepEqual(broken("runtime/net/a.ts", layout), ["house/arrows"]);
  assert.deepEqual(
    broken("core/sip/a.ts", `import { METHOD_INVITE } from "../../wasm/assembly/codes.ts";`),
    [],
  );
  assert.deepEqual(broken("core/sip/a.ts", `import { A } from "../../wasm/assembly/roap_codes.ts";`), []);
  assert.deepEqual(broken("wasm/assembly/sip.ts", `import { a } from "../sip.ts";`), ["house/arrows"]);
});

Deno.test("arrows: core has no libraries of the machine, its tests only test libraries", () => {
  assert.deepEqual(broken("core/sip/a.ts", `import { a } from "node:crypto";`), ["house/arrows"]);
  assert.deepEqual(broken("core/sip/a.ts", `import { a } from "zod";`), ["house/arrows"]);
  assert.deepEqual(broken("core/sip/a_test.ts", `import assert from "node:assert/strict";`), []);
  assert.deepEqual(broken("core/sip/a_test.ts", `import fc from "fast-check";`), []);
  assert.deepEqual(broken("core/sip/a_test.ts", `import { a } from "node:fs";`), ["house/arrows"]);
});

Deno.test("pure-core: no clock, chance, promise, socket or log", () => {
  for (
    const text of [
      "export const a = Date.now();",
      "export const a = new Date();",
      "export const a = performance.now();",
      "export const a = Math.random();",
      `export const a = Math["random"]();`,
      "export const a = crypto.randomUUID();",
      "setTimeout(f, 1);",
      "export async function f() {}",
      "export const f = async () => {};",
      "export type A = Promise<void>;",
      "console.log(1);",
      "Deno.exit(1);",
      "fetch(a);",
      "f({ a: fetch });",
    ]
  ) {
    assert.deepEqual(broken("core/sip/a.ts", text), ["house/pure-core"], text);
    assert.deepEqual(broken("core/sip/a_test.ts", text), [], text);
    assert.deepEqual(broken("runtime/a.ts", text), [], text);
  }
});

Deno.test("pure-core: members of the same name are in order", () => {
  assert.deepEqual(broken("core/sip/a.ts", "export const a = header.Date; const b = { Date: 1 }; f(b);"), []);
  assert.deepEqual(broken("core/sip/a.ts", "export interface A { readonly process: number }"), []);
  assert.deepEqual(broken("core/sip/a.ts", "export const a = Math.max(1, 2);"), []);
});

Deno.test("no-enum, no-default-export, no-barrel", () => {
  assert.deepEqual(broken("runtime/a.ts", "export enum A { B }"), ["house/no-enum"]);
  assert.deepEqual(broken("runtime/a.ts", "export default 1;"), ["house/no-default-export"]);
  assert.deepEqual(broken("test/house/a.ts", "export default 1;"), []);
  assert.deepEqual(broken("runtime/a.ts", `export * from "./b.ts"; export const c = 1;`), [
    "house/no-barrel",
  ]);
  assert.deepEqual(broken("runtime/a.ts", `export { b } from "./b.ts";`), ["house/no-barrel"]);
  assert.deepEqual(broken("runtime/a.ts", `export { b } from "./b.ts"; export const c = 1;`), []);
  assert.deepEqual(broken("wasm/assembly/a.ts", `export * from "./b";`), []);
});
