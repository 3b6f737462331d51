import assert from "node:assert/strict";
import fc from "fast-check";
import { createLog } from "./log.ts";

/** Text as the worst of peers would choose it: line breaks of all kinds, terminal controls, JSON's own marks, halves of pairs. */
const text = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\n",
      "\r\n",
      "\r",
      "\0",
      "\u001b[2J",
      "\u007f",
      "\u0085",
      "\u009b31m",
      "\u2028",
      "\u2029",
      '"',
      "\\",
      "\\n",
      "}",
      "{",
    ),
    fc.constantFrom('"}\n{"level":"error","text":"forged', "\ud800", "\udc00", "€", "🎺"),
    fc.string({ unit: "binary" }),
  ),
).map((parts) => parts.join(""));

Deno.test("createLog writes one line of plain JSON for an entry, whatever texts it has", () => {
  const lines: string[] = [];
  const log = createLog({ level: "debug", write: (line) => void lines.push(line) });
  const levels = ["debug", "info", "warn", "error"] as const;
  fc.assert(fc.property(text, text, fc.constantFrom(...levels), (field, said, level) => {
    lines.length = 0;
    log[level]({ field, nested: { [field]: [said] }, stack: new Error(field).stack }, said);
    assert.equal(lines.length, 1);
    const line = lines[0]!;
    assert.ok(line.endsWith("}\n"));
    // deno-lint-ignore no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(line.slice(0, -1), /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
    const entry = JSON.parse(line);
    assert.equal(entry.level, level);
    assert.equal(entry.text, said);
    assert.deepEqual(entry.nested, { [field]: [said] });
    assert.equal(entry.field, field);
  }));
});

Deno.test("createLog leaves out what is below its level", () => {
  const lines: string[] = [];
  const log = createLog({ level: "warn", write: (line) => void lines.push(line) });
  log.debug({}, "Not to be seen");
  log.info({}, "Not to be seen");
  log.warn({}, "Seen");
  assert.equal(lines.length, 1);
  assert.equal(JSON.parse(lines[0]!).text, "Seen");
});
