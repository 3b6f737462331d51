import assert from "node:assert/strict";
import { type Dnsmasq, startDnsmasq } from "../../test/dnsmasq.ts";
import { needing } from "../../test/programs.ts";
import type { ResolveTarget } from "../../core/output.ts";
import { createResolver } from "./create.ts";

const ZONE = [
  "--local=/example/",
  "--naptr-record=full.example,10,50,s,SIP+D2T,,_sip._tcp.full.example",
  "--naptr-record=full.example,20,50,s,SIP+D2U,,_sip._udp.full.example",
  "--naptr-record=full.example,5,50,s,SIPS+D2T,,_sips._tcp.full.example",
  "--srv-host=_sip._tcp.full.example,second.example,5072,20",
  "--srv-host=_sip._tcp.full.example,first.example,5071,10",
  "--srv-host=_sip._udp.full.example,first.example,5073,10",
  "--srv-host=_sip._udp.srv.example,first.example,5074",
  "--srv-host=_sip._udp.not.example",
  "--host-record=first.example,127.0.0.11,::11",
  "--host-record=second.example,127.0.0.12",
  "--host-record=plain.example,127.0.0.13",
  "--srv-host=_sip._udp.self.example,_sip._udp.self.example,5060",
  ...Array.from({ length: 200 }, (_, index) => `--srv-host=_sip._udp.huge.example,t${index}.example,5060`),
  ...Array.from({ length: 200 }, (_, index) => `--host-record=t${index}.example,127.0.1.${index + 1}`),
];

/** A test with a server for the zone, and hops as short texts. */
function test(
  name: string,
  body: (hops: Hops, server: Dnsmasq) => Promise<void>,
  records: readonly string[] = [],
): void {
  Deno.test({
    ...needing(`resolve with dnsmasq: ${name}`, "dnsmasq"),
    async fn() {
      await using server = await startDnsmasq([...ZONE, ...records]);
      const resolver = createResolver({
        sip: [{ transport: "udp", host: "a.name", port: 0 }],
        dns: { host: server.host, port: server.port },
      });
      const hops: Hops = async (host, rest = {}) => {
        const target = { host, port: 0, transport: undefined, secure: false, ...rest };
        return (await resolver.resolve(target)).hops.map(({ transport, host, port }) =>
          `${transport} ${host} ${port}`
        );
      };
      await body(hops, server);
    },
  });
}

type Hops = (host: string, rest?: Partial<ResolveTarget>) => Promise<string[]>;

test("NAPTR, then SRV, then A and AAAA", async (hops, server) => {
  assert.deepEqual(await hops("full.example"), [
    "tcp 127.0.0.11 5071",
    "tcp ::11 5071",
    "tcp 127.0.0.12 5072",
    "udp 127.0.0.11 5073",
    "udp ::11 5073",
  ]);
  const questions = server.questions();
  assert.equal(questions[0], "NAPTR full.example");
  assert.deepEqual(questions.slice(1, 3).sort(), [
    "SRV _sip._tcp.full.example",
    "SRV _sip._udp.full.example",
  ]);
  // one that was answered late has been asked again
  assert.deepEqual([...new Set(questions.slice(3))].sort(), [
    "A first.example",
    "A second.example",
    "AAAA first.example",
    "AAAA second.example",
  ]);
});

test("SRV without NAPTR", async (hops) => {
  assert.deepEqual(await hops("srv.example"), ["udp 127.0.0.11 5074", "udp ::11 5074"]);
});

test("A alone, and with a port nothing but A and AAAA", async (hops, server) => {
  assert.deepEqual(await hops("plain.example", { port: 5080 }), ["udp 127.0.0.13 5080"]);
  assert.deepEqual(server.questions().sort(), ["A plain.example", "AAAA plain.example"]);
  assert.deepEqual(await hops("plain.example"), ["udp 127.0.0.13 5060"]);
});

test("a name that does not exist, a service that is not there, one that names itself", async (hops) => {
  assert.deepEqual(await hops("nobody.example"), []);
  assert.deepEqual(await hops("not.example"), []);
  assert.deepEqual(await hops("self.example"), []);
});

test("two hundred targets come by TCP and are bounded", async (hops) => {
  assert.equal((await hops("huge.example")).length, 32);
});

test("many calls at once ask once", async (hops, server) => {
  const found = await Promise.all(Array.from({ length: 50 }, () => hops("plain.example", { port: 5060 })));
  assert.equal(found.length, 50);
  assert.deepEqual(server.questions().sort(), ["A plain.example", "AAAA plain.example"]);
});

test("what was answered is not asked again as long as it holds", async (hops, server) => {
  const first = await hops("both.example");
  assert.equal(first.length, 2);
  for (let call = 0; call < 50; call++) assert.deepEqual(await hops("both.example"), first);
  assert.equal(server.questions().length, 4);
}, [
  "--local-ttl=60",
  "--naptr-record=both.example,10,50,s,SIP+D2U,,_sip._udp.both.example",
  "--srv-host=_sip._udp.both.example,first.example,5060",
]);

test("what holds for no time is asked for each time", async (hops, server) => {
  await hops("first.example", { port: 5060 });
  await hops("first.example", { port: 5060 });
  assert.equal(server.questions().length, 4);
});

test("calls are shared among targets by weight", async (hops) => {
  const first = new Map<string, number>();
  const calls = 4_000;
  for (let call = 0; call < calls; call++) {
    const [hop = ""] = await hops("weighed.example");
    first.set(hop, (first.get(hop) ?? 0) + 1);
  }
  // Five standard deviations of a fair draw.
  const isFair = (hop: string, part: number) =>
    Math.abs((first.get(hop) ?? 0) - calls * part) < 5 * Math.sqrt(calls * part * (1 - part));
  assert.ok(isFair("udp 127.0.0.12 5072", 0.75), `${[...first]}`);
  assert.ok(isFair("udp 127.0.0.13 5073", 0.25), `${[...first]}`);
  assert.equal(first.size, 2);
}, [
  "--local-ttl=60",
  "--srv-host=_sip._udp.weighed.example,second.example,5072,10,300",
  "--srv-host=_sip._udp.weighed.example,plain.example,5073,10,100",
  "--srv-host=_sip._udp.weighed.example,first.example,5074,20,900",
]);
