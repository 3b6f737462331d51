import assert from "node:assert/strict";
import fc from "fast-check";
import { freshToken, Lease } from "./lease.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("freshToken knows its message and no other", () => {
  assert.equal(freshToken(bytes(JSON.stringify({ token: "a.b.c" }))), "a.b.c");
  assert.equal(freshToken(bytes('{"token":""}')), "");
  for (
    const text of [
      "",
      "{",
      '{"token":',
      '{"token":"a',
      '{"token":1}',
      ' {"token":"a"}',
      '{"token":"a","messageType":"OFFER"}',
      '{"tokens":"a"}',
      `{"token":"${"a".repeat(6_145)}"}`,
      '{"messageType":"OFFER","token":"a"}',
    ]
  ) assert.equal(freshToken(bytes(text)), undefined, text.slice(0, 40));
  fc.assert(fc.property(fc.string(), (rest) => {
    const found = freshToken(bytes(`{"token":"${rest}`));
    assert.ok(found === undefined || typeof found === "string");
  }));
});

Deno.test("Lease.renew: a fresh token makes it longer, never shorter, and one is looked at at a time", async () => {
  let answer = Promise.withResolvers<number | string>();
  const lease = new Lease({ expires: 1_000_000, renew: () => answer.promise });
  const renew = async (value: number | string) => {
    answer = Promise.withResolvers();
    const renewed = lease.renew("a");
    assert.equal(await lease.renew("b"), '{"token":"refused","reason":"Another token is looked at"}');
    answer.resolve(value);
    return await renewed;
  };
  assert.equal(lease.isOver(999_999), false);
  assert.equal(lease.isOver(1_000_000), true);
  assert.equal(await renew("The token has expired"), '{"token":"refused","reason":"The token has expired"}');
  assert.equal(lease.isOver(1_000_000), true);
  assert.equal(await renew(2_000_500), '{"token":"accepted","expires":2000}');
  assert.equal(await renew(1_500_000), '{"token":"accepted","expires":2000}');
  assert.equal(lease.isOver(2_000_499), false);
  assert.equal(lease.isOver(2_000_500), true);
});
