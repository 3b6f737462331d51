// The test core itself: names, registration, authentication, what the HSS does and undoes.

import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { header } from "../scenarios/sip_text.ts";
import { registerByAka } from "./ims/aka_phone.ts";
import { Card } from "./ims/aka.ts";
import type { Ims } from "./ims/ims.ts";
import { type PhoneOptions, SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { type DigestUser, NOBODY, USERS } from "./ims/users.ts";
import { text } from "./ports.ts";

const { alice, bob, carol, dave, erin, frank, grace, mallory } = USERS;
const test = imsSuite();

/** A phone that has registered. */
async function registered(ims: Ims, user: DigestUser, options?: PhoneOptions): Promise<SippPhone> {
  const phone = new SippPhone(ims, user, options);
  await phone.registers();
  return phone;
}

test("the names of the core lead to its nodes, to a dead and to a silent one", async ({ dns, network }) => {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([dns.address]);
  const chain = async (name: string, service: string) => {
    const naptrs = (await resolver.resolveNaptr(name)).sort((one, other) => one.order - other.order);
    const naptr = naptrs.find((one) => one.service === service)!;
    assert.equal(naptr.flags, "s");
    const services = await resolver.resolveSrv(naptr.replacement);
    services.sort((one, other) => one.priority - other.priority);
    return await Promise.all(services.map(async (srv) => `${await resolver.resolve4(srv.name)}:${srv.port}`));
  };
  const [icscf, pcscf, dead, sink] = (["icscf", "pcscf", "dead", "sink"] as const).map((host) =>
    text(network.address(host))
  );
  for (const service of ["SIP+D2U", "SIP+D2T"]) {
    assert.deepEqual(await chain("ims.test", service), [icscf, dead]);
    assert.deepEqual(await chain("failover.ims.test", service), [dead, icscf]);
    assert.deepEqual(await chain("slow.ims.test", service), [sink, icscf]);
    assert.deepEqual(await chain("pcscf.ims.test", service), [pcscf]);
  }
  assert.deepEqual(await resolver.resolve4("scscf.ims.test"), [network.host("scscf")]);
  await assert.rejects(resolver.resolve4("missing.ims.test"), { code: "ENOTFOUND" });
});

for (const transport of ["udp", "tcp"] as const) {
  test(`every SIP node answers OPTIONS over ${transport}`, async (ims) => {
    for (const node of ["pcscf", "icscf", "scscf", "presence"] as const) {
      const phone = new SippPhone(ims, NOBODY, { door: ims.address(node), transport });
      await phone.did("pings", `sip:${ims.network.host(node)}`);
    }
  });

  test(`a phone registers by digest over ${transport}, and again`, async (ims) => {
    const phone = new SippPhone(ims, alice, { transport });
    for (let time = 1; time <= 2; time++) {
      const { serviceRoute, associated } = await phone.registers();
      assert.deepEqual(serviceRoute, ["<sip:orig@scscf.ims.test:5060;lr>"]);
      assert.deepEqual(associated, [`<${alice.sip}>`, `<${alice.sipNumber}>`, `<${alice.tel}>`]);
      const { registered } = await ims.show();
      assert.equal(registered[alice.impi], "sip:scscf.ims.test:5060");
    }
  });
}

test("an edge registers a user with a Path of its own, and is told it back", async (ims) => {
  const edge = new SippPhone(ims, erin, { door: "edge", host: "relay" });
  const { path } = await edge.registers();
  assert.deepEqual(path, [`<sip:term@${text(ims.address("relay"))};lr>`]);
});

test("a wrong password: 403 after the challenge", async (ims) => {
  await new SippPhone(ims, dave).registers({ password: "wrong", status: "403" });
});

for (const user of [NOBODY, mallory]) {
  test(`${user.name} may not register: 403 without a challenge`, async (ims) => {
    await new SippPhone(ims, user).isRefusedRegistration("403");
  });
}

test("a card registers by AKA; its keys and the network's are the same", async (ims) => {
  const { answer, rounds } = await registerByAka(ims, frank, new Card(frank.secret));
  assert.equal(answer.start, "200");
  assert.deepEqual(rounds.map(({ kind }) => kind), ["answer"]);
  const [{ challenge, keys }] = rounds as [typeof rounds[number]];
  assert.match(header(challenge, "www-authenticate"), /algorithm=AKAv1-MD5/);
  assert.equal(keys!.network, keys!.card);
});

test("a card that is ahead of the HSS asks for resynchronisation and registers", async (ims) => {
  const card = new Card(grace.secret);
  for (let time = 0; time < 3; time++) {
    assert.equal((await registerByAka(ims, grace, card)).answer.start, "200");
  }
  assert.equal((await ims.show()).challenges[grace.impi], 3);
  await ims.rewind(grace);
  const { answer, rounds } = await registerByAka(ims, grace, card);
  assert.deepEqual(rounds.map(({ kind }) => kind), ["resynchronise", "answer"]);
  assert.equal(answer.start, "200");
  assert.equal((await ims.show()).challenges[grace.impi], 4);
});

test("a card with another secret takes the network for an impostor", async (ims) => {
  const { rounds } = await registerByAka(ims, frank, new Card(grace.secret));
  assert.deepEqual(rounds.map(({ kind }) => kind), ["impostor"]);
});

test("the HSS refuses by order: 403", async (ims) => {
  {
    await using _fault = await ims.fault(`uar:${dave.impi}`, "E5004");
    await new SippPhone(ims, dave).isRefusedRegistration("403");
    await registered(ims, bob);
  }
  await registered(ims, dave);
});

test("the HSS is silent, whatever it is asked: 480 after 3 s", async (ims) => {
  const caller = await registered(ims, alice);
  await using _uar = await ims.fault(`uar:${dave.impi}`, "drop");
  await using _mar = await ims.fault(`mar:${carol.impi}`, "drop");
  await using _lir = await ims.fault(`lir:${bob.sip}`, "drop");
  const start = Date.now();
  await Promise.all([
    new SippPhone(ims, dave).isRefusedRegistration("480"),
    new SippPhone(ims, carol).isRefusedRegistration("480"),
    caller.did("calls_refused", bob.sip, { status: "480" }),
  ]);
  const waited = Date.now() - start;
  assert.ok(waited > 2_500 && waited < 6_000, `It took ${waited} ms`);
});

test("the HSS fails: 500, and 403 where it was asked for a challenge", async (ims) => {
  const phone = new SippPhone(ims, dave);
  for (const [command, status] of [["uar", "500"], ["mar", "403"], ["sar", "500"]] as const) {
    await using _fault = await ims.fault(command, "R5012");
    if (command === "sar") await phone.registers({ status });
    else await phone.isRefusedRegistration(status);
  }
});

test("the HSS is slow: so is the registration", async (ims) => {
  await using _fault = await ims.fault("mar", "ms:700");
  const start = Date.now();
  await registered(ims, dave);
  assert.ok(Date.now() - start >= 700);
});

test("the network de-registers a user: reg event tells, nobody reaches it", async (ims) => {
  const caller = await registered(ims, alice);
  const callee = await registered(ims, carol);
  await using watcher = await callee.does("watches", carol.sip);
  const active = await watcher.sees("received NOTIFY");
  assert.match(active.body, /<registration [^>]*state="active"/);
  await ims.deregister(carol);
  await watcher.done();
  assert.match(watcher.message("received NOTIFY", 1).body, /<registration [^>]*state="terminated"/);
  assert.equal((await ims.show()).registered[carol.impi], undefined);
  await ims.forgets(carol);
  await caller.did("calls_refused", carol.sip, { status: "480" });
});

test("a registration expires: nobody reaches the user", async (ims) => {
  const caller = await registered(ims, alice);
  const callee = new SippPhone(ims, dave);
  await callee.registers({ expires: 2 });
  const start = Date.now();
  await ims.forgets(dave);
  const waited = Date.now() - start;
  assert.ok(waited > 1_500 && waited < 6_000, `It took ${waited} ms`);
  await caller.did("calls_refused", dave.sip, { status: "480" });
});

test("a phone de-registers: nobody reaches it", async (ims) => {
  const caller = await registered(ims, alice);
  const callee = await registered(ims, bob);
  await callee.deregisters();
  await caller.did("calls_refused", bob.sip, { status: "480" });
});

test("the S-CSCF is silent: 504; crashes and starts anew: nobody is registered any more", async (ims) => {
  const caller = await registered(ims, alice);
  const outsider = new SippPhone(ims, NOBODY, { door: ims.address("icscf") });
  ims.freeze("scscf");
  await outsider.did("calls_refused", alice.sip, { status: "504" });
  ims.thaw("scscf");
  await ims.kill("scscf");
  await ims.restart("scscf");
  await caller.did("calls_refused", bob.sip, { status: "403" });
  await outsider.did("calls_refused", alice.sip, { status: "480" });
  await caller.registers();
});
