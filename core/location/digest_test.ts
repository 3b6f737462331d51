import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readCredentials } from "./credentials.ts";
import { Digest } from "./digest.ts";
import type { Algorithm, Hash } from "./hash.ts";
import { NONCE_LIFETIME } from "./nonces.ts";

const hash: Hash = (algorithm, text) =>
  createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex");

function digest() {
  let last = 0;
  return new Digest({
    realm: "ropeway.local",
    hash,
    random: { token: () => `token${++last}`, uint32: () => ++last },
  });
}

function nonceOf(line: string | undefined): string {
  return /nonce="([^"]+)"/.exec(line ?? "")?.[1] ?? "";
}

/** A client's answer, worked out after RFC 7616 section 3.4.1. */
function answer(nonce: string, options: {
  algorithm?: Algorithm;
  password?: string;
  nc?: string;
  method?: string;
  named?: string;
} = {}): string {
  const algorithm = options.algorithm ?? "SHA-256";
  const nc = options.nc ?? "00000001";
  const a1 = hash(algorithm, `phone:ropeway.local:${options.password ?? "secret"}`);
  const a2 = hash(algorithm, `${options.method ?? "REGISTER"}:sip:ropeway.local`);
  const response = hash(algorithm, `${a1}:${nonce}:${nc}:0a4f113b:auth:${a2}`);
  return `Digest username="phone",realm="ropeway.local",nonce="${nonce}",uri="sip:ropeway.local",` +
    `${options.named ?? `algorithm=${algorithm},`}qop=auth,nc=${nc},cnonce="0a4f113b",response="${response}"`;
}

function verify(door: Digest, header: string, options: { now?: number; password?: string | undefined } = {}) {
  const credentials = readCredentials(header);
  assert.ok(credentials);
  const password = "password" in options ? options.password : "secret";
  return door.verify({ credentials, method: "REGISTER", password }, options.now ?? 1);
}

Deno.test("Digest.challenge: SHA-256 first, then MD5, each with its own nonce", () => {
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
  assert.equal(verify(door, answer(md5 ?? "", { algorithm: "MD5", named: "" })), "good");
});

Deno.test("Digest.verify: wrong password, method, user and algorithm are wrong", () => {
  const door = digest();
  const nonce = nonceOf(door.challenge(0)[0]);
  assert.equal(verify(door, answer(nonce, { password: "other" })), "wrong");
  assert.equal(verify(door, answer(nonce, { method: "INVITE" })), "wrong");
  assert.equal(verify(door, answer(nonce), { password: undefined }), "wrong");
  assert.equal(verify(door, answer(nonce, { named: "algorithm=SHA-512-256," })), "wrong");
  assert.equal(verify(door, answer(nonce, { named: "algorithm=SHA-256-sess," })), "wrong");
  assert.equal(verify(door, answer(nonce)), "good", "a wrong answer does not use the nonce up");
});

Deno.test("Digest.verify: old, repeated and foreign nonces of who knows the password are stale", () => {
  const door = digest();
  const nonce = nonceOf(door.challenge(0)[0]);
  assert.equal(verify(door, answer(nonce), { now: NONCE_LIFETIME + 1 }), "stale");
  assert.equal(verify(door, answer(nonce)), "good");
  assert.equal(verify(door, answer(nonce)), "stale");
  assert.equal(verify(door, answer(nonce, { nc: "00000002" })), "good");
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
