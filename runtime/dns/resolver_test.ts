import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import type { ResolveTarget } from "../../core/output.ts";
import { seededRandom } from "../../test/scenarios/seeded_random.ts";
import { type Answer, type Ask, type Kind, type Naptr, type Records, type Srv, without } from "./question.ts";
import { Resolver, type ResolverOptions } from "./resolver.ts";

type Zone = Readonly<Record<string, readonly unknown[] | undefined>>;

/**
 * A resolver over `zone` (`"SRV _sip._udp.a"` → records, "ADDRESS a" → addresses of both kinds, `undefined` = nobody can tell), the questions it
 * asked, and its hops as short texts.
 */
function resolving(zone: Zone, options: Partial<ResolverOptions> = {}) {
  const questions: string[] = [];
  const ask: Ask = <Name extends Kind>(kind: Name, name: string) => {
    questions.push(`${kind} ${name}`);
    const family = kind === "A" ? 4 : 6;
    const key = kind === "A" || kind === "AAAA" ? `ADDRESS ${name}` : `${kind} ${name}`;
    if (key in zone && zone[key] === undefined) return Promise.resolve(without("failed", 0));
    const all = zone[key] ?? [];
    const records = key.startsWith("ADDRESS") ? all.filter((one) => isIP(one as string) === family) : all;
    const type = records.length > 0 ? "found" : "noData";
    return Promise.resolve({ type, records, ttl: 1_000 } as Answer<Records[Name]>);
  };
  const resolver = new Resolver({ ask, chance: () => 0.5, now: () => 0, ...options });
  const find = (host: string, rest: Partial<ResolveTarget> = {}) =>
    resolver.resolve({ host, port: 0, transport: undefined, secure: false, ...rest });
  const hops = async (host: string, rest: Partial<ResolveTarget> = {}) =>
    (await find(host, rest)).hops.map(({ transport, host, port }) => `${transport} ${host} ${port}`);
  return { resolver, questions, find, hops };
}

function naptr(services: string, replacement: string, rest: Partial<Naptr> = {}): Naptr {
  return { order: 1, preference: 1, flags: "s", services, regexp: "", replacement, ...rest };
}

function srv(target: string, port: number, rest: Partial<Srv> = {}): Srv {
  return { priority: 1, weight: 1, port, target, ...rest };
}

Deno.test("resolve: an IP address is its own answer", async () => {
  const { hops, questions } = resolving({});
  assert.deepEqual(await hops("192.0.2.1"), ["udp 192.0.2.1 5060"]);
  assert.deepEqual(await hops("192.0.2.1", { port: 5070, transport: "tcp" }), ["tcp 192.0.2.1 5070"]);
  assert.deepEqual(await hops("[2001:DB8::1]"), ["udp 2001:db8::1 5060"]);
  assert.deepEqual(await hops("2001:db8::1", { transport: "tcp" }), ["tcp 2001:db8::1 5060"]);
  assert.deepEqual(questions, []);
});

Deno.test("resolve: with a port only the addresses are asked for", async () => {
  const { hops, questions } = resolving({ "ADDRESS a.example": ["192.0.2.1", "2001:db8::1"] });
  assert.deepEqual(await hops("A.Example.", { port: 5070 }), ["udp 192.0.2.1 5070", "udp 2001:db8::1 5070"]);
  assert.deepEqual(await hops("a.example", { port: 5070, transport: "tcp" }), [
    "tcp 192.0.2.1 5070",
    "tcp 2001:db8::1 5070",
  ]);
  assert.deepEqual(questions, ["A a.example", "AAAA a.example", "A a.example", "AAAA a.example"]);
});

Deno.test("resolve: with a transport its SRV, then the addresses", async () => {
  const { hops, questions } = resolving({
    "SRV _sip._tcp.a.example": [srv("s.a.example", 5071)],
    "ADDRESS s.a.example": ["192.0.2.2"],
    "ADDRESS a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example", { transport: "tcp" }), ["tcp 192.0.2.2 5071"]);
  assert.deepEqual(await hops("a.example", { transport: "udp" }), ["udp 192.0.2.1 5060"]);
  assert.deepEqual(questions, [
    "SRV _sip._tcp.a.example",
    "A s.a.example",
    "AAAA s.a.example",
    "SRV _sip._udp.a.example",
    "A a.example",
    "AAAA a.example",
  ]);
});

