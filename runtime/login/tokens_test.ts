import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { exportSPKI, importJWK } from "jose";
import { RecordedLog } from "../../test/recording_relay.ts";
import {
  AUDIENCE,
  ISSUER,
  newKey,
  NOW,
  rawToken,
  SECRET,
  secretKey,
  tokenOf,
  type TokenOptions,
} from "../../test/token_issuer.ts";
import type { LoginConfig } from "../config/config.ts";
import { OwnTokens } from "./own_tokens.ts";
import { newTokenKey } from "./token_key.ts";
import { Tokens } from "./tokens.ts";

const rsa = await newKey("RS256", "r1");
const ec = await newKey("ES256", "e1");
const set = { keys: [rsa.published, ec.published] };
const all: LoginConfig = { claim: "sub", secret: SECRET, keys: { set }, issuer: ISSUER, audience: AUDIENCE };

function tokens(config: LoginConfig = all, { now = NOW, own }: { now?: number; own?: OwnTokens } = {}) {
  return new Tokens({
    config,
    domain: "ropeway.test",
    own,
    log: new RecordedLog(),
    now: () => 0,
    wallClock: () => now,
  });
}

/** What was wrong with a token, "" = nothing. */
async function fault(token: string, checked = tokens()): Promise<string> {
  const found = await checked.check(token);
  return "kind" in found ? `${found.kind}: ${found.reason}` : "";
}

Deno.test("Tokens.check: each algorithm names the user and the end of the login", async () => {
  for (const key of [rsa, ec, secretKey()]) {
    const found = await tokens().check(await tokenOf("alice", key));
    assert.deepEqual(found, { user: "alice", expires: NOW + 330_000 }, key.algorithm);
  }
});

Deno.test("Tokens.check: keys of others, in each algorithm", async () => {
  const strangers = [await newKey("RS256", "r1"), await newKey("ES256", "e1"), secretKey(`${SECRET}!`)];
  for (const key of strangers) {
    assert.equal(await fault(await tokenOf("alice", key)), "signature: The signature of the token is wrong");
  }
  const unknown = await tokenOf("alice", rsa, { kid: "r2" });
  assert.equal(await fault(unknown), "key: The key of the token is not known here");
});

Deno.test("Tokens.check: claims that are wrong, late, early or missing", async () => {
  const cases: [TokenOptions, string][] = [
    [{ claims: { iss: "https://other.test" } }, "claims: The token is from another issuer"],
    [{ without: ["iss"] }, "claims: The token is from another issuer"],
    [{ claims: { aud: "other" } }, "claims: The token is for another audience"],
    [{ without: ["aud"] }, "claims: The token is for another audience"],
    [{ claims: { aud: ["other", AUDIENCE] } }, ""],
    [{ without: ["exp"] }, "claims: The token does not say until when it holds (exp)"],
    [
      { claims: { exp: "tomorrow" as unknown as number } },
      "claims: The token does not say until when it holds (exp)",
    ],
    [{ lifetime: -29 }, ""],
    [{ lifetime: -30 }, "expired: The token has expired"],
    [{ claims: { nbf: NOW / 1_000 + 30 } }, ""],
    [{ claims: { nbf: NOW / 1_000 + 31 } }, "early: The token does not hold yet"],
    [{ without: ["sub"] }, "user: The token names no user of this domain"],
    [{ claims: { sub: "bob@elsewhere.test" } }, "user: The token names no user of this domain"],
  ];
  for (const [options, expected] of cases) {
    assert.equal(await fault(await tokenOf("alice", rsa, options)), expected, JSON.stringify(options));
  }
});

Deno.test("Tokens.check: an end that no clock reaches is none", async () => {
  const token = await tokenOf("alice", secretKey());
  const [header, ,] = token.split(".");
  const claims = btoa(`{"sub":"alice","iss":"${ISSUER}","aud":"${AUDIENCE}","exp":1e999}`).replace(/=+$/, "");
  const signature = createHmac("sha256", SECRET).update(`${header}.${claims}`).digest("base64url");
  assert.match(await fault(`${header}.${claims}.${signature}`), /^claims: .*\(exp\)$/);
});

