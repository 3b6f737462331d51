// The first address of a name does not work: the next one does. And which transport a large INVITE takes.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import { type Service, startDns } from "./dns.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { freePort, LOOPBACK, type Transport } from "./ports.ts";
import { type Address, startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { type Sipp, startSipp } from "./sipp.ts";

/** Timer B of RFC 3261, and what goes before and after. */
const LONG_SECONDS = 60;

interface Stage {
  readonly alice: LiveBrowser;
  readonly phones: readonly Sipp[];
}

interface Options {
  readonly transport: Transport;
  readonly scenarios?: readonly string[];
  readonly status?: string;
  readonly services: (phones: readonly Address[]) => readonly Service[];
}

async function stage(options: Options, story: (stage: Stage) => Promise<void>): Promise<void> {
  const { transport, scenarios = ["called_answer"], services, status = "503 Service Unavailable" } = options;
  await using stack = new AsyncDisposableStack();
  const phones: Sipp[] = [];
  for (const scenario of scenarios) {
    const values = { ...BODIES, status };
    phones.push(stack.use(await startSipp({ scenario, transport, values, seconds: LONG_SECONDS })));
  }
  await using dns = await startDns("ims.example", services(phones.map(({ address }) => address)));
  await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
  await using alice = await openBrowser(relay, "alice", { patience: LONG_SECONDS * 1000 });
  await story({ alice, phones });
}

/** A whole call; resolves to how long it took until the phone's answer came. */
async function call(alice: LiveBrowser, phone: Sipp, sdp = describe("alice")): Promise<number> {
  const start = Date.now();
  alice.call("sip:bob@ims.example", sdp);
  const answer = await alice.gets("ANSWER");
  const waited = Date.now() - start;
  await phone.sees("received ACK");
  alice.hangUp(answer, 2);
  await alice.gets("OK");
  await phone.done();
  assert.equal(phone.message("received INVITE").body, sdp);
  return waited;
}

Deno.test({
  ...needing(
    "the first target refuses the TCP connection: the second one has the call at once",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    stage(
      {
        transport: "tcp",
        services: ([phone]) => [["tcp", { host: LOOPBACK, port: freePort() }, phone!]],
      },
      async ({ alice, phones }) => {
        const waited = await call(alice, phones[0]!);
        assert.ok(waited < 3000, `The call took ${waited} ms`);
        assert.equal(alice.all("ERROR").length, 0);
      },
    ),
});

Deno.test({
  ...needing(
    "nobody listens at the first target over UDP: the second one has the call at once",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    stage(
      {
        transport: "udp",
        services: ([phone]) => [["udp", { host: LOOPBACK, port: freePort() }, phone!]],
      },
      async ({ alice, phones }) => {
        const waited = await call(alice, phones[0]!);
        assert.ok(waited < 3000, `The call took ${waited} ms`);
        assert.equal(alice.all("ERROR").length, 0);
      },
    ),
});

Deno.test({
  ...needing(
    "the first target is silent over UDP: the second one after timer B",
    "sipp",
    "dnsmasq",
  ),
  async fn() {
    const silent = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
    using _closing = { [Symbol.dispose]: () => silent.close() };
    const branches = new Set<string>();
    let copies = 0;
    void (async () => {
      for await (const [bytes] of silent) {
        copies++;
        branches.add(/branch=([^;\s]+)/.exec(new TextDecoder().decode(bytes))![1]!);
      }
    })();
    const { port } = silent.addr as Deno.NetAddr;
    await stage(
      {
        transport: "udp",
        services: ([phone]) => [["udp", { host: LOOPBACK, port }, phone!]],
      },
      async ({ alice, phones }) => {
        const waited = await call(alice, phones[0]!);
        assert.ok(waited > 31_000 && waited < 36_000, `The call took ${waited} ms`);
        // Timer A: at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s
        assert.equal(copies, 7);
        const via = header(phones[0]!.message("received INVITE"), "via");
        assert.ok([...branches].every((branch) => !via.includes(branch)), "A new target wants a new branch");
        assert.equal(branches.size, 1);
      },
    );
  },
});

Deno.test({
  ...needing("the first target answers 503: the second one has the call", "sipp", "dnsmasq"),
  fn: () =>
    stage(
      {
        transport: "udp",
        scenarios: ["called_refuse_once", "called_answer"],
        services: ([first, second]) => [["udp", first!, second!]],
      },
      async ({ alice, phones: [first, second] }) => {
        await call(alice, second!);
        await first!.done();
        assert.ok(first!.story.includes("received ACK"));
        const [one, two] = [first!, second!].map((phone) => header(phone.message("received INVITE"), "via"));
        assert.notEqual(one, two);
        assert.equal(alice.all("ERROR").length, 0);
      },
    ),
});

Deno.test({
  ...needing("no target works: ERROR with 503", "sipp", "dnsmasq"),
  fn: () =>
    stage(
      {
        transport: "udp",
        scenarios: [],
        services: () => [["tcp", { host: LOOPBACK, port: freePort() }, { host: LOOPBACK, port: freePort() }]],
      },
      async ({ alice }) => {
        alice.call("sip:bob@ims.example", describe("alice"));
        assert.equal((await alice.gets("ERROR")).status, 503);
      },
    ),
});

const large = `${describe("alice")}\r\n${"a=x-filling:0123456789\r\n".repeat(60)}`;

Deno.test({
  ...needing("an INVITE of more than 1300 bytes takes TCP although the name says UDP", "sipp", "dnsmasq"),
  fn: () =>
    stage(
      { transport: "tcp", services: ([phone]) => [["udp", phone!]] },
      async ({ alice, phones: [phone] }) => {
        await call(alice, phone!, large);
        assert.match(header(phone!.message("received INVITE"), "via"), /^SIP\/2\.0\/TCP /);
      },
    ),
});

Deno.test({
  ...needing("an INVITE of more than 1300 bytes falls back to UDP where TCP is refused", "sipp", "dnsmasq"),
  fn: () =>
    stage(
      { transport: "udp", services: ([phone]) => [["udp", phone!]] },
      async ({ alice, phones: [phone] }) => {
        const waited = await call(alice, phone!, large);
        assert.ok(waited < 3000, `The call took ${waited} ms`);
        assert.match(header(phone!.message("received INVITE"), "via"), /^SIP\/2\.0\/UDP /);
      },
    ),
});

Deno.test({
  ...needing("a name that leads nowhere: ERROR, and no wait", "dnsmasq"),
  async fn() {
    await using dns = await startDns("ims.example", []);
    await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
    await using alice = await openBrowser(relay, "alice");
    alice.call("sip:bob@ims.example", describe("alice"));
    const error = await alice.gets("ERROR");
    assert.equal(error.errorType, "FAILED");
    assert.ok(error.status! >= 500, `${error.status}`);
  },
});
