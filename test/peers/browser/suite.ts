// One library's suite: every story over ws and over wss, in one Chromium.

import assert from "node:assert/strict";
import { needing } from "../../programs.ts";
import { stories as ofCalls } from "./calls.ts";
import { stories as ofRequests } from "./requests.ts";
import type { PageName } from "./site.ts";
import { Stage } from "./stage.ts";

export function suite(library: string, page: PageName): void {
  Deno.test({
    ...needing(`${library} in Chromium, unmodified`, "chromium", "sipp"),
    async fn(test) {
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