Deno.test("Tokens.check: no signature is no token, however it is written", async () => {
  const claims = { sub: "alice", iss: ISSUER, aud: AUDIENCE, exp: NOW / 1_000 + 300 };
  for (const alg of ["none", "None", "NONE", "nOnE", "", "HS384", "RS384", "PS256", "EdDSA"]) {
    const expected = "algorithm: Tokens of this algorithm are not accepted";
    assert.equal(await fault(rawToken({ alg }, claims)), expected, alg);
    assert.equal(await fault(rawToken({ alg }, claims, "AAAA")), expected, alg);
  }
  for (const alg of ["HS256", "RS256", "ES256"]) {
    assert.match(
      await fault(rawToken({ alg, kid: alg === "ES256" ? "e1" : "r1" }, claims)),
      /^signature|^malformed/,
    );
  }
});

Deno.test("Tokens.check: a public key is no secret", async () => {
  const key = await importJWK(rsa.published, "RS256", { extractable: true }) as CryptoKey;
  const pem = await exportSPKI(key);
  const claims = { sub: "alice", iss: ISSUER, aud: AUDIENCE, exp: NOW / 1_000 + 300 };
  for (const secret of [pem, pem.trim(), JSON.stringify(rsa.published), rsa.published.n!]) {
    const unsigned = rawToken({ alg: "HS256", kid: "r1" }, claims).slice(0, -1);
    const token = `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
    assert.match(await fault(token), /^signature/);
    const { secret: _, ...withoutSecret } = all;
    assert.match(await fault(token, tokens(withoutSecret)), /^algorithm/);
  }
  const { keys: _, ...withoutKeys } = all;
  assert.match(await fault(await tokenOf("alice", rsa), tokens(withoutKeys)), /^algorithm/);
});

Deno.test("Tokens.check: several keys of one kind, and a token that names none", async () => {
  const other = await newKey("RS256", "r2");
  const config = { ...all, keys: { set: { keys: [rsa.published, other.published] } } };
  const token = await tokenOf("alice", other, { claims: {} });
  assert.equal(await fault(token, tokens(config)), "");
  const nameless = rawToken({ alg: "RS256" }, { sub: "alice" }, "AAAA");
  assert.equal(
    await fault(nameless, tokens(config)),
    "key: The token does not say which key it is signed with (kid)",
  );
});

Deno.test("Tokens.check: the claim that names the user is the configured one", async () => {
  const config = { ...all, claim: "preferred_username" };
  const token = await tokenOf("x", rsa, { claims: { preferred_username: "sip:alice@Ropeway.test" } });
  assert.deepEqual(await tokens(config).check(token), { user: "alice", expires: NOW + 330_000 });
  assert.match(await fault(await tokenOf("x", rsa), tokens({ ...all, claim: "constructor" })), /^user/);
});

Deno.test("Tokens.check: own tokens, and nobody else's of their name", async () => {
  const options = { domain: "ropeway.test", wallClock: () => NOW, hashOf: () => "$scrypt$" };
  const own = new OwnTokens({ ...options, key: newTokenKey() });
  const { token, lifetime } = (await own.give("alice", NOW / 1_000 - 100))!;
  assert.equal(lifetime, 600);
  assert.deepEqual(await tokens(all, { own }).check(token), {
    user: "alice",
    expires: NOW + 630_000,
    since: NOW / 1_000 - 100,
  });
  assert.match(await fault(token, tokens(all, { own, now: NOW + 630_000 })), /^expired/);
  // Without users of its own the relay gives none.
  assert.match(await fault(token), /^signature/);
  const other = new OwnTokens({ ...options, key: newTokenKey() });
  assert.match(await fault(token, tokens(all, { own: other })), /^signature/);
  const elsewhere = new OwnTokens({ ...options, domain: "other.test", key: newTokenKey() });
  assert.match(await fault((await elsewhere.give("alice"))!.token, tokens(all, { own })), /^signature/);
  for (const key of [rsa, secretKey()]) {
    const forged = await tokenOf("alice", key, {
      kid: "ropeway",
      claims: { iss: "ropeway", aud: "ropeway.test" },
    });
    assert.match(await fault(forged, tokens(all, { own })), /^(algorithm|signature)/);
  }
  // The password was proved 12 hours ago.
  assert.equal((await own.give("alice", NOW / 1_000 - 43_199))!.lifetime, 1);
  assert.equal(await own.give("alice", NOW / 1_000 - 43_200), undefined);
});

Deno.test("Tokens.check: whatever text comes, a fault of one line without quotes", async () => {
  const checked = tokens();
  assert.match(
    await fault("a".repeat(6_145), checked),
    /^malformed: The token is longer than 6144 characters$/,
  );
  const part = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.json().map((text) => btoa(encodeURI(text))),
  );
  await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
    const found = await checked.check(parts.join("."));
    assert.ok("kind" in found);
    assert.match(found.reason, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  }));
});
