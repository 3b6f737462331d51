// An identity is registered at a sipp that stands for its home network: digest of each kind, AKA, what a registrar may refuse, routes, calls both ways, the end.

import assert from "node:assert/strict";
import { CertificateFiles } from "../certificate_files.ts";
import { startDnsmasq } from "../dnsmasq.ts";
import { needing } from "../programs.ts";
import { credentialsOf, isProved } from "../scenarios/digest_proof.ts";
import { cseqOf, header, headerLines, parameter, type SipText } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import { vector } from "./ims/aka.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { LOOPBACK, type Transport, until } from "./ports.ts";
import { type Address, type Relay, startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { type Sipp, startSipp } from "./sipp.ts";
import { startTlsProxy } from "./tls_proxy.ts";

interface Stage {
  readonly relay: Relay;
  readonly home: Sipp;
  readonly alice: LiveBrowser;
}

interface Options {
  readonly transport?: Transport;
  /** What the registrar says before it takes a REGISTER; one response for each. */
  readonly refusals: readonly string[];
  /** Seconds. */
  readonly granted?: number;
  readonly secret?: Readonly<Record<string, string>>;
  readonly reg?: Readonly<{ state: string; event: string }>;
  readonly args?: readonly string[];
  /** Options that lead the relay to the registrar's address by another way than straight there. */
  readonly way?: (home: Address, stack: AsyncDisposableStack) => Promise<string[]>;
}

const PASSWORD = "secret";
const KEY = { k: "465b5ce8b199b49faa5f0a2ee238a6bc", op: "cdc202d5123e20f62b6d676ac72cb318" };
const sim = { k: Uint8Array.fromHex(KEY.k), op: Uint8Array.fromHex(KEY.op) };

/** sipp's step that answers a REGISTER and waits for the next one. */
function answering(response: string): string {
  const [statusLine, ...lines] = response.split("\n");
  const kept = ["[last_Via:]", "[last_From:]", "[last_To:];tag=[pid]r[call_number]", "[last_Call-ID:]"];
  const all = [`SIP/2.0 ${statusLine}`, ...kept, "[last_CSeq:]", ...lines, "Content-Length: 0", "", ""];
  return `<send><![CDATA[\n${all.join("\n")}\n]]></send><recv request="REGISTER" />`;
}

function digest(nonce: string, more: string): string {
  return `WWW-Authenticate: Digest realm="home.test", nonce="${nonce}"${more}`;
}

const md5 = `401 Unauthorized\n${digest("n1", ', algorithm=MD5, qop="auth"')}`;

const uriOf = ({ host, port }: Address, transport: Transport) =>
  `sip:${host}:${port}${transport === "udp" ? "" : `;transport=${transport}`}`;

async function registering(options: Options, story: (stage: Stage) => Promise<void>): Promise<void> {
  const { transport = "udp", refusals, granted = 600, secret = { password: PASSWORD } } = options;
  const { reg = { state: "active", event: "registered" }, args = [] } = options;
  await using home = await startSipp({
    scenario: "registrar",
    transport,
    calls: 50,
    values: {
      ...BODIES,
      ...reg,
      refusals: refusals.map(answering).join("\n"),
      granted: String(granted),
    },
  });
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ "sip:alice@home.test": secret }));
    await using stack = new AsyncDisposableStack();
    const way = await options.way?.(home.address, stack) ?? ["--ims", uriOf(home.address, transport)];
    await using relay = await startRelay([...way, "--ims-users", file, ...args]);
    await using alice = await openBrowser(relay, "alice", { answer: describe("alice") });
    await story({ relay, home, alice });
  } finally {
    await Deno.remove(file);
  }
}

function registers(home: Sipp): SipText[] {
  return home.messages.filter(({ direction, message }) =>
    direction === "received" && message.start === "REGISTER"
  ).map(({ message }) => message);
}

