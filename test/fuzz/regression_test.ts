import { equal } from "node:assert/strict";
import { type Block, blocksOf } from "./blocks.ts";
import { makeBuilds } from "./builds.ts";
import { bytesOf } from "./dictionary.ts";
import { execute } from "./execution.ts";
import { makeTarget } from "./targets/all.ts";
import { TARGETS } from "./targets/target.ts";

const folder = new URL("regressions/", import.meta.url);
const both = makeBuilds();
const blocks: Block[] = [];
for (const { name } of Deno.readDirSync(folder)) {
  blocks.push(...blocksOf(Deno.readTextFileSync(new URL(name, folder))));
}

for (const { kind, title, bytes } of blocks) {
  Deno.test(`fuzzing regression: ${title}`, () => {
    for (const name of TARGETS) {
      const target = makeTarget(name, both, []);
      if (target.seeds.includes(kind)) equal(execute(target, bytes, true).claim, undefined, name);
    }
  });
}

Deno.test("fuzzing regression: the normal form of a message with all the lines that there may be is readable", () => {
  const head =
    "OPTIONS sip:a@b.c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b.c>;tag=1\r\n" +
    "To: <sip:a@b.c>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n";
  for (const lines of [250, 251, 252]) {
    for (const length of ["", "Content-Length: 0\r\n"]) {
      const target = makeTarget("roundtrip", both, []);
      const outcome = execute(target, bytesOf(head + length + "Y-Z: y\r\n".repeat(lines) + "\r\n"), true);
      equal(outcome.claim, undefined);
      // Written out it has a Content-Length, whether it came with one or not: 256 lines are the most.
      equal(outcome.taken, 5 + lines < 256);
    }
  }
});

Deno.test("fuzzing regression: SIMD and scalar name the same header for a fold before the colon, wherever it lies", () => {
  const head = "OPTIONS sip:a@b.c SIP/2.0\r\n";
  for (let shift = 0; shift < 130; shift++) {
    const target = makeTarget("differential", both, []);
    const { claim } = execute(
      target,
      bytesOf(`${head}X: ${"y".repeat(shift + 1)}\r\nExpires\r\n : 1\r\n\r\n`),
      true,
    );
    equal(claim, undefined);
  }
});
