// Answers against the examples that RFC 7616 section 3.9 publishes, with their nonces and cnonces.

import assert from "node:assert/strict";
import { lent } from "../../test/lent_crypto.ts";
import type { Challenge } from "./challenge.ts";
import { authorization, newDigestSession, takeChallenge } from "./digest_client.ts";
import type { ImsIdentity } from "./identity.ts";
import { newSequence } from "./sequence.ts";

function identityOf(privateId: string, realm: string, password: string): ImsIdentity {
  return {
    uri: "sip:mufasa@example.org",
    privateId,
    realm,
    home: "example.org",
    user: "mufasa",
    secret: { type: "password", password },
  };
}

function answer(challenge: Challenge, identity: ImsIdentity, cnonce: string, times = 1): string {
  const session = newDigestSession();
  const { cipher, hash } = lent;
  assert.ok(takeChallenge(session, { challenge, identity, sequence: newSequence(), cipher }));
  const tools = { hash, cipher, random: { token: () => cnonce, uint32: () => 0 } };
  const covered = { method: "GET", uri: "/dir/index.html" };
  let line = "";
  for (let time = 0; time < times; time++) line = authorization(session, { identity, covered, tools });
  return line;
}

const challenge: Challenge = {
  isProxy: false,
  realm: "http-auth@example.org",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
  algorithmName: "MD5",
  algorithm: "MD5",
  qop: "auth",
  isStale: false,
};
const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
const mufasa = identityOf("Mufasa", "http-auth@example.org", "Circle of Life");

Deno.test("authorization gives RFC 7616's answers, by MD5 and SHA-256", () => {
  const md5 = answer(challenge, mufasa, cnonce);
  assert.match(md5, /^Authorization: Digest username="Mufasa", realm="http-auth@example\.org", /);
  assert.match(md5, /response="8ca523f5e9506fed4657c9700eebdbec"/);
  assert.match(md5, /opaque="FQhe\/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"/);
  assert.match(md5, /qop=auth, .*nc=00000001$/);
  const sha = answer({ ...challenge, algorithmName: "SHA-256", algorithm: "SHA-256" }, mufasa, cnonce);
  assert.match(sha, /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/);
});

Deno.test("authorization counts the uses of a nonce", () => {
  assert.match(answer(challenge, mufasa, cnonce, 3), /nc=00000003$/);
});

Deno.test("authorization quotes what has quotes, and goes where the challenge came from", () => {
  const odd = { ...challenge, nonce: 'a"b\\c', isProxy: true };
  const line = answer(odd, identityOf('M"u', "http-auth@example.org", "x"), cnonce);
  assert.match(line, /^Proxy-Authorization: Digest username="M\\"u"/);
  assert.match(line, /nonce="a\\"b\\\\c"/);
});

Deno.test("authorization without qop is RFC 2069's", () => {
  const line = answer({ ...challenge, qop: "", algorithmName: "", opaque: undefined }, mufasa, cnonce);
  assert.doesNotMatch(line, /qop|cnonce|nc=|algorithm|opaque/);
  const secret = lent.hash("MD5", "Mufasa:http-auth@example.org:Circle of Life");
  const covered = lent.hash("MD5", "GET:/dir/index.html");
  assert.ok(line.includes(`response="${lent.hash("MD5", `${secret}:${challenge.nonce}:${covered}`)}"`));
});