/** The last of these REGISTERs is proved with the password, and each has the number after the one before. */
function isProvedIn(sent: readonly SipText[], password: string | Uint8Array): void {
  const last = sent.at(-1)!;
  assert.ok(isProved(last, "authorization", password), header(last, "authorization"));
  assert.ok(!sent.some((request) => header(request, "authorization").includes(PASSWORD)));
  const [first] = sent.map((request) => cseqOf(request).number);
  assert.deepEqual(sent.map((request) => cseqOf(request).number), sent.map((_, at) => first! + at));
  assert.equal(new Set(sent.map((request) => header(request, "call-id"))).size, 1);
}

for (const transport of ["udp", "tcp"] as const) {
  for (const algorithm of ["MD5", "SHA-256", "SHA-512-256"]) {
    Deno.test({
      ...needing(
        `an identity proves itself with ${algorithm} over ${transport}, calls, is called and leaves`,
        "sipp",
      ),
      fn: () =>
        registering(
          {
            transport,
            refusals: [
              `401 Unauthorized\n${digest("n1", `, algorithm=${algorithm}, qop="auth", opaque="o1"`)}`,
            ],
          },
          async ({ relay, home, alice }) => {
            await home.sees("sent 200 REGISTER");
            const sent = registers(home);
            assert.equal(sent.length, 2);
            isProvedIn(sent, PASSWORD);
            const { algorithm: said = "MD5", nc, opaque, uri } = credentialsOf(
              header(sent[1]!, "authorization"),
            );
            assert.deepEqual([said, nc, opaque, uri], [algorithm, "00000001", "o1", "sip:home.test"]);
            assert.match(header(sent[0]!, "via"), new RegExp(`^SIP/2\\.0/${transport.toUpperCase()} `));

            const watching = await home.sees("received SUBSCRIBE");
            assert.equal(header(watching, "event"), "reg");
            const orig = `<sip:orig@127.0.0.1:${home.address.port};lr>`;
            assert.ok(header(watching, "route").endsWith(orig), header(watching, "route"));
            await home.sees("received 200 NOTIFY");

            alice.call("sip:bob@elsewhere.test", describe("alice"));
            const answer = await alice.gets("ANSWER");
            const invite = home.message("received INVITE");
            assert.ok(header(invite, "route").endsWith(orig), header(invite, "route"));
            assert.equal(header(invite, "p-preferred-identity"), "<sip:alice@home.test>");
            assert.match(header(invite, "from"), /^<sip:alice@home\.test>;tag=/);
            await home.sees("received ACK");
            alice.hangUp(answer, 2);
            await alice.gets("OK");

            const contact = /<sip:([^;>]*)/.exec(header(sent[1]!, "contact"))![1]!;
            await using phone = await startSipp({
              scenario: "calling_hangup",
              transport,
              to: relay[transport][0]!,
              values: { ...BODIES, target: contact, from: "bob@elsewhere.test" },
            });
            await alice.gets("SHUTDOWN");
            await phone.done();

            alice.leave();
            const gone = await home.sees("received REGISTER", 2);
            assert.equal(parameter(header(gone, "contact"), "expires"), "0");
            await home.sees("sent 200 REGISTER", 1);
          },
        ),
    });
  }
}

