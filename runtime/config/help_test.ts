import assert from "node:assert/strict";
import { FLAGS } from "./flags.ts";
import { help } from "./help.ts";

Deno.test("help: names every option, fits a terminal, and is plain without colour", () => {
  const text = help({ colour: false });
  for (const { name } of FLAGS) assert.match(text, new RegExp(`^ {2}--${name}\\b`, "m"));
  for (const line of text.split("\n")) assert.ok(line.length <= 110, line);
  assert.ok(!text.includes("\x1b"));
  assert.ok(help({ colour: true }).includes("\x1b[1m"));
});
