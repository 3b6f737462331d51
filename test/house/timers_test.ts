import assert from "node:assert/strict";

Deno.test("test/scenarios/timers.md names tests that there are, and each of RFC 3261's timers", () => {
  const folder = "test/scenarios/";
  const rows = [
    ...Deno.readTextFileSync(`${folder}timers.md`).matchAll(/^\|(.+)\|.+\| *`(.+)` *\| *(.+?) *\|$/gm),
  ];
  assert.ok(rows.length > 40);
  for (const [, , file = "", words = ""] of rows) {
    const text = Deno.readTextFileSync(file.includes("/") ? file : folder + file);
    assert.ok(text.includes(words), `${file}: ${words}`);
  }
  const names = rows.map(([, timer = ""]) => timer).join("\n");
  for (const letter of "ABCDEFGHIJKLMN") assert.match(names, new RegExp(`\\b${letter}\\b`), letter);
});
