import assert from "node:assert/strict";
import { newKey, SECRET } from "../../test/token_issuer.ts";
import { ConfigError } from "./config.ts";
import { readConfig } from "./read.ts";

const HASH = "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo";
const { published } = await newKey("ES256", "e1");
const FILES: Readonly<Record<string, string>> = {
  secret: `${SECRET}\n`,
  short: "0123456789abcdef0123456789abcde\n",
  keys: JSON.stringify({ keys: [published] }),
  "no-keys": JSON.stringify({ keys: [] }),
  "bad-keys": JSON.stringify({ keys: [{ kty: "OKP", crv: "X25519", x: "" }, { ...published, x: "AAAA" }] }),
  "secret-keys": JSON.stringify({ keys: [{ ...published, d: "AAAA" }] }),
  users: JSON.stringify({ alice: HASH }),
  "bad-name": JSON.stringify({ "a b": HASH }),
  "bad-hash": JSON.stringify({ alice: "geheim" }),
  list: "[]",
  text: "geheim",
};

function loginOf(args: string) {
  const config = readConfig(args === "" ? [] : args.split(" "), {
    readFile: (path) => {
      const text = FILES[path];
      if (text === undefined) throw new Error(`no ${path}`);
      return text;
    },
  });
  assert.ok(config !== "help");
  return config.login;
}

const WHO = "--jwt-issuer https://issuer.test --jwt-audience ropeway";

Deno.test("readConfig: login by tokens and passwords", () => {
  assert.equal(loginOf(""), undefined);
  assert.deepEqual(loginOf("--jwt-secret secret"), { claim: "sub", secret: SECRET });
  assert.deepEqual(loginOf(`--jwks keys ${WHO} --jwt-claim email`), {
    claim: "email",
    keys: { set: { keys: [published] } },
    issuer: "https://issuer.test",
    audience: "ropeway",
  });
  assert.deepEqual(loginOf("--browsers users"), { claim: "sub", passwords: [["alice", HASH]] });
  for (
    const url of [
      "https://issuer.test/keys",
      "http://127.0.0.1:8081/keys",
      "http://localhost/keys",
      "http://[::1]/keys",
    ]
  ) {
    assert.deepEqual(loginOf(`--jwks ${url} ${WHO}`)?.keys, { url });
  }
});

Deno.test("readConfig: a login that cannot be is refused, and no secret is told", () => {
  const both = "needs --jwt-issuer and --jwt-audience, or tokens for others would do";
  const cases: [string, string][] = [
    ["--jwks keys", `Option --jwks: ${both}`],
    ["--jwks keys --jwt-issuer a", `Option --jwks: ${both}`],
    ["--jwt-issuer a", "Option --jwt-issuer: needs --jwks or --jwt-secret"],
    ["--browsers users --jwt-claim a", "Option --jwt-claim: needs --jwks or --jwt-secret"],
    ["--jwt-secret short", 'Option --jwt-secret: "short" has fewer than 32 bytes'],
    ["--jwt-secret nothing", 'Option --jwt-secret: cannot read "nothing": no nothing'],
    [`--jwks text ${WHO}`, 'Option --jwks: "text" cannot be used: The JWK Set is not JSON'],
    [
      `--jwks list ${WHO}`,
      'Option --jwks: "list" cannot be used: There is no JWK Set: an object with a list keys',
    ],
    [`--jwks no-keys ${WHO}`, 'Option --jwks: "no-keys" cannot be used: The JWK Set has no keys'],
    [
      `--jwks secret-keys ${WHO}`,
      'Option --jwks: "secret-keys" cannot be used: The JWK Set has a secret key',
    ],
    [
      `--jwks bad-keys ${WHO}`,
      'Option --jwks: "bad-keys" cannot be used: Key 2 of the JWK Set cannot be read',
    ],
    [
      `--jwks http://issuer.test/ ${WHO}`,
      'Option --jwks: "http://issuer.test/" has to be https: on the way anybody could change the keys',
    ],
    [`--jwks https://a:b@c/ ${WHO}`, 'Option --jwks: "https://a:b@c/" is neither a file nor a URL'],
    ["--browsers text", 'Option --browsers: "text" is not JSON'],
    ["--browsers list", 'Option --browsers: "list" is not a JSON object'],
    ["--browsers bad-name", 'Option --browsers: "bad-name": "a b" cannot be a user\'s name'],
    [
      "--browsers bad-hash",
      'Option --browsers: "bad-hash": "alice" is no hash like $scrypt$ln=15,r=8,p=3$SALT$HASH',
    ],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => loginOf(args), (error) => {
      assert.ok(error instanceof ConfigError, String(error));
      assert.equal(error.message, message);
      return true;
    });
  }
});
