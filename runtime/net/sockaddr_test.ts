import assert from "node:assert/strict";
import fc from "fast-check";
import { AF_INET, AF_INET6 } from "./libc.ts";
import { hostOf, nameOf, portOf, withPort } from "./sockaddr.ts";

Deno.test("nameOf and hostOf: IPv4 there and back, mapped too", () => {
  fc.assert(fc.property(fc.ipV4(), (host) => {
    for (const family of [AF_INET, AF_INET6] as const) {
      const name = nameOf(host, family);
      assert.ok(name !== undefined);
      assert.equal(hostOf(name, 0), host);
    }
  }));
});

Deno.test("nameOf and hostOf: IPv6 in the text that URL has for it", () => {
  fc.assert(fc.property(fc.ipV6(), (host) => {
    const name = nameOf(host, AF_INET6);
    assert.ok(name !== undefined, host);
    const text = hostOf(name, 0);
    if (text.includes(".")) assert.match(host, /ffff/i);
    else assert.equal(`[${text}]`, new URL(`http://[${host}]/`).hostname);
  }));
});

Deno.test("hostOf leaves out the longest run of zeros, the first of two, and no single one", () => {
  const cases = ["::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "1:0:0:2::3", "1::2:0:0:3:4"];
  for (const host of cases) assert.equal(hostOf(nameOf(host, AF_INET6)!, 0), host);
});

Deno.test("nameOf refuses what is no address", () => {
  const cases = ["", "1.2.3", "1.2.3.256", "1.2.3.04", "1.2.3.4.5", "a.b.c.d", "example.org", "1.2.3.4 "];
  for (const host of cases) {
    assert.equal(nameOf(host, AF_INET), undefined, host);
    assert.equal(nameOf(host, AF_INET6), undefined, host);
  }
  const sixes = [
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "g::",
  ];
  for (const host of [...sixes, "::1.2.3", "1.2.3.4::", "fe80::1%eth0", ":1", "1:2:3:4:5:6:7:"]) {
    assert.equal(nameOf(host, AF_INET6), undefined, host);
  }
  assert.equal(nameOf("::1", AF_INET), undefined);
});

Deno.test("withPort and portOf: network order", () => {
  for (const port of [0, 1, 255, 256, 5060, 65_535]) {
    const word = withPort(AF_INET, port);
    assert.equal(portOf(word), port);
    assert.deepEqual([...new Uint8Array(new Uint32Array([word]).buffer)], [2, 0, port >>> 8, port & 255]);
  }
});
