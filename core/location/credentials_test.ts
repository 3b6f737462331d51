import assert from "node:assert/strict";
import fc from "fast-check";
import { readCredentials } from "./credentials.ts";

Deno.test("readCredentials: the example of RFC 7616 section 3.9.1", () => {
  const credentials = readCredentials(
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5, ' +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", ' +
      'qop=auth, response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  );
  assert.equal(credentials?.size, 10);
  assert.equal(credentials.get("username"), "Mufasa");
  assert.equal(credentials.get("nc"), "00000001");
  assert.equal(credentials.get("cnonce"), "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
});

Deno.test("readCredentials: case of scheme and names, white space, escapes, empty values", () => {
  const credentials = readCredentials('  dIgEsT  UserName = "a\\"b\\\\c" ,, QOP=auth,empty="" , ');
  assert.deepEqual([...credentials ?? []], [["username", 'a"b\\c'], ["qop", "auth"], ["empty", ""]]);
});

Deno.test("readCredentials: other schemes and broken lists are undefined", () => {
  const broken = [
    "",
    "Digest",
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "Digestusername=a",
    'Digest username="a',
    'Digest username="a" realm="b"',
    "Digest username",
    "Digest =a",
    'Digest a="b"c',
    'Digest nonce=1, NONCE="2"',
    `Digest a="${"x".repeat(5000)}"`,
  ];
  for (const text of broken) assert.equal(readCredentials(text)?.get("username"), undefined, text);
});

Deno.test("readCredentials: any text gives parameters or undefined", () => {
  const pieces = fc.array(
    fc.constantFrom("Digest ", "a", "=", '"', "\\", ",", " ", "\r\n ", "nonce=", "é", "%00", "\0", '="x",'),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        pieces.map((all) => "Digest " + all.join("")),
      ),
      (text) => {
        const credentials = readCredentials(text);
        for (const name of credentials?.keys() ?? []) assert.equal(name, name.toLowerCase());
      },
    ),
  );
});

Deno.test("readCredentials: what was quoted is read back", () => {
  const value = fc.string({ maxLength: 40 });
  fc.assert(fc.property(value, value, (user, nonce) => {
    const quote = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
    const credentials = readCredentials(`Digest username=${quote(user)},nonce=${quote(nonce)}`);
    assert.deepEqual([...credentials ?? []], [["username", user], ["nonce", nonce]]);
  }));
});
