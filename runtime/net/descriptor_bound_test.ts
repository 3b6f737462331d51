import assert from "node:assert/strict";
import { descriptorBound } from "./descriptor_bound.ts";
import { openLibc } from "./libc.ts";

const library = openLibc();

Deno.test({
  name: "descriptorBound is above every descriptor that is open, and no limit of the operating system's",
  ignore: library === undefined,
  fn: () => {
    const { calls } = library!;
    const opened = Array.from({ length: 1_500 }, () => calls.eventfd(0, 0));
    const highest = Math.max(...opened);
    for (const descriptor of opened) if (descriptor !== highest) calls.close(descriptor);
    const bound = descriptorBound(library!);
    calls.close(highest);
    assert.ok(bound > highest, `${bound} > ${highest}`);
    assert.ok(bound <= 2 ** 18, String(bound));
  },
});
