import assert from "node:assert/strict";
import { CryptoRandom } from "./random.ts";

Deno.test("CryptoRandom tokens are 20 letters and digits and never repeat", () => {
  const random = new CryptoRandom();
  const seen = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const token = random.token();
    assert.match(token, /^[a-z2-7]{20}$/);
    seen.add(token);
  }
  assert.equal(seen.size, 2_000);
});

Deno.test("CryptoRandom numbers are whole, not negative and below 2^32", () => {
  const random = new CryptoRandom();
  let high = 0;
  for (let i = 0; i < 5_000; i++) {
    const number = random.uint32();
    assert.ok(Number.isInteger(number) && number >= 0 && number < 2 ** 32);
    if (number >= 2 ** 31) high++;
  }
  assert.ok(high > 1_000 && high < 4_000);
});
