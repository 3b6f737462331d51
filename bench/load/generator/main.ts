// The generator's own process: told what to do by one line of JSON, tells how it goes in others.

import { Generator } from "./generator.ts";
import { openLibc, raiseFileLimit } from "./libc.ts";
import type { GeneratorOptions, Report } from "./options.ts";

if (import.meta.main) {
  const options = JSON.parse(Deno.args[0] ?? "{}") as GeneratorOptions;
  const libc = openLibc();
  raiseFileLimit(libc);
  new Generator(libc, options, tell).run();
}

function tell(report: Report): void {
  const line = new TextEncoder().encode(JSON.stringify(report) + "\n");
  for (let at = 0; at < line.length;) at += Deno.stdout.writeSync(line.subarray(at));
}
