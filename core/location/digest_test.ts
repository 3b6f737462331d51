import assert from "node:assert/strict";
import { countedRandom, DigestPhone, hash } from "../../test/digest_phone.ts";
import { readCredentials } from "./credentials.ts";
import { defaultAlgorithms, Digest } from "./digest.ts";
import { NONCE_LIFETIME } from "./nonces.ts";

const realm = "ropeway.local";
const digest = () => new Digest({ realm, algorithms: ["SHA-256", "MD5"], hash, random: countedRandom() });

function nonceOf(line: string | undefined): string {
  return /nonce="([^"]+)"/.exec(line ?? "")?.[1] ?? "";
}

/** A phone's answer to a nonce. */
function answer(
  nonce: string,
  options: { password?: string } & Parameters<DigestPhone["answer"]>[1] = {},
): string {
  const { password = "secret", ...rest } = options;
  const phone = new DigestPhone({ user: "phone", password, realm });
  return phone.answer(`nonce="${nonce}"`, rest).replace("Authorization: ", "");
}

function verify(door: Digest, header: string, options: { now?: number; password?: string | undefined } = {}) {
  const credentials = readCredentials(header);
  assert.ok(credentials);
  const password = "password" in options ? options.password : "secret";
  return door.verify({ credentials, method: "REGISTER", password }, options.now ?? 1);
}

Deno.test("Digest.challenge: what a client that sees the first challenge alone can answer stands first", () => {
  assert.deepEqual(defaultAlgorithms, ["MD5", "SHA-256"]);
  const lines = new Digest({ realm, hash, random: countedRandom() }).challenge(0);
  assert.deepEqual(lines.map((line) => /algorithm=([^,]*)/.exec(line)?.[1]), defaultAlgorithms);
});

Deno.test("Digest.verify: an algorithm that was not offered is wrong", () => {
  const strict = new Digest({ realm, algorithms: ["SHA-256"], hash, random: countedRandom() });
  const [nonce = ""] = strict.challenge(0).map(nonceOf);
  assert.equal(verify(strict, answer(nonce, { algorithm: "MD5" })), "wrong");
  assert.equal(verify(strict, answer(nonce, { algorithm: "SHA-256" })), "good");
});

Deno.test("Digest.challenge: in the order given, each with its own nonce", () => {
  const [first, second, ...more] = digest().challenge(0);
  assert.match(
    first ?? "",
    /^WWW-Authenticate: Digest realm="ropeway\.local", nonce="[^"]+", algorithm=SHA-256, qop="auth"$/,
  );
  assert.match(
    second ?? "",
    /^WWW-Authenticate: Digest realm="ropeway\.local", nonce="[^"]+", algorithm=MD5, qop="auth"$/,
  );
  assert.notEqual(nonceOf(first), nonceOf(second));
  assert.deepEqual(more, []);
  for (const line of digest().challenge(0, true)) assert.match(line, /, stale=true, /);
});

Deno.test("Digest.verify: each algorithm answers its own challenge and not the other's", () => {
  const door = digest();
  const [sha, md5] = door.challenge(0).map(nonceOf);
  assert.equal(verify(door, answer(sha ?? "", { algorithm: "MD5" })), "stale");
  assert.equal(verify(door, answer(md5 ?? "", { algorithm: "SHA-256" })), "stale");
  assert.equal(verify(door, answer(sha ?? "")), "good");
  assert.equal(verify(door, answer(md5 ?? "", { algorithm: "MD5" }).replace("algorithm=MD5, ", "")), "good");
});

Deno.test("Digest.verify: wrong password, method, user and algorithm are wrong", () => {
  const door = digest();
  const nonce = nonceOf(door.challenge(0)[0]);
  assert.equal(verify(door, answer(nonce, { password: "other" })), "wrong");
  assert.equal(verify(door, answer(nonce, { method: "INVITE" })), "wrong");
  assert.equal(verify(door, answer(nonce), { password: undefined }), "wrong");
  assert.equal(verify(door, answer(nonce).replace("SHA-256", "SHA-512-256")), "wrong");
  assert.equal(verify(door, answer(nonce).replace("SHA-256", "SHA-256-sess")), "wrong");
  assert.equal(verify(door, answer(nonce)), "good", "a wrong answer does not use the nonce up");
});

Deno.test("Digest.verify: old, repeated and foreign nonces of who knows the password are stale", () => {
  const door = digest();
  const nonce = nonceOf(door.challenge(0)[0]);
  assert.equal(verify(door, answer(nonce), { now: NONCE_LIFETIME + 1 }), "stale");
  assert.equal(verify(door, answer(nonce)), "good");
  assert.equal(verify(door, answer(nonce)), "stale");
  assert.equal(verify(door, answer(nonce, { nc: 2 })), "good");
  assert.equal(verify(door, answer("made.up")), "stale");
  assert.equal(verify(door, answer("made.up", { password: "other" })), "wrong");
});

Deno.test("Digest.verify: a parameter that lacks or makes no sense is malformed", () => {
  const door = digest();
  const whole = answer(nonceOf(door.challenge(0)[0]));
  for (const name of ["username", "nonce", "uri", "qop", "nc", "cnonce", "response"]) {
    assert.equal(verify(door, whole.replace(new RegExp(`\\b${name}=`), `x-${name}=`)), "malformed", name);
  }
  assert.equal(verify(door, whole.replace("qop=auth", "qop=auth-int")), "malformed");
  assert.equal(verify(door, whole.replace("nc=00000001", "nc=1")), "malformed");
  assert.equal(verify(door, whole.replace(/response="\w\w/, 'response="zz')), "malformed");
  assert.equal(verify(door, whole.replace("qop=auth", 'qop="auth"')), "good");
});

Deno.test("Digest.challenge puts MD5 undermost where it is asked to, whatever is preferred", () => {
  for (const algorithms of [["MD5", "SHA-256"], ["SHA-256", "MD5"]] as const) {
    const digest = new Digest({ realm: "r", algorithms, hash, random: countedRandom() });
    const offered = (lines: string[]) => lines.map((line) => /algorithm=([^,]+)/.exec(line)?.[1]);
    assert.deepEqual(offered(digest.challenge(0)), algorithms);
    assert.deepEqual(offered(digest.challenge(0, false, { md5Last: true })), ["SHA-256", "MD5"]);
  }
});
