import assert from "node:assert/strict";
import { headers } from "../header.ts";
import * as codes from "../assembly/codes.ts";
import { sip } from "../sip.ts";
import { isAka, readAkaNonce } from "./aka.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, readLines, valueOf } from "./sample.ts";

Deno.test("readChallenge reads schemes and parameters", () => {
  const line =
    'WWW-Authenticate: Digest realm="a, \\"b\\"" , nonce="x==",stale = FALSE, algorithm=SHA-256,qop="auth,auth-int"';
  const found = headers.challenge(codes.HEADER_WWW_AUTHENTICATE, valueOf(line));
  assert.ok(!isMalformed(found));
  assert.equal(found.scheme, "digest");
  assert.deepEqual([...found.params], [
    ["realm", 'a, "b"'],
    ["nonce", "x=="],
    ["stale", "FALSE"],
    ["algorithm", "SHA-256"],
    ["qop", "auth,auth-int"],
  ]);
});

Deno.test("readChallenge reads what stands behind the first 32 KiB", () => {
  readLines(`X-Long: ${"a".repeat(40_000)}`, 'WWW-Authenticate: Digest realm="a", nonce="b"');
  const found = headers.challenge(codes.HEADER_WWW_AUTHENTICATE, sip.value(codes.HEADER_WWW_AUTHENTICATE));
  assert.ok(!isMalformed(found));
  assert.equal(found.params.size, 2);
});

Deno.test("readChallenge reads Authentication-Info, which has no scheme", () => {
  const found = headers.challenge(
    codes.HEADER_AUTHENTICATION_INFO,
    valueOf('Authentication-Info: nextnonce="n", qop=auth'),
  );
  assert.ok(!isMalformed(found));
  assert.deepEqual([found.scheme, ...found.params], ["", ["nextnonce", "n"], ["qop", "auth"]]);
});

Deno.test("readChallenge refuses what is no list of parameters", () => {
  assertMalformed("WWW-Authenticate", (value) => headers.challenge(codes.HEADER_WWW_AUTHENTICATE, value), [
    "",
    "Digest",
    'Digest realm="a" nonce="b"',
    'Digest realm="a",',
    'Digest realm="a", realm="b"',
    'Digest realm="a',
    "Digest realm",
    "Digest realm=",
    "Digest =a",
    'Digest realm="a";nonce="b"',
  ]);
});

Deno.test("readAkaNonce parts RAND, AUTN and the server's data", () => {
  const bytes = Uint8Array.from({ length: 35 }, (_, at) => at);
  const nonce = btoa(String.fromCharCode(...bytes));
  assert.deepEqual(readAkaNonce(nonce), {
    rand: bytes.slice(0, 16),
    autn: bytes.slice(16, 32),
    data: bytes.slice(32),
  });
  for (const bad of ["", "abc", "####", btoa("short"), nonce.slice(1)]) {
    assert.equal(readAkaNonce(bad), undefined);
  }
  assert.ok(isAka("AKAv1-MD5") && isAka("akav2-SHA-256") && !isAka("MD5") && !isAka(undefined));
});
