import { deepEqual, equal, ok } from "node:assert/strict";
import { makeBuilds } from "./builds.ts";
import { type Campaign, runCampaign } from "./campaign.ts";
import { BrokenClaim } from "./claim.ts";
import { bytesOf, textOf } from "./dictionary.ts";
import { execute } from "./execution.ts";
import { readFind, saveFind } from "./find.ts";
import { seedBlocks, seedsFor } from "./seeds.ts";
import { makeTarget } from "./targets/all.ts";
import { type Target, type TargetName, TARGETS } from "./targets/target.ts";

const seed = 7;
const both = makeBuilds();

async function run(name: TargetName, target: Target, executions: number): Promise<Campaign> {
  const seeds = seedsFor(target, await seedBlocks());
  return runCampaign({ name, target, seeds, seed, seconds: Infinity, executions, guided: true });
}

for (const name of TARGETS) {
  Deno.test(`fuzz target ${name} runs, reaches something new and finds nothing`, async () => {
    const campaign = await run(name, makeTarget(name, both, []), 4_000);
    deepEqual(campaign.found, []);
    equal(campaign.executions, 4_000);
    ok(campaign.corpus > seedsFor(makeTarget(name, both, []), await seedBlocks()).length);
    ok(campaign.blocks > 200, `${campaign.blocks} blocks`);
  });
}

Deno.test("fuzzing with the same seed is the same run", async () => {
  const { seconds: _, ...first } = await run("sip", makeTarget("sip", both, []), 2_000);
  const { seconds: __, ...second } = await run("sip", makeTarget("sip", both, []), 2_000);
  deepEqual(second, first);
});

/** A target with a mistake of its own: whatever holds a REGISTER with a tel URI. */
function planted(): Target {
  const target = makeTarget("sip", both, []);
  return {
    ...target,
    run(message) {
      const taken = target.run(message);
      const text = textOf(message);
      if (text.includes("REGISTER") && text.includes("tel:")) {
        throw new BrokenClaim({ kind: "broken", text: "Planted", detail: "" });
      }
      return taken;
    },
  };
}

Deno.test("a planted mistake is found, minimised, saved and replayed", async () => {
  const target = planted();
  const { found } = await run("sip", target, 3_000);
  equal(found.length, 1);
  const [find] = found;
  equal(find!.message.length, "REGISTERtel:".length);
  const folder = await Deno.makeTempDir();
  try {
    const read = await readFind(saveFind(folder, find!));
    deepEqual(read, find);
    equal(execute(target, read.message, true).claim?.text, "Planted");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a trap and a loop without end are claims, and the codec goes on", () => {
  const { simd } = both;
  const base = makeTarget("sip", both, []);
  const looping = {
    ...base,
    run: () => (simd.steps[0] = 3, base.run(bytesOf("INVITE a:b SIP/2.0\r\nA: b\r\n\r\n"))),
  };
  equal(execute(looping, new Uint8Array(), false).claim?.kind, "hang");
  const trapping = {
    ...base,
    run: () => {
      // Outside the codec's memory.
      simd.codec.wasm.findHead(0x7fff0000);
      return true;
    },
  };
  equal(execute(trapping, new Uint8Array(), false).claim?.kind, "trap");
  equal(execute(base, bytesOf("INVITE a:b SIP/2.0\r\n\r\n"), false).claim, undefined);
});