Deno.test("resolve: NAPTR by order, then preference; services that we do not speak are skipped", async () => {
  const { hops, questions } = resolving({
    "NAPTR a.example": [
      naptr("SIP+D2U", "_sip._udp.a.example", { order: 2 }),
      naptr("SIPS+D2T", "_sips._tcp.a.example", { order: 0 }),
      naptr("sip+d2t", "odd.a.example", { order: 1, preference: 2, flags: "S" }),
      naptr("SIP+D2U", "even.a.example", { order: 1, preference: 1 }),
      naptr("SIP+D2U", "x.a.example", { order: 0, flags: "" }),
      naptr("SIP+D2U", "", { order: 0 }),
      naptr("SIP+D2U", "x.a.example", { order: 0, regexp: "!^.*$!sip:x@a!" }),
    ],
    "SRV even.a.example": [srv("s.a.example", 1)],
    "SRV odd.a.example": [srv("s.a.example", 2)],
    "SRV _sip._udp.a.example": [srv("s.a.example", 3)],
    "ADDRESS s.a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.1 1", "tcp 192.0.2.1 2", "udp 192.0.2.1 3"]);
  assert.equal(questions[0], "NAPTR a.example");
  assert.ok(!questions.includes("SRV x.a.example"));
});

Deno.test("resolve: without NAPTR the SRV of each transport, UDP first", async () => {
  const { hops } = resolving({
    "SRV _sip._udp.a.example": [srv("b.example", 2, { priority: 2 }), srv("a.example", 1, { priority: 1 })],
    "SRV _sip._tcp.a.example": [srv("a.example", 3)],
    "ADDRESS a.example": ["192.0.2.1"],
    "ADDRESS b.example": ["192.0.2.2"],
  });
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.1 1", "udp 192.0.2.2 2", "tcp 192.0.2.1 3"]);
});

Deno.test("resolve: without NAPTR and SRV the addresses, UDP, 5060", async () => {
  const { hops, questions } = resolving({ "ADDRESS a.example": ["192.0.2.1"] });
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.1 5060"]);
  assert.deepEqual(questions, [
    "NAPTR a.example",
    "SRV _sip._udp.a.example",
    "SRV _sip._tcp.a.example",
    "A a.example",
    "AAAA a.example",
  ]);
});

