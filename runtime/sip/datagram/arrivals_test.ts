import assert from "node:assert/strict";
import { AF_INET, AF_INET6 } from "../../net/libc.ts";
import { nameOf, withPort } from "../../net/sockaddr.ts";
import { Arrivals } from "./arrivals.ts";

function name(host: string, port: number): Uint32Array {
  const family = host.includes(":") ? AF_INET6 : AF_INET;
  const words = nameOf(host, family)!;
  words[0] = withPort(family, port);
  return words;
}

Deno.test("Arrivals gives a source that it knows the same object", () => {
  const arrivals = new Arrivals({ localPort: 5060 });
  for (const [host, port] of [["192.0.2.1", 5070], ["2001:db8::1", 5071]] as const) {
    const first = arrivals.of(name(host, port), 0);
    assert.deepEqual(first, { transport: "udp", host, port, flow: 0, localPort: 5060 });
    assert.equal(arrivals.of(name(host, port), 0), first);
  }
});

Deno.test("Arrivals tells all sources apart, more of them than it keeps", () => {
  const arrivals = new Arrivals({ localPort: 5060 });
  for (let round = 0; round < 2; round++) {
    for (let port = 1; port < 20_000; port++) {
      const host = port % 2 === 0
        ? `10.0.${port >>> 8 & 255}.${port & 255}`
        : `2001:db8::${(port | 0x1000).toString(16)}`;
      const arrival = arrivals.of(name(host, port), 0);
      assert.equal(arrival.host, host);
      assert.equal(arrival.port, port);
    }
  }
});

Deno.test("Arrivals reads an address in the midst of a table", () => {
  const words = new Uint32Array(24);
  words.set(name("192.0.2.9", 1), 16);
  assert.equal(new Arrivals({ localPort: 1 }).of(words, 16).host, "192.0.2.9");
});
