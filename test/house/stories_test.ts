import assert from "node:assert/strict";

const folder = "test/scenarios/";

/** What the rows of a table are about; each names a test that there is. */
function subjects(table: string): string[] {
  const rows = [
    ...Deno.readTextFileSync(folder + table).matchAll(/^\| *(.+?) *\|(?:.+\|)? *`(.+)` *\| *(.+?) *\|$/gm),
  ];
  assert.ok(rows.length > 40, `${table} has ${rows.length} rows`);
  for (const [, , file = "", words = ""] of rows) {
    const text = Deno.readTextFileSync(file.includes("/") ? file : folder + file);
    assert.ok(text.includes(words), `${file}: ${words}`);
  }
  return rows.map(([, subject = ""]) => subject);
}

Deno.test("test/scenarios/timers.md names tests that there are, and each of RFC 3261's timers", () => {
  const names = subjects("timers.md").join("\n");
  for (const letter of "ABCDEFGHIJKLMN") assert.match(names, new RegExp(`\\b${letter}\\b`), letter);
});

Deno.test("test/scenarios/races.md names tests that there are", () => {
  const races = subjects("races.md");
  for (const race of ["200 crosses CANCEL", "BYE crosses BYE", "re-INVITE glare", "late ACK"]) {
    assert.ok(races.includes(race), race);
  }
});