for (const found of ["named", "found by NAPTR and SRV"]) {
  Deno.test({
    ...needing(
      `an identity is registered over TLS through a proxy that is ${found}, calls, is watched and leaves`,
      "sipp",
      "kamailio",
      "kamailio-tls",
      "dnsmasq",
    ),
    fn: async () => {
      await using files = await CertificateFiles.make({ names: [LOOPBACK] });
      const names = ["ims.example", LOOPBACK];
      await registering(
        {
          refusals: [`401 Unauthorized\n${digest("n1", ', algorithm=SHA-256, qop="auth"')}`],
          way: async (home, stack) => {
            const proxy = stack.use(await startTlsProxy({ phone: home, names, authority: files }));
            const { port } = proxy.tls;
            const dns = stack.use(
              await startDnsmasq([
                "--local=/example/",
                `--host-record=ims.example,${LOOPBACK}`,
                "--naptr-record=ims.example,10,50,s,SIPS+D2T,,_sips._tcp.ims.example",
                `--srv-host=_sips._tcp.ims.example,ims.example,${port},10`,
              ]),
            );
            const listeners = ["--sip", `udp:${LOOPBACK}:0`, "--sip", `tls:${LOOPBACK}:0`];
            const ims = found === "named" ? `sip:ims.example:${port};transport=tls` : "ims.example";
            return [...listeners, ...files.args, "--dns", dns.address, "--ims", ims];
          },
        },
        async ({ relay, home, alice }) => {
          await home.sees("sent 200 REGISTER");
          const sent = registers(home);
          isProvedIn(sent, PASSWORD);
          assert.match(headerLines(sent[0]!, "via")[1] ?? "", /^SIP\/2\.0\/TLS /);
          const { host, port } = relay.tls[0]!;
          const contact = header(sent[1]!, "contact");
          assert.ok(contact.includes(`@${host}:${port};transport=tls>`), contact);
          // in the SUBSCRIBE's dialog, to where its Contact says
          await home.sees("received 200 NOTIFY");
          alice.call("sip:bob@elsewhere.test", describe("alice"));
          const answer = await alice.gets("ANSWER");
          await home.sees("received ACK");
          alice.hangUp(answer, 2);
          await alice.gets("OK");
          alice.leave();
          const last = await home.sees("received REGISTER", 2);
          assert.equal(parameter(header(last, "contact"), "expires"), "0");
          assert.ok(header(last, "contact").startsWith(contact.split(";expires")[0]!));
          await home.sees("sent 200 REGISTER", 1);
        },
      );
    },
  });
}

Deno.test({
  ...needing("of three challenges the topmost is answered", "sipp"),
  fn: () =>
    registering(
      {
        refusals: [
          [
            "401 Unauthorized",
            digest("n1", ', algorithm=AKAv2-MD5, qop="auth"'),
            digest("n2", ', algorithm=SHA-256, qop="auth"'),
            digest("n3", ', algorithm=MD5, qop="auth"'),
          ].join("\n"),
        ],
      },
      async ({ home }) => {
        await home.sees("sent 200 REGISTER");
        const sent = registers(home);
        isProvedIn(sent, PASSWORD);
        assert.equal(credentialsOf(header(sent[1]!, "authorization")).nonce, "n2");
      },
    ),
});

Deno.test({
  ...needing("423: the identity is registered for as long as the registrar wants", "sipp"),
  fn: () =>
    registering(
      { refusals: [md5, "423 Interval Too Brief\nMin-Expires: 700000"], granted: 700_000 },
      async ({ home }) => {
        await home.sees("sent 200 REGISTER");
        const sent = registers(home);
        assert.equal(sent.length, 3);
        isProvedIn(sent, PASSWORD);
        const [, before, after] = sent.map((request) =>
          Number(parameter(header(request, "contact"), "expires"))
        );
        assert.ok(before! < 700_000 && after === 700_000, `${before} ${after}`);
        assert.equal(credentialsOf(header(sent[2]!, "authorization")).nc, "00000002");
      },
    ),
});

Deno.test({
  ...needing(
    "503 with Retry-After: the identity is registered after that time, and a call before it is told",
    "sipp",
  ),
  fn: () =>
    registering(
      { refusals: ["503 Service Unavailable\nRetry-After: 2", md5] },
      async ({ home, alice }) => {
        await home.sees("sent 503 REGISTER");
        const before = Date.now();
        alice.call("sip:bob@elsewhere.test", describe("alice"));
        assert.equal((await alice.gets("ERROR")).status, 503);
        await home.sees("received REGISTER", 1);
        const waited = Date.now() - before;
        assert.ok(waited > 1700 && waited < 4000, `${waited} ms`);
        await home.sees("sent 200 REGISTER");
        isProvedIn(registers(home), PASSWORD);
      },
    ),
});

