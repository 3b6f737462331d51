import assert from "node:assert/strict";
import { decoy, hashPassword, isPassword, readPasswordHash } from "./password_hash.ts";

Deno.test("hashPassword makes what readPasswordHash reads, each time another", async () => {
  const [one, two] = await Promise.all([hashPassword("geheim"), hashPassword("geheim")]);
  assert.notEqual(one, two);
  const hash = readPasswordHash(one);
  assert.ok(typeof hash !== "string");
  assert.equal(await isPassword("geheim", hash), true);
  assert.equal(await isPassword("Geheim", hash), false);
  assert.equal(await isPassword("", hash), false);
});

Deno.test("isPassword: RFC 7914 section 12's vector, and one spelling of letters with marks", async () => {
  // N = 16384, r = 8, p = 1
  const hash = "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
  const known = readPasswordHash(
    `$scrypt$ln=14,r=8,p=1$${btoa("SodiumChloride").replace(/=+$/, "")}$${hash}`,
  );
  assert.ok(typeof known !== "string");
  assert.equal(await isPassword("pleaseletmein", known), true);
  const accented = readPasswordHash(await hashPassword("caf\u00e9"));
  assert.ok(typeof accented !== "string");
  assert.equal(await isPassword("cafe\u0301", accented), true);
});

Deno.test("readPasswordHash refuses what costs too little, too much, or is no hash", () => {
  const ends = "$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo";
  const form = /^is no hash like/;
  const cases: [string, RegExp][] = [
    ["", form],
    ["geheim", form],
    [`$scrypt$ln=15,r=8,p=3${ends}=`, form],
    [`$scrypt$ln=15,r=8${ends}`, form],
    [`$scrypt$ln=-1,r=8,p=3${ends}`, form],
    [`$argon2id$v=19,m=65536,t=3,p=4${ends}`, form],
    ["$scrypt$ln=15,r=8,p=3$$", form],
    [`$scrypt$ln=12,r=8,p=3${ends}`, /too low/],
    [`$scrypt$ln=15,r=0,p=3${ends}`, /too low/],
    [`$scrypt$ln=15,r=8,p=0${ends}`, /too low/],
    [`$scrypt$ln=18,r=8,p=1${ends}`, /too high/],
    [`$scrypt$ln=99,r=99,p=99${ends}`, /too high/],
    [`$scrypt$ln=15,r=8,p=17${ends}`, /too high/],
  ];
  for (const [text, expected] of cases) assert.match(String(readPasswordHash(text)), expected, text);
  assert.equal(typeof readPasswordHash(`$scrypt$ln=17,r=8,p=1${ends}`), "object");
});

Deno.test("decoy is nobody's password", async () => {
  assert.equal(await isPassword("", decoy()), false);
});
