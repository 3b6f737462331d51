// The generator's own process: told what to do by one line of JSON, tells how it goes in others.

import { Generator } from "./generator.ts";
import { openLibc, raiseFileLimit } from "./libc.ts";
import type { GeneratorOptions, Report } from "./options.ts";

if (import.meta.main) {
  const options = await withTokens(JSON.parse(Deno.args[0] ?? "{}"));
  const libc = openLibc();
  raiseFileLimit(libc);
  new Generator(libc, options, tell).run();
}

/** All of standard input before anything begins: a generator is not to be kept waiting. */
async function withTokens(options: GeneratorOptions): Promise<GeneratorOptions> {
  const text = await new Response(Deno.stdin.readable).text();
  if (text === "" || options.login === undefined) return options;
  return { ...options, login: { ...options.login, tokens: text.trimEnd().split("\n") } };
}

function tell(report: Report): void {
  const line = new TextEncoder().encode(JSON.stringify(report) + "\n");
  for (let at = 0; at < line.length;) at += Deno.stdout.writeSync(line.subarray(at));
}
