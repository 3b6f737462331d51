import assert from "node:assert/strict";
import { hex, toHex } from "../../test/lent_crypto.ts";
import { highestSqn, newSequence, takeSequence } from "./sequence.ts";

Deno.test("takeSequence takes each number once, and those of other places in any order", () => {
  const sequence = newSequence();
  assert.equal(toHex(highestSqn(sequence)), "000000000000");
  assert.ok(takeSequence(sequence, hex("000000000020")));
  assert.ok(!takeSequence(sequence, hex("000000000020")), "a replay");
  assert.ok(!takeSequence(sequence, hex("000000000000")), "older");
  assert.ok(takeSequence(sequence, hex("000000000063")));
  assert.ok(takeSequence(sequence, hex("000000000041")), "another place");
  assert.equal(toHex(highestSqn(sequence)), "000000000063");
});

Deno.test("takeSequence refuses a leap of more than 2²⁸, but not at the first number", () => {
  const sequence = newSequence();
  assert.ok(takeSequence(sequence, hex("ff9bb4d0b607")));
  assert.ok(takeSequence(sequence, hex("ff9bb4d0b627")));
  const low = newSequence();
  assert.ok(takeSequence(low, hex("000000000020")));
  assert.ok(!takeSequence(low, hex("0003ffffffff")));
  assert.ok(takeSequence(low, hex("000200000020")));
});
