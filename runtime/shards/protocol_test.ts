import assert from "node:assert/strict";
import fc from "fast-check";
import { messagesOf, toLine, type Word } from "./protocol.ts";

Deno.test("messagesOf reads lines however they are cut, and passes over what is none of ours", async () => {
  const words: Word[] = [{ type: "ready" }, { type: "failed", message: "größer\n☎" }, { type: "here" }];
  const noise = new TextEncoder().encode('not JSON\n"a text"\nnull\n');
  const bytes = Uint8Array.from(
    [...words.map(toLine), noise, toLine({ type: "ready" })].flatMap((line) => [...line]),
  );
  const cuts = fc.array(fc.nat(bytes.length), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(cuts, async (cuts) => {
    const at = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
    const chunks = at.slice(1).map((end, index) => bytes.slice(at[index], end));
    const read: Word[] = [];
    for await (const word of messagesOf<Word>(ReadableStream.from(chunks))) read.push(word);
    assert.deepEqual(read, [...words, { type: "ready" }]);
  }));
});