Deno.test("resolve: NAPTR that leads to no SRV keeps its transport for the plain addresses", async () => {
  const { hops } = resolving({
    "NAPTR a.example": [naptr("SIP+D2T", "_sip._tcp.a.example")],
    "ADDRESS a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), ["tcp 192.0.2.1 5060"]);
});

Deno.test('resolve: the SRV target "." says that there is no such service', async () => {
  const { hops, questions } = resolving({
    "SRV _sip._udp.a.example": [srv("", 5060)],
    "ADDRESS a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), []);
  assert.ok(!questions.includes("A a.example"));
});

Deno.test("resolve: a name that cannot be asked for has no address", async () => {
  const { hops, questions } = resolving({});
  for (
    const host of ["", ".", "a..b", "a b", "a\0b", "é.example", `${"a".repeat(64)}.example`, "a.".repeat(200)]
  ) {
    assert.deepEqual(await hops(host), [], host);
  }
  assert.deepEqual(await hops("127.0.0.1", { transport: "loop" }), []);
  assert.deepEqual(questions, []);
});

Deno.test("resolve: one address under several names is one hop", async () => {
  const { hops } = resolving({
    "SRV _sip._udp.a.example": [srv("b.example", 5060), srv("c.example", 5060)],
    "ADDRESS b.example": ["192.0.2.1"],
    "ADDRESS c.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.1 5060"]);
});

Deno.test("resolve: a huge answer and one that leads back to itself are bounded", async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => index);
  const { hops, questions } = resolving({
    "NAPTR a.example": many.map(() => naptr("SIP+D2U", "a.example")),
    "SRV a.example": many.map((index) => srv("a.example", index + 1)),
    "ADDRESS a.example": many.map((index) => `192.0.2.${index % 256}`),
  });
  assert.equal((await hops("a.example")).length, 64);
  assert.ok(questions.length <= 1 + 8 + 2 * 8 * 32, `${questions.length} questions`);
});

Deno.test("resolve: a dead address comes last, its name's others stay in order", async () => {
  const { hops, resolver } = resolving({
    "SRV _sip._udp.a.example": [
      srv("b.example", 5060, { priority: 1 }),
      srv("c.example", 5060, { priority: 2 }),
    ],
    "ADDRESS b.example": ["192.0.2.1", "192.0.2.2"],
    "ADDRESS c.example": ["192.0.2.3"],
  });
  resolver.dead({ transport: "udp", host: "192.0.2.1", port: 5060, flow: 0 }, 30_000);
  assert.deepEqual(await hops("a.example"), [
    "udp 192.0.2.2 5060",
    "udp 192.0.2.3 5060",
    "udp 192.0.2.1 5060",
  ]);
});

Deno.test("resolve: sips goes over TLS or nowhere", async () => {
  const zone: Zone = {
    "NAPTR a.example": [
      naptr("SIP+D2T", "_sip._tcp.a.example"),
      naptr("SIPS+D2T", "_sips._tcp.a.example", { order: 9 }),
    ],
    "SRV _sips._tcp.a.example": [srv("b.example", 5071)],
    "SRV _sip._tcp.a.example": [srv("b.example", 5070)],
    "ADDRESS b.example": ["192.0.2.1"],
    "ADDRESS a.example": ["192.0.2.2"],
    "ADDRESS c.example": ["192.0.2.3"],
  };
  const { find, hops, questions } = resolving(zone, { speaks: ["udp", "tcp", "tls"] });
  assert.deepEqual((await find("a.example", { secure: true })).hops, [
    { transport: "tls", host: "192.0.2.1", port: 5071, flow: 0, domain: "a.example" },
  ]);
  assert.ok(!questions.includes("SRV _sip._tcp.a.example"));
  assert.deepEqual(await hops("a.example", { secure: true, transport: "tcp" }), ["tls 192.0.2.1 5071"]);
  assert.deepEqual(await hops("a.example", { secure: true, transport: "udp" }), []);
  assert.deepEqual(await hops("c.example", { secure: true }), ["tls 192.0.2.3 5061"]);
  assert.deepEqual(await hops("c.example", { secure: true, port: 5090 }), ["tls 192.0.2.3 5090"]);
  assert.deepEqual((await find("192.0.2.9", { secure: true })).hops, [
    { transport: "tls", host: "192.0.2.9", port: 5061, flow: 0 },
  ]);
  assert.deepEqual(await resolving(zone).hops("a.example", { secure: true }), []);
});

Deno.test("resolve: TLS for a sip target only where NAPTR or the URI says so", async () => {
  const { hops, questions } = resolving({
    "NAPTR n.example": [naptr("SIPS+D2T", "_sips._tcp.n.example"), naptr("SIPS+D2W", "_sips._ws.n.example")],
    "SRV _sips._tcp.n.example": [srv("b.example", 5071)],
    "SRV _sips._tcp.a.example": [srv("b.example", 5072)],
    "ADDRESS b.example": ["192.0.2.1"],
    "ADDRESS a.example": ["192.0.2.2"],
  }, { speaks: ["udp", "tcp", "tls"] });
  assert.deepEqual(await hops("n.example"), ["tls 192.0.2.1 5071"]);
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.2 5060"]);
  assert.deepEqual(await hops("a.example", { transport: "tls" }), ["tls 192.0.2.1 5072"]);
  assert.ok(!questions.some((question) => question.includes("_ws")));
});

Deno.test("resolve: only what the relay speaks", async () => {
  const { hops } = resolving({ "ADDRESS a.example": ["192.0.2.2"] }, { speaks: ["tcp"] });
  assert.deepEqual(await hops("a.example"), ["tcp 192.0.2.2 5060"]);
  assert.deepEqual(await hops("a.example", { transport: "udp" }), []);
  assert.deepEqual(await hops("192.0.2.1"), ["tcp 192.0.2.1 5060"]);
  assert.deepEqual(await hops("a.example", { transport: "wss" }), []);
});

Deno.test("resolve: the preferred IP version comes first, the other not at all where we have no socket for it", async () => {
  const zone = { "ADDRESS a.example": ["192.0.2.1", "2001:db8::1"] };
  assert.deepEqual(await resolving(zone, { families: [6, 4] }).hops("a.example"), [
    "udp 2001:db8::1 5060",
    "udp 192.0.2.1 5060",
  ]);
  const { hops, questions } = resolving(zone, { families: [4] });
  assert.deepEqual(await hops("a.example", { port: 5080 }), ["udp 192.0.2.1 5080"]);
  assert.deepEqual(questions, ["A a.example"]);
});

Deno.test("resolve: an answer that never comes for one IP version does not keep the other's waiting", async () => {
  const never = Promise.withResolvers<never>().promise;
  const found: Answer<string> = { type: "found", records: ["192.0.2.1"], ttl: 0 };
  const ask = ((kind: Kind) => kind === "AAAA" ? never : Promise.resolve(found)) as Ask;
  const resolver = new Resolver({ ask, chance: () => 0, now: () => 0 });
  const { hops, isSure } = await resolver.resolve({
    host: "a.example",
    port: 5060,
    transport: undefined,
    secure: false,
  });
  assert.deepEqual([hops.map(({ host }) => host), isSure], [["192.0.2.1"], false]);
});

Deno.test("resolve: who cannot tell is not taken for one who says there is nothing", async () => {
  const srvFails = { "SRV _sip._udp.a.example": undefined, "ADDRESS a.example": ["192.0.2.1"] };
  assert.deepEqual(await resolving(srvFails).find("a.example"), { hops: [], isSure: false });
  const naptrFails = { "NAPTR a.example": undefined, "ADDRESS a.example": ["192.0.2.1"] };
  assert.deepEqual(await resolving(naptrFails).hops("a.example"), ["udp 192.0.2.1 5060"]);
  assert.deepEqual(await resolving({}).find("a.example"), { hops: [], isSure: true });
  assert.deepEqual(await resolving({ "ADDRESS a.example": undefined }).find("a.example"), {
    hops: [],
    isSure: false,
  });
});

Deno.test("resolve: the addresses of one name share the calls", async () => {
  const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  const { hops } = resolving({ "ADDRESS a.example": addresses }, { chance: seededRandom(1) });
  const first = new Map<string, number>();
  const calls = 2_000;
  for (let call = 0; call < calls; call++) {
    const [hop = ""] = await hops("a.example", { port: 5060 });
    first.set(hop, (first.get(hop) ?? 0) + 1);
  }
  assert.equal(first.size, addresses.length);
  for (const [hop, count] of first) {
    assert.ok(Math.abs(count / calls - 1 / addresses.length) < 0.05, `${hop}: ${count} of ${calls}`);
  }
});

Deno.test("resolve: whatever a resolver answers, hops are few, distinct and can be sent to", async () => {
  const name = fc.constantFrom(
    "a.example",
    "_sip._udp.a.example",
    ".",
    "",
    "b\0.example.",
    "x".repeat(300),
  );
  const zone = fc.record({
    "NAPTR a.example": fc.array(fc.record({
      order: fc.nat(),
      preference: fc.nat(),
      flags: fc.constantFrom("s", "S", "u", ""),
      services: fc.oneof(fc.constantFrom("SIP+D2U", "SIP+D2T", "SIPS+D2T", "__proto__"), fc.string()),
      regexp: fc.constantFrom("", "!a!b!"),
      replacement: name,
    })),
    "SRV a.example": fc.array(
      fc.record({ priority: fc.nat(), weight: fc.nat(), port: fc.nat(65_535), target: name }),
    ),
    "ADDRESS a.example": fc.array(fc.ipV4()),
  });
  await fc.assert(fc.asyncProperty(zone, async (zone) => {
    const { hops } = await resolving(zone).find("a.example");
    assert.ok(hops.length <= 64);
    assert.equal(new Set(hops.map((hop) => JSON.stringify(hop))).size, hops.length);
    for (const { port } of hops) assert.ok(port > 0 && port <= 65_535);
  }));
});
