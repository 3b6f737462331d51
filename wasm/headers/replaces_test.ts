import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readReplaces reads a dialog", () => {
  const value = valueOf("Replaces: 425928@bobster.example ;to-tag=7743;From-Tag=6472;early-only");
  const expected = { callId: "425928@bobster.example", toTag: "7743", fromTag: "6472", earlyOnly: true };
  assert.deepEqual(headers.replaces(value), expected);
  const odd = valueOf('Replaces: a"(<>)[]?{}\\/:%_*@b ; from-tag=0 ; to-tag=0');
  assert.deepEqual(headers.replaces(odd), {
    callId: 'a"(<>)[]?{}\\/:%_*@b',
    toTag: "0",
    fromTag: "0",
    earlyOnly: false,
  });
});

Deno.test("readReplaces reads Target-Dialog by its own names", () => {
  const value = valueOf("Target-Dialog: fa77as;local-tag=kkaz;remote-tag=6544");
  assert.deepEqual(headers.targetDialog(value), {
    callId: "fa77as",
    toTag: "kkaz",
    fromTag: "6544",
    earlyOnly: false,
  });
});

Deno.test("readReplaces refuses a dialog without one of its three parts", () => {
  assertMalformed("Replaces", (value) => headers.replaces(value), [
    "",
    "a",
    "a;to-tag=1",
    "a;from-tag=1",
    ";to-tag=1;from-tag=2",
    "a;to-tag=1;to-tag=2;from-tag=3",
    "a;to-tag=;from-tag=3",
    "a b;to-tag=1;from-tag=2",
    "a;to-tag=1;from-tag=2,b;to-tag=1;from-tag=2",
  ]);
});