Deno.test({
  ...needing("a registration is refreshed at half its time, with the nonce that is known", "sipp"),
  fn: () =>
    registering({ refusals: [md5], granted: 4 }, async ({ home }) => {
      await home.sees("sent 200 REGISTER");
      const before = Date.now();
      await home.sees("sent 200 REGISTER", 1);
      const waited = Date.now() - before;
      assert.ok(waited > 1500 && waited < 3500, `${waited} ms`);
      const sent = registers(home);
      isProvedIn(sent, PASSWORD);
      assert.deepEqual(
        sent.map((request) => credentialsOf(header(request, "authorization")).nc),
        [undefined, "00000001", "00000002"],
      );
    }),
});

Deno.test({
  ...needing("the network takes the registration back (reg event): the identity is registered anew", "sipp"),
  fn: () =>
    registering(
      { refusals: [md5], reg: { state: "terminated", event: "deactivated" } },
      async ({ home, alice }) => {
        await home.sees("received 200 NOTIFY");
        await home.sees("sent 200 REGISTER", 1);
        isProvedIn(registers(home), PASSWORD);
        assert.ok(alice.isOpen);
      },
    ),
});

Deno.test({
  ...needing("the network ends the registration for good (reg event): the browser is let go", "sipp"),
  fn: () =>
    registering(
      { refusals: [md5], reg: { state: "terminated", event: "rejected" } },
      async ({ alice }) => {
        assert.equal((await alice.closes()).code, 1008);
      },
    ),
});

Deno.test({
  ...needing("an edge proxy of its own: Path, P-Visited-Network-ID, the Service-Route alone", "sipp"),
  fn: () =>
    registering({ refusals: [md5], args: ["--edge"] }, async ({ home, relay, alice }) => {
      await home.sees("sent 200 REGISTER");
      const [first] = registers(home);
      const { host, port } = relay.udp[0]!;
      assert.match(header(first!, "path"), new RegExp(`^<sip:[^>]*${host}:${port}[^>]*;lr[^>]*>$`));
      assert.notEqual(header(first!, "p-visited-network-id"), "");
      alice.call("sip:bob@elsewhere.test", describe("alice"));
      const answer = await alice.gets("ANSWER");
      const invite = home.message("received INVITE");
      assert.equal(header(invite, "route"), `<sip:orig@127.0.0.1:${home.address.port};lr>`);
      assert.equal(header(invite, "p-asserted-identity"), "<sip:alice@home.test>");
      await home.sees("received ACK");
      alice.hangUp(answer, 2);
      await alice.gets("OK");
    }),
});

Deno.test({
  ...needing(
    "a SIM proves itself with AKAv1-MD5, and says where its numbers are when one was used (auts)",
    "sipp",
  ),
  fn: async () => {
    const [low, high, next] = [0, 1, 2].map((nth) => vector(sim, "alice", nth));
    const challenge = ({ rand, autn }: { rand: string; autn: string }) => {
      const nonce = Uint8Array.fromHex(rand + autn).toBase64();
      return `401 Unauthorized\n${digest(nonce, ', algorithm=AKAv1-MD5, qop="auth"')}`;
    };
    const taken = "200 OK\nContact: <[$bound]>;expires=2";
    await registering(
      { refusals: [challenge(high!), taken, challenge(low!), challenge(next!)], secret: KEY },
      async ({ home }) => {
        await until(() => registers(home).length === 5, {
          within: 10_000,
          failing: () => home.story.join("\n"),
        });
        await home.sees("sent 200 REGISTER", 1);
        const sent = registers(home);
        isProvedIn(sent.slice(0, 2), Uint8Array.fromHex(high!.xres));
        isProvedIn(sent, Uint8Array.fromHex(next!.xres));
        const { auts } = credentialsOf(header(sent[3]!, "authorization"));
        // TS 33.102 section 6.3.3: the first six bytes are the SIM's number, concealed
        const number = Uint8Array.fromBase64(auts!).slice(0, 6).map((byte, at) =>
          byte ^ Uint8Array.fromHex(low!.akStar)[at]!
        );
        assert.equal(number.toHex(), high!.sqn);
        assert.equal(credentialsOf(header(sent[4]!, "authorization")).auts, undefined);
      },
    );
  },
});
