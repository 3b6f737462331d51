import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { importJWK, type JWK, jwtVerify } from "jose";
import { TokenSigner } from "./token_signer.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const claims = { claim: "sub", issuer: "https://issuer.test", audience: "ropeway" };
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const other = generateKeyPairSync("ec", { namedCurve: "P-384" });

function pem(key: KeyObject): string {
  return key.export({ format: "pem", type: "pkcs8" }) as string;
}

Deno.test("TokenSigner: keys of every kind, each stream with its own user", async () => {
  const jwk = { ...ec.privateKey.export({ format: "jwk" }), kid: "e1" };
  const keys: [text: string, alg: string, published: KeyObject | undefined, kid: string | undefined][] = [
    [`${SECRET}\n`, "HS256", undefined, undefined],
    [pem(ec.privateKey), "ES256", ec.publicKey, undefined],
    [pem(rsa.privateKey), "RS256", rsa.publicKey, undefined],
    [JSON.stringify(jwk), "ES256", ec.publicKey, "e1"],
  ];
  for (const [text, alg, published, kid] of keys) {
    const signer = await TokenSigner.open(text, claims);
    const tokens = await signer.tokens(300);
    assert.equal(new Set(tokens).size, 300);
    const key = published === undefined
      ? new TextEncoder().encode(SECRET)
      : await importJWK(published.export({ format: "jwk" }) as JWK, alg);
    const options = { issuer: claims.issuer, audience: claims.audience, requiredClaims: ["exp"] };
    const { payload, protectedHeader } = await jwtVerify(tokens[299]!, key, options);
    assert.equal(payload.sub, "load0000000299");
    assert.deepEqual({ ...protectedHeader }, kid === undefined ? { alg } : { alg, kid });
    assert.deepEqual(await signer.tokens(2), tokens.slice(0, 2));
  }
});

Deno.test("TokenSigner: the claim and the key's name are as asked for", async () => {
  const signer = await TokenSigner.open(SECRET, { claim: "email", keyId: "k" });
  const [token] = await signer.tokens(1);
  const { payload, protectedHeader } = await jwtVerify(token!, new TextEncoder().encode(SECRET));
  assert.deepEqual([payload["email"], payload.sub, protectedHeader.kid], ["load0000000000", undefined, "k"]);
});

Deno.test("TokenSigner: what cannot sign is refused without a word of it", async () => {
  const cases: [string, RegExp][] = [
    ["short", /fewer than 32 bytes/],
    ["{", /not JSON/],
    ["{}", /no key of HS256, RS256, ES256/],
    [pem(other.privateKey), /no key of/],
    [JSON.stringify(ec.publicKey.export({ format: "jwk" })), /public key/],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", /no private key in PEM/],
    [JSON.stringify({ kty: "EC", crv: "P-256", d: "AA", x: "AA", y: "AA" }), /cannot be used/],
  ];
  for (const [text, problem] of cases) {
    await assert.rejects(TokenSigner.open(text, claims), (error: Error) => {
      assert.ok(error instanceof RangeError, String(error));
      assert.match(error.message, problem);
      return true;
    });
  }
});
