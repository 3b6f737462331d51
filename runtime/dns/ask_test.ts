import assert from "node:assert/strict";
import { type Answering, DnsServer, RCODE } from "../../test/dns_server.ts";
import { asking, type AskOptions } from "./ask.ts";
import { without } from "./question.ts";
import type { System } from "./system.ts";

const NAME = "a.example";
const a = (data: string, { name = NAME, ttl = 60 } = {}) => ({ type: "A", name, ttl, data });
const cname = (name: string, data: string, ttl = 60) => ({ type: "CNAME", name, ttl, data });
const soa = (name: string, { ttl, minimum }: { ttl: number; minimum: number }) => ({
  type: "SOA",
  name,
  ttl,
  data: { mname: "ns", rname: "root", serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});
const FAILED = without("failed", 5_000);

let lastId = 0;
const clock = { now: () => performance.now(), randomId: () => ++lastId & 0xffff };

/** A server that answers so, and a way to ask it that soon loses its patience. */
function served(answering: Answering, options: Partial<AskOptions> = {}) {
  const server = new DnsServer(answering);
  const ask = asking({ ...clock, dns: { host: server.host, port: server.port }, patience: 60, ...options });
  return { server, ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

Deno.test("asking: what an answer says, and how long it holds: as long as its shortest record", async () => {
  await using it = served((_, how) => [
    how.answer({ answers: [a("192.0.2.1", { ttl: 300 }), a("192.0.2.2", { ttl: 7 })] }),
  ]);
  assert.deepEqual(await it.ask("A", NAME), {
    type: "found",
    records: ["192.0.2.1", "192.0.2.2"],
    ttl: 7_000,
  });
  assert.deepEqual(it.server.story, ["A a.example udp"]);
  assert.ok(it.server.asked[0]!.edns);
});

Deno.test("asking: nothing is kept for longer than an hour", async () => {
  await using it = served((_, how) => [how.answer({ answers: [a("192.0.2.1", { ttl: 1_000_000 })] })]);
  assert.equal((await it.ask("A", NAME)).ttl, 3_600_000);
});

Deno.test("asking: each question comes from a port of its own", async () => {
  await using it = served((_, how) => [how.answer()]);
  for (let question = 0; question < 8; question++) await it.ask("A", NAME);
  assert.ok(new Set(it.server.asked.map(({ port }) => port)).size > 4);
});

Deno.test("asking: a name without such records and a name that is not there, as long as the zone says", async () => {
  await using it = served(({ name }, how) => {
    const authorities = [soa("example", { ttl: 90, minimum: 30 })];
    if (name === "no.example") return [how.answer({ rcode: RCODE.NXDOMAIN, authorities })];
    if (name === "odd.example") return [how.answer({ authorities: [soa("other", { ttl: 9, minimum: 9 })] })];
    return [how.answer({ authorities })];
  });
  assert.deepEqual(await it.ask("SRV", NAME), without("noData", 30_000));
  assert.deepEqual(await it.ask("SRV", "no.example"), without("noName", 30_000));
  assert.deepEqual(await it.ask("SRV", "odd.example"), without("noData", 1_000));
});

Deno.test("asking: an answer that is cut off is fetched over TCP", async () => {
  const answers = Array.from({ length: 60 }, (_, index) => a(`192.0.2.${index + 1}`));
  await using it = served(({ over }, how) => [
    over === "udp" ? how.answer({ truncated: true, answers: answers.slice(0, 5) }) : how.answer({ answers }),
  ]);
  assert.equal((await it.ask("A", NAME)).records.length, 60);
  assert.deepEqual(it.server.story, ["A a.example udp", "A a.example tcp"]);
});

Deno.test("asking: wrong ids, other questions and garbage are not taken for the answer that follows them", async () => {
  await using it = served((asked, how) => [
    how.answer({ id: asked.id ^ 1, answers: [a("192.0.2.66")] }),
    how.answer({ questions: [{ name: "b.example", type: "A" }], answers: [a("192.0.2.66")] }),
    how.answer({ questions: [{ name: NAME, type: "AAAA" }], answers: [a("192.0.2.66")] }),
    how.answer({ type: "query", flags: 0 }),
    new Uint8Array(3),
    new Uint8Array(900).fill(0xff),
    how.answer({ answers: [a("192.0.2.1")] }),
  ]);
  assert.deepEqual((await it.ask("A", NAME)).records, ["192.0.2.1"]);
  assert.equal(it.server.asked.length, 1);
});

Deno.test("asking: whoever guesses ids by the dozen drives the question to TCP", async () => {
  await using it = served(({ over, id }, how) =>
    over === "tcp"
      ? [how.answer({ answers: [a("192.0.2.1")] })]
      : Array.from({ length: 64 }, (_, at) => how.answer({ id: id ^ (at + 1), answers: [a("192.0.2.66")] }))
  );
  assert.deepEqual((await it.ask("A", NAME)).records, ["192.0.2.1"]);
});

Deno.test("asking: only the server's own address and port can answer", async () => {
  const stranger = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  using _closing = { [Symbol.dispose]: () => stranger.close() };
  await using it = served(({ port }, how) => {
    const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
    void stranger.send(how.answer({ answers: [a("192.0.2.66")] }), to);
    return [];
  });
  assert.deepEqual(await it.ask("A", NAME), FAILED);
});

Deno.test("asking: a chain of CNAMEs is followed, and holds as long as its shortest link", async () => {
  await using it = served(({ name }, how) => {
    if (name === NAME) {
      return [how.answer({ answers: [cname(NAME, "b.example", 50), cname("B.example", "c.example", 9)] })];
    }
    return [how.answer({ answers: [a("192.0.2.1", { name: "c.example", ttl: 40 })] })];
  });
  assert.deepEqual(await it.ask("A", NAME), { type: "found", records: ["192.0.2.1"], ttl: 9_000 });
  assert.deepEqual(it.server.story, ["A a.example udp", "A c.example udp"]);
});

Deno.test("asking: records of other names beside the answer count for nothing", async () => {
  await using it = served((_, how) => [
    how.answer({
      answers: [a("192.0.2.66", { name: "evil.example" }), a("192.0.2.1")],
      additionals: [a("192.0.2.67")],
    }),
  ]);
  assert.deepEqual((await it.ask("A", NAME)).records, ["192.0.2.1"]);
});

Deno.test("asking: a hundred CNAMEs, in one answer or one after the other, and a circle of them lead nowhere", async () => {
  const link = (at: number) => at === 0 ? NAME : `n${at}.example`;
  await using long = served((_, how) => [
    how.answer({ answers: Array.from({ length: 100 }, (_, at) => cname(link(at), link(at + 1))) }),
  ]);
  assert.deepEqual(await long.ask("A", NAME), FAILED);
  await using steps = served(({ name }, how) => {
    const at = Number(/^n(\d+)/.exec(name)?.[1] ?? 0);
    return [how.answer({ answers: [cname(name, link(at + 1))] })];
  });
  assert.deepEqual(await steps.ask("A", NAME), FAILED);
  assert.ok(steps.server.asked.length <= 17, `${steps.server.asked.length} questions`);
  await using circle = served((_, how) => [
    how.answer({ answers: [cname(NAME, "b.example"), cname("b.example", NAME)] }),
  ]);
  assert.deepEqual(await circle.ask("A", NAME), FAILED);
});

Deno.test("asking: a server that knows no EDNS is asked without it", async () => {
  await using it = served(({ edns }, how) => [
    edns ? how.answer({ rcode: RCODE.FORMERR, questions: [] }) : how.answer({ answers: [a("192.0.2.1")] }),
  ]);
  assert.deepEqual((await it.ask("A", NAME)).records, ["192.0.2.1"]);
});

Deno.test("asking: a silent server is given up on, after a second try", async () => {
  await using it = served(() => []);
  const start = performance.now();
  assert.deepEqual(await it.ask("SRV", NAME), FAILED);
  assert.ok(performance.now() - start >= 2 * 60 - 5);
  assert.equal(it.server.asked.length, 2);
});

Deno.test("asking: what fails is asked again, at once", async () => {
  let asked = 0;
  await using it = served((_, how) => [
    asked++ === 0 ? how.answer({ rcode: RCODE.SERVFAIL }) : how.answer({ answers: [a("192.0.2.1")] }),
  ]);
  assert.deepEqual((await it.ask("A", NAME)).records, ["192.0.2.1"]);
});

/** Two servers as /etc/resolv.conf names them, and hosts. */
function systemOf(servers: readonly DnsServer[], hosts: Record<string, string[]> = {}): () => System {
  return () => ({
    servers: { servers, timeout: 60, attempts: 2, overTcp: false },
    hosts: new Map(Object.entries(hosts)),
  });
}

Deno.test("asking: the second server answers for the first, and is asked first for a while then", async () => {
  for (const broken of [() => [], (_, how) => [how.answer({ rcode: RCODE.REFUSED })]] as Answering[]) {
    await using first = new DnsServer(broken);
    await using second = new DnsServer((_, how) => [how.answer({ answers: [a("192.0.2.1")] })]);
    const ask = asking({ ...clock, dns: undefined, system: systemOf([first, second]) });
    assert.deepEqual((await ask("A", NAME)).records, ["192.0.2.1"]);
    assert.deepEqual((await ask("A", NAME)).records, ["192.0.2.1"]);
    // A refusal costs no time: the configured order stays.
    assert.equal(first.asked.length, broken({} as never, { answer: () => new Uint8Array() }).length + 1);
  }
});

Deno.test("asking: the hosts file before the resolver, for addresses alone", async () => {
  await using server = new DnsServer((_, how) => [how.answer({ rcode: RCODE.NXDOMAIN })]);
  const system = systemOf([server], { "desk.example": ["192.0.2.5", "2001:db8::5"], "old.example": ["::7"] });
  const ask = asking({ ...clock, dns: undefined, system });
  assert.deepEqual((await ask("A", "desk.example")).records, ["192.0.2.5"]);
  assert.deepEqual((await ask("AAAA", "desk.example")).records, ["2001:db8::5"]);
  assert.equal((await ask("A", "old.example")).type, "noData");
  assert.equal(server.asked.length, 0);
  assert.equal((await ask("SRV", "desk.example")).type, "noName");
  assert.equal(server.asked.length, 1);
});

Deno.test("asking: localhost is this machine and .invalid is nobody, and no resolver hears of them", async () => {
  await using server = new DnsServer(() => []);
  const ask = asking({ ...clock, dns: undefined, system: systemOf([server]) });
  assert.deepEqual((await ask("A", "localhost")).records, ["127.0.0.1"]);
  assert.deepEqual((await ask("AAAA", "x.localhost")).records, ["::1"]);
  assert.equal((await ask("NAPTR", "localhost")).type, "noData");
  assert.equal((await ask("A", "df7jal23ls0d.invalid")).type, "noName");
  assert.equal(server.asked.length, 0);
});

Deno.test("asking: many questions at once wait for their turn, and all get their answer", async () => {
  await using it = served((_, how) => [how.answer({ answers: [] })], { patience: 5_000 });
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, nth) => it.ask("A", `n${nth}.example`)),
  );
  assert.ok(answers.every(({ type }) => type === "noData"));
});

Deno.test("asking: a server with an IPv6 address, however it is written, over UDP and TCP", async () => {
  await using server = new DnsServer(
    ({ over }, how) => [how.answer(over === "udp" ? { truncated: true } : { answers: [a("192.0.2.1")] })],
    "::1",
  );
  const ask = asking({ ...clock, dns: { host: "0:0:0:0:0:0:0:1", port: server.port }, patience: 500 });
  assert.deepEqual((await ask("A", NAME)).records, ["192.0.2.1"]);
  assert.deepEqual(server.story, ["A a.example udp", "A a.example tcp"]);
});
