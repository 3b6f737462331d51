// One library's suite: every story over ws and over wss, in one Chromium.

import assert from "node:assert/strict";
import { needing } from "../../programs.ts";
import { stories as ofCalls } from "./calls.ts";
import { stories as ofRequests } from "./requests.ts";
import type { PageName } from "./site.ts";
import { Stage } from "./stage.ts";

const HERE = new URL("./", import.meta.url);

export function suite(library: string, page: PageName): void {
  Deno.test({
    ...needing(`${library} in Chromium, unmodified`, "chromium", "sipp"),
    async fn(test) {
      await test.step(`${library} is set up as README says`, () => isSetUpAsTold(page));
      await using stage = await Stage.open(page);
      for (const scheme of ["ws", "wss"] as const) {
        stage.scheme = scheme;
        for (const [name, story] of Object.entries({ ...ofCalls, ...ofRequests })) {
          await test.step(`${library} over ${scheme} ${name}`, () => story(stage));
        }
      }
      assert.deepEqual(stage.relay.errors.filter((line) => line.includes("Fault of our own")), []);
    },
  });
}

/** Each line of README's example for the library is one of the page's. */
async function isSetUpAsTold(page: PageName): Promise<void> {
  const readme = await Deno.readTextFile(new URL("../../../README.md", HERE));
  const [, section = ""] = readme.split("### JsSIP and SIP.js\n");
  const examples = [...section.split("\n### ")[0]!.matchAll(/```js\n(.*?)```/gs)].map(([, lines]) => lines!);
  const example = examples.find((lines) => lines.includes("JsSIP") === (page === "jssip_phone"))!;
  const source = (await Deno.readTextFile(new URL(`${page}.js`, HERE))).split("\n").map((line) =>
    line.trim()
  );
  const told = example.split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("//")
  );
  assert.ok(told.length >= 3);
  assert.deepEqual(told.filter((line) => !source.includes(line)), []);
}
