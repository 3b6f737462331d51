import assert from "node:assert/strict";
import { hex, lent, toHex } from "../../test/lent_crypto.ts";
import { answerAka } from "./aka.ts";
import { answerOf, macOf, opcOf, xor } from "./milenage.ts";
import { newSequence } from "./sequence.ts";

// TS 35.208, set 1
const k = hex("465b5ce8b199b49faa5f0a2ee238a6bc");
const key = { k, opc: opcOf(lent.cipher, { k, op: hex("cdc202d5123e20f62b6d676ac72cb318") }) };
const rand = hex("23553cbe9637a89d218ae64dae47bf35");
const amf = hex("b9b9");

function nonceOf(sqn: Uint8Array, { mac = macOf(lent.cipher, key, { rand, sqn, amf }).a, more = "" } = {}) {
  const { ak } = answerOf(lent.cipher, key, rand);
  return btoa(String.fromCharCode(...rand, ...xor(sqn, ak), ...amf, ...mac) + more);
}

Deno.test("answerAka gives RES for a challenge whose AUTN proves the key", () => {
  const sequence = newSequence();
  const nonce = nonceOf(hex("ff9bb4d0b607"), { more: "server data" });
  const outcome = answerAka(lent.cipher, { key, sequence, nonce });
  assert.ok(outcome.type === "res");
  assert.equal(toHex(outcome.res), "a54211d5e3ba50bf");
});

Deno.test("answerAka asks to resynchronise where the number is used up: SQN_MS under f5*, with MAC-S over it", () => {
  const sequence = newSequence();
  const last = hex("000000000040");
  assert.equal(answerAka(lent.cipher, { key, sequence, nonce: nonceOf(last) }).type, "res");
  const outcome = answerAka(lent.cipher, { key, sequence, nonce: nonceOf(hex("000000000020")) });
  assert.ok(outcome.type === "resynchronise");
  const auts = Uint8Array.from(atob(outcome.auts), (unit) => unit.charCodeAt(0));
  assert.equal(auts.length, 14);
  // as the home network reads it (TS 33.102 section 6.3.5)
  const { akStar } = answerOf(lent.cipher, key, rand);
  assert.deepEqual(xor(auts.slice(0, 6), akStar), last);
  const { s } = macOf(lent.cipher, key, { rand, sqn: last, amf: new Uint8Array(2) });
  assert.deepEqual(auts.slice(6), s);
});

Deno.test("answerAka gives nothing away to whoever does not know the key", () => {
  const nonce = nonceOf(hex("000000000020"), { mac: hex("0000000000000000") });
  assert.equal(answerAka(lent.cipher, { key, sequence: newSequence(), nonce }).type, "false");
  for (const bad of ["", "short", btoa("short"), "%%%%"]) {
    assert.equal(answerAka(lent.cipher, { key, sequence: newSequence(), nonce: bad }).type, "malformed");
  }
});
