import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";
import type { Ask, Naptr, Records, Srv } from "./question.ts";
import { Resolver } from "./resolver.ts";

type Zone = Readonly<Record<string, readonly unknown[]>>;

/** A resolver over `zone` (`"SRV _sip._udp.a"` → records), the questions it asked, and its hops as short texts. */
function resolving(zone: Zone) {
  const questions: string[] = [];
  const ask: Ask = <Kind extends keyof Records>(kind: Kind, name: string) => {
    questions.push(`${kind} ${name}`);
    return Promise.resolve((zone[`${kind} ${name}`] ?? []) as readonly Records[Kind][]);
  };
  const resolver = new Resolver({ ask, chance: () => 0.5, now: () => 0 });
  const hops = async (host: string, rest: Partial<ResolveTarget> = {}) => {
    const found = await resolver.resolve({ host, port: 0, transport: undefined, secure: false, ...rest });
    return found.map(({ transport, host, port }) => `${transport} ${host} ${port}`);
  };
  return { resolver, questions, hops };
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
  assert.deepEqual(questions, ["ADDRESS a.example", "ADDRESS a.example"]);
});

Deno.test("resolve: with a transport its SRV, then the addresses", async () => {
  const { hops, questions } = resolving({
    "SRV _sip._tcp.a.example": [srv("s.a.example.", 5071)],
    "ADDRESS s.a.example": ["192.0.2.2"],
    "ADDRESS a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example", { transport: "tcp" }), ["tcp 192.0.2.2 5071"]);
  assert.deepEqual(await hops("a.example", { transport: "udp" }), ["udp 192.0.2.1 5060"]);
  assert.deepEqual(questions, [
    "SRV _sip._tcp.a.example",
    "ADDRESS s.a.example",
    "SRV _sip._udp.a.example",
    "ADDRESS a.example",
  ]);
});

Deno.test("resolve: NAPTR by order, then preference; services that we do not speak are skipped", async () => {
  const { hops, questions } = resolving({
    "NAPTR a.example": [
      naptr("SIP+D2U", "_sip._udp.a.example.", { order: 2 }),
      naptr("SIPS+D2T", "_sips._tcp.a.example.", { order: 0 }),
      naptr("sip+d2t", "odd.a.example.", { order: 1, preference: 2, flags: "S" }),
      naptr("SIP+D2U", "even.a.example.", { order: 1, preference: 1 }),
      naptr("SIP+D2U", "x.a.example.", { order: 0, flags: "" }),
      naptr("SIP+D2U", ".", { order: 0 }),
      naptr("SIP+D2U", "x.a.example.", { order: 0, regexp: "!^.*$!sip:x@a!" }),
    ],
    "SRV even.a.example": [srv("s.a.example.", 1)],
    "SRV odd.a.example": [srv("s.a.example.", 2)],
    "SRV _sip._udp.a.example": [srv("s.a.example.", 3)],
    "ADDRESS s.a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.1 1", "tcp 192.0.2.1 2", "udp 192.0.2.1 3"]);
  assert.equal(questions[0], "NAPTR a.example");
  assert.ok(!questions.includes("SRV x.a.example"));
});

Deno.test("resolve: without NAPTR the SRV of each transport, UDP first", async () => {
  const { hops } = resolving({
    "SRV _sip._udp.a.example": [srv("b.example.", 2, { priority: 2 }), srv("a.example.", 1, { priority: 1 })],
    "SRV _sip._tcp.a.example": [srv("a.example.", 3)],
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
    "ADDRESS a.example",
  ]);
});

Deno.test("resolve: NAPTR that leads to no SRV keeps its transport for the plain addresses", async () => {
  const { hops } = resolving({
    "NAPTR a.example": [naptr("SIP+D2T", "_sip._tcp.a.example.")],
    "ADDRESS a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), ["tcp 192.0.2.1 5060"]);
});

Deno.test('resolve: the SRV target "." says that there is no such service', async () => {
  const { hops, questions } = resolving({
    "SRV _sip._udp.a.example": [srv(".", 5060)],
    "ADDRESS a.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), []);
  assert.ok(!questions.includes("ADDRESS a.example"));
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
    "SRV _sip._udp.a.example": [srv("b.example.", 5060), srv("c.example.", 5060)],
    "ADDRESS b.example": ["192.0.2.1"],
    "ADDRESS c.example": ["192.0.2.1"],
  });
  assert.deepEqual(await hops("a.example"), ["udp 192.0.2.1 5060"]);
});

Deno.test("resolve: a huge answer and one that leads back to itself are bounded", async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => index);
  const { hops, questions } = resolving({
    "NAPTR a.example": many.map(() => naptr("SIP+D2U", "a.example.")),
    "SRV a.example": many.map((index) => srv("a.example.", index + 1)),
    "ADDRESS a.example": many.map((index) => `192.0.2.${index % 256}`),
  });
  assert.equal((await hops("a.example")).length, 64);
  assert.ok(questions.length <= 1 + 8 + 8 * 32, `${questions.length} questions`);
});

Deno.test("resolve: a dead address comes last, its name's others stay in order", async () => {
  const { hops, resolver } = resolving({
    "SRV _sip._udp.a.example": [
      srv("b.example.", 5060, { priority: 1 }),
      srv("c.example.", 5060, { priority: 2 }),
    ],
    "ADDRESS b.example": ["192.0.2.1", "192.0.2.2"],
    "ADDRESS c.example": ["192.0.2.3"],
  });
  resolver.dead({ transport: "udp", host: "192.0.2.1", port: 5060, flow: 0 });
  assert.deepEqual(await hops("a.example"), [
    "udp 192.0.2.2 5060",
    "udp 192.0.2.3 5060",
    "udp 192.0.2.1 5060",
  ]);
});

Deno.test("resolve: whatever a resolver answers, hops are few, distinct and can be sent to", async () => {
  const name = fc.constantFrom(
    "a.example.",
    "_sip._udp.a.example.",
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
    const { resolver } = resolving(zone);
    const hops: readonly Hop[] = await resolver.resolve({
      host: "a.example",
      port: 0,
      transport: undefined,
      secure: false,
    });
    assert.ok(hops.length <= 64);
    assert.equal(new Set(hops.map((hop) => JSON.stringify(hop))).size, hops.length);
    for (const { port } of hops) assert.ok(port > 0 && port <= 65_535);
  }));
});
