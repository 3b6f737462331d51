import assert from "node:assert/strict";
import { Card, vector } from "./aka.ts";
import { USERS } from "./users.ts";

const { frank, grace } = USERS;
const nonceOf = (nth: number) => {
  const { rand, autn } = vector(frank.secret, "frank", nth);
  return Uint8Array.fromHex(rand + autn);
};

Deno.test("Card answers a challenge of its network with XRES, CK and IK", () => {
  const { xres, ck, ik } = vector(frank.secret, "frank", 0);
  const answer = new Card(frank.secret).answer(nonceOf(0));
  assert.equal(answer.kind, "answer");
  if (answer.kind !== "answer") return;
  assert.deepEqual([answer.res.toHex(), answer.ck.toHex(), answer.ik.toHex()], [xres, ck, ik]);
});

Deno.test("Card refuses another network's challenge", () => {
  assert.equal(new Card(grace.secret).answer(nonceOf(0)).kind, "impostor");
});

Deno.test("Card asks for resynchronisation when a challenge comes twice, and tells its sequence number", () => {
  const card = new Card(frank.secret);
  assert.equal(card.answer(nonceOf(3)).kind, "answer");
  const again = card.answer(nonceOf(3));
  assert.equal(again.kind, "resynchronise");
  if (again.kind !== "resynchronise") return;
  const { sqn, akStar } = vector(frank.secret, "frank", 3);
  const concealed = BigInt(`0x${again.auts.subarray(0, 6).toHex()}`);
  assert.equal(concealed ^ BigInt(`0x${akStar}`), BigInt(`0x${sqn}`));
  assert.equal(again.auts.length, 14);
  assert.equal(card.answer(nonceOf(4)).kind, "answer");
});
