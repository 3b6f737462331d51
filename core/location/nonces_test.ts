import assert from "node:assert/strict";
import fc from "fast-check";
import { countedRandom, hash } from "../../test/digest_phone.ts";
import { NONCE_LIFETIME, Nonces } from "./nonces.ts";

Deno.test("Nonces: a nonce is good once for each count", () => {
  const nonces = new Nonces({ hash, random: countedRandom() });
  const nonce = nonces.issue("MD5", 1000.5);
  const use = (count: number) => nonces.use({ nonce, algorithm: "MD5", count }, 2000);
  assert.deepEqual([0, 1, 1, 2, 5, 4, 4, 3, 2, 6].map(use), [
    false,
    true,
    false,
    true,
    true,
    true,
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("Nonces: a count far below the highest is taken for a repeat", () => {
  const nonces = new Nonces({ hash, random: countedRandom() });
  const nonce = nonces.issue("MD5", 0);
  const use = (count: number) => nonces.use({ nonce, algorithm: "MD5", count }, 0);
  assert.deepEqual([100, 68, 67, 68, 132, 100, 101, 0xffffffff, 0xffffffff - 32, 0xffffffff - 33].map(use), [
    true,
    true,
    false,
    false,
    true,
    false,
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("Nonces: no count is taken twice, whatever the order", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 120 }), (counts) => {
    const nonces = new Nonces({ hash, random: countedRandom() });
    const nonce = nonces.issue("MD5", 0);
    const taken = counts.filter((count) => nonces.use({ nonce, algorithm: "MD5", count }, 1));
    assert.equal(new Set(taken).size, taken.length);
    let highest = 0;
    for (const count of counts) {
      if (count > highest) assert.ok(taken.includes(count));
      highest = Math.max(highest, count);
    }
  }));
});

Deno.test("Nonces: strange, foreign, old nonces and those of another algorithm are refused", () => {
  const nonces = new Nonces({ hash, random: countedRandom() });
  const nonce = nonces.issue("SHA-256", 0);
  const use = (text: string, algorithm: string, now: number) =>
    nonces.use({ nonce: text, algorithm, count: 1 }, now);
  assert.equal(use(nonce, "MD5", 1), false);
  assert.equal(use(nonce, "SHA-256", NONCE_LIFETIME + 1), false);
  assert.equal(
    use(new Nonces({ hash, random: countedRandom("other") }).issue("SHA-256", 0), "SHA-256", 1),
    false,
  );
  for (const text of ["", ".", "..", "0", nonce.slice(1), nonce + "0", "1" + nonce, nonce.repeat(99)]) {
    assert.equal(use(text, "SHA-256", 1), false, text);
  }
  assert.equal(use(nonce, "SHA-256", NONCE_LIFETIME), true);
});

Deno.test("Nonces: the table is bounded and forgetting lets nothing be replayed", () => {
  const nonces = new Nonces({ hash, random: countedRandom(), limit: 3 });
  const issued = Array.from({ length: 10 }, (_, at) => nonces.issue("MD5", at));
  const use = (nonce: string | undefined) =>
    nonces.use({ nonce: nonce ?? "", algorithm: "MD5", count: 1 }, 10);
  assert.ok(issued.every(use));
  assert.equal(nonces.size, 3);
  assert.deepEqual(issued.filter(use), []);
  assert.ok(use(nonces.issue("MD5", 10)));
});
