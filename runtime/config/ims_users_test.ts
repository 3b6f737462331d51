import assert from "node:assert/strict";
import { ConfigError } from "./config.ts";
import { readImsUsers } from "./ims_users.ts";

const k = "465b5ce8b199b49faa5f0a2ee238a6bc";

Deno.test("readImsUsers: what is not said follows from the public identity", () => {
  const users = readImsUsers(
    JSON.stringify({
      "sip:alice@IMS.test": { password: "secret" },
      "sip:+1555@ims.test": { k, opc: k, privateId: "f@x", realm: "r", home: "h.test", user: "frank" },
    }),
    "f",
  );
  assert.deepEqual(users, [
    {
      uri: "sip:alice@ims.test",
      privateId: "alice@ims.test",
      realm: "ims.test",
      home: "ims.test",
      user: "alice",
      password: "secret",
    },
    { uri: "sip:+1555@ims.test", privateId: "f@x", realm: "r", home: "h.test", user: "frank", k, opc: k },
  ]);
});

Deno.test("readImsUsers: names the entry, and says nothing of its secret", () => {
  const cases: [unknown, RegExp][] = [
    ['{"sip:a@b.test": {"password": "hush', /is not JSON$/],
    [[], /is not a JSON object$/],
    [{}, /names nobody$/],
    [{ "alice": { password: "hush" } }, /entry "alice": the name is not a public identity/],
    [{ "sip:a@b.test:5060": { password: "hush" } }, /is not a public identity/],
    [{ "sip:a@b.test": { password: 5 } }, /entry "sip:a@b.test", "password": is not as it has to be$/],
    [{ "sip:a@b.test": { password: "hush\n" } }, /"password": is not as it has to be$/],
    [{ "sip:a@b.test": { secret: "hush" } }, /"secret": there is no such member$/],
    [{ "sip:a@b.test": {} }, /needs either password, or k with one of op and opc$/],
    [{ "sip:a@b.test": { password: "hush", k } }, /needs either/],
    [{ "sip:a@b.test": { k, op: k, opc: k } }, /needs either/],
    [{ "sip:a@b.test": { k: "hush", op: k } }, /"k": is not as it has to be$/],
    [{ "sip:a@b.test": { k, op: k, realm: 'a"\u00e4' } }, /"realm": is not as it has to be$/],
    [{ "sip:a@b.test": { password: "x" }, "sip:a@c.test": { password: "x" } }, /user "a" is there twice$/],
  ];
  for (const [file, message] of cases) {
    const text = typeof file === "string" ? file : JSON.stringify(file);
    assert.throws(() => readImsUsers(text, "f"), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
      assert.ok(!error.message.includes("hush") && !error.message.includes(k), error.message);
      return true;
    });
  }
});
