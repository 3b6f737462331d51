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
import { call, Refusing, Silent } from "./targets.ts";

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
  /** More options of the relay's. */
  readonly args?: readonly string[];
}

async function stage(options: Options, story: (stage: Stage) => Promise<void>): Promise<void> {
  const { transport, scenarios = ["called_answer"], services, status = "503 Service Unavailable" } = options;
  const { args = [] } = options;
  await using stack = new AsyncDisposableStack();
  const phones: Sipp[] = [];
  for (const scenario of scenarios) {
    const values = { ...BODIES, status };
    phones.push(stack.use(await startSipp({ scenario, transport, values, seconds: LONG_SECONDS })));
  }
  await using dns = await startDns("ims.example", services(phones.map(({ address }) => address)));
  await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address, ...args]);
  await using alice = await openBrowser(relay, "alice", { patience: LONG_SECONDS * 1000 });
  await story({ alice, phones });
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

for (
  const [name, args, { from, to, copies }] of [
    // Timer A: at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s
    ["after timer B", ["--failover", "0"], { from: 31_000, to: 36_000, copies: 7 }],
    ["after five seconds", [], { from: 4_900, to: 8_000, copies: 4 }],
    ["after the time that the operator wants", ["--failover", "1"], { from: 900, to: 4_000, copies: 2 }],
  ] as const
) {
  Deno.test({
    ...needing(`the first target is silent over UDP: the second one ${name}`, "sipp", "dnsmasq"),
    async fn() {
      using silent = new Silent();
      await stage(
        { transport: "udp", args, services: ([phone]) => [["udp", silent.address, phone!]] },
        async ({ alice, phones }) => {
          const waited = await call(alice, phones[0]!);
          assert.ok(waited > from && waited < to, `The call took ${waited} ms`);
          assert.equal(silent.copies, copies);
          const via = header(phones[0]!.message("received INVITE"), "via");
          assert.ok(
            [...silent.branches].every((branch) => !via.includes(branch)),
            "A new target wants a new branch",
          );
          assert.equal(silent.branches.size, 1);
        },
      );
    },
  });
}

Deno.test({
  ...needing(
    "the first target takes the TCP connection and says nothing: the second one has the call",
    "sipp",
    "dnsmasq",
  ),
  async fn() {
    const silent = Deno.listen({ hostname: LOOPBACK, port: 0 });
    using _closing = { [Symbol.dispose]: () => silent.close() };
    const { port } = silent.addr as Deno.NetAddr;
    await stage(
      {
        transport: "tcp",
        args: ["--failover", "1"],
        services: ([phone]) => [["tcp", { host: LOOPBACK, port }, phone!]],
      },
      async ({ alice, phones }) => {
        const waited = await call(alice, phones[0]!);
        assert.ok(waited > 900 && waited < 4_000, `The call took ${waited} ms`);
      },
    );
  },
});

Deno.test({
  ...needing(
    "the first target answers once the second one has the call: ACK and BYE for it",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    stage(
      {
        transport: "udp",
        args: ["--failover", "1"],
        scenarios: ["called_too_late", "called_answer"],
        services: ([first, second]) => [["udp", first!, second!]],
      },
      async ({ alice, phones: [first, second] }) => {
        alice.call("sip:bob@ims.example", describe("alice"));
        const answer = await alice.gets("ANSWER");
        await first!.done();
        assert.ok(first!.story.includes("received BYE"), first!.story.join("\n"));
        await second!.sees("received ACK");
        assert.equal(second!.story.includes("received BYE"), false);
        alice.hangUp(answer, 2);
        await alice.gets("OK");
        await second!.done();
        assert.equal(alice.all("ERROR").length, 0);
      },
    ),
});

Deno.test({
  ...needing("a target that says 503 with Retry-After gets no other call for so long", "sipp", "dnsmasq"),
  async fn() {
    using full = new Refusing("503 Service Unavailable", "Retry-After: 60");
    await stage(
      {
        transport: "udp",
        scenarios: ["called_answer", "called_answer"],
        services: ([first, second]) => [["udp", full.address, first!, second!]],
      },
      async ({ alice, phones: [first, second] }) => {
        await call(alice, first!);
        // The first phone has had its call and is gone: its port refuses.
        await call(alice, second!);
        assert.equal(full.invites, 1);
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

Deno.test({
  ...needing(
    "a target that was silent is the last one for the next call, and its name is as good as before",
    "sipp",
    "dnsmasq",
  ),
  async fn() {
    using silent = new Silent();
    await stage(
      {
        transport: "udp",
        args: ["--failover", "1"],
        scenarios: ["called_answer", "called_answer"],
        services: ([first, second]) => [["udp", silent.address, first!, second!]],
      },
      async ({ alice, phones: [first, second] }) => {
        const waited = await call(alice, first!);
        assert.ok(waited > 900 && waited < 4_000, `The first call took ${waited} ms`);
        const copies = silent.copies;
        // the first phone has had its call, and its port refuses: the silent one's turn comes after the second
        const next = await call(alice, second!);
        assert.ok(next < 800, `The next call took ${next} ms`);
        assert.equal(silent.copies, copies);
      },
    );
  },
});

Deno.test({
  ...needing("targets that all fail are all tried again by the next call", "sipp", "dnsmasq"),
  async fn() {
    using silent = new Silent();
    await stage(
      {
        transport: "udp",
        args: ["--failover", "1"],
        scenarios: [],
        services: () => [["udp", silent.address], ["tcp", { host: LOOPBACK, port: freePort() }]],
      },
      async ({ alice }) => {
        alice.call("sip:bob@ims.example", describe("alice"));
        assert.equal((await alice.gets("ERROR")).status, 503);
        assert.equal(silent.branches.size, 1);
        alice.call("sip:bob@ims.example", describe("alice"));
        await alice.gets("ERROR");
        assert.equal(silent.branches.size, 2, "A dead address is no dead name");
      },
    );
  },
});
