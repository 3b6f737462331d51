// Stories of messages, keys and transfers: jim, whose phone is the library's, with browsers that speak ROAP and with phones of elsewhere.

import assert from "node:assert/strict";
import { header } from "../../scenarios/sip_text.ts";
import type { Softphone } from "./softphone.ts";
import { DOMAIN, type Stage } from "./stage.ts";

/** Whose number a call has at each end. */
interface Ends {
  readonly caller: Softphone;
  readonly called: Softphone;
  readonly numbers: readonly [caller: number, called: number];
}

async function connect({ caller, called, numbers: [at, to] }: Ends): Promise<void> {
  await caller.do("call", `sip:${called.user}@${DOMAIN}`);
  await called.sees(`incoming ${to}`);
  await called.do("answer");
  await Promise.all([caller.sees(`up ${at}`), called.sees(`up ${to}`)]);
}

export const stories: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async "sends and gets messages"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await jim.do("message", `sip:alice@${DOMAIN}`, "hello, wörld");
    assert.equal(await alice.sees("message"), `message sip:jim@${DOMAIN} hello, wörld`);
    await jim.sees("message taken");
    await alice.do("message", `sip:jim@${DOMAIN}`, "and back, ☎");
    assert.equal(await jim.sees("message"), `message sip:alice@${DOMAIN} and back, ☎`);
    await alice.sees("message taken");
    {
      await using phone = await stage.called("called_message", { status: "200" });
      await jim.do("message", "sip:phone@ims.example", "to a phone");
      await jim.sees("message taken");
      await phone.done();
      assert.equal(phone.message("received MESSAGE").body, "to a phone");
      assert.match(header(phone.message("received MESSAGE"), "content-type"), /^text\/plain/);
    }
    await using phone = await stage.calling("calling_message", { status: "200", text: "from a phone" });
    assert.equal(await jim.sees("message"), "message sip:phone@elsewhere.example from a phone");
    await phone.done();
    await jim.do("message", `sip:nobody@${DOMAIN}`, "is anybody there?");
    assert.equal(await jim.sees("message refused"), "message refused 404");
  },

  async "presses keys, and hears them"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await connect({ caller: jim, called: alice, numbers: [0, 0] });
    for (const key of ["5", "#", "A"]) {
      await jim.do("press", key);
      assert.equal(await alice.sees("key"), `key 0 ${key}`);
      await alice.do("press", key);
      assert.equal(await jim.sees("key"), `key 0 ${key}`);
      await alice.sees("key taken");
    }
    await jim.do("hangUp");
    await alice.sees("over 0");
  },

  async "sends a browser that speaks ROAP on to another"(stage) {
    await using alice = await stage.roap("alice");
    await using bob = await stage.roap("bob");
    await using jim = await stage.jim();
    await connect({ caller: alice, called: jim, numbers: [0, 0] });
    await jim.do("refer", `sip:bob@${DOMAIN}`);
    await jim.sees("transfer begun");
    await alice.sees("sent on 0");
    await bob.sees(`incoming 0 sip:alice@${DOMAIN}`);
    await bob.do("answer");
    assert.equal(await jim.sees("transfer"), "transfer 200");
    await jim.do("hangUp");
    await alice.sees("over 0");
    await Promise.all([alice.hears(), bob.hears()]);
    await bob.do("hangUp");
    await alice.sees("over 1");
  },

  async "hears that a transfer came to nothing"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await connect({ caller: jim, called: alice, numbers: [0, 0] });
    await jim.do("refer", `sip:nobody@${DOMAIN}`);
    await jim.sees("transfer begun");
    assert.equal(await jim.sees("transfer"), "transfer 404");
    await Promise.all([alice.hears(0), jim.hears()]);
    await jim.do("hangUp");
    await alice.sees("over 0");
  },

  async "is sent on by a browser that speaks ROAP"(stage) {
    await using alice = await stage.roap("alice");
    await using bob = await stage.roap("bob");
    await using jim = await stage.jim();
    await connect({ caller: alice, called: jim, numbers: [0, 0] });
    await alice.do("refer", `sip:bob@${DOMAIN}`);
    await alice.sees("transfer begun");
    await bob.sees(`incoming 0 sip:jim@${DOMAIN}`);
    await bob.do("answer");
    await jim.sees("up 1");
    assert.equal(await alice.sees("transfer"), "transfer 200");
    await alice.do("hangUp");
    await jim.sees("over 0");
    await Promise.all([jim.hears(), bob.hears()]);
    await bob.do("hangUp");
    await jim.sees("over 1");
  },

  async "sends a phone over UDP on"(stage) {
    await using phone = await stage.called("called_referred", {
      keyType: "application/dtmf-relay",
      key: "Signal=9\r\nDuration=160\r\n",
    });
    await using jim = await stage.jim();
    await jim.do("call", "sip:phone@ims.example");
    await jim.sees("up 0");
    await jim.do("press", "5");
    assert.equal(await jim.sees("key"), "key 0 9");
    await jim.do("refer", "sip:carol@ims.example");
    await jim.sees("transfer begun");
    assert.equal(await jim.sees("transfer"), "transfer 200");
    await jim.do("hangUp");
    await phone.done();
    const refer = phone.message("received REFER");
    assert.equal(header(refer, "refer-to"), "<sip:carol@ims.example>");
    assert.match(header(refer, "referred-by"), /sip:jim@/);
  },

  async "is sent on by a phone over UDP"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await using phone = await stage.calling("calling_refers", { other: `alice@${DOMAIN}` });
    await jim.sees("incoming 0");
    await jim.do("answer");
    assert.equal(await jim.sees("key"), "key 0 5");
    await jim.do("press", "#");
    await alice.sees(`incoming 0 sip:jim@${DOMAIN}`);
    await alice.do("answer");
    await jim.sees("up 1");
    await phone.done();
    await jim.sees("over 0");
    await Promise.all([jim.hears(), alice.hears()]);
    await jim.do("hangUp");
    await alice.sees("over 0");
  },

  async "connects the two it speaks with"(stage) {
    await using alice = await stage.roap("alice");
    await using bob = await stage.roap("bob");
    await using jim = await stage.jim();
    await connect({ caller: alice, called: jim, numbers: [0, 0] });
    await jim.do("hold");
    await alice.flows("recvonly");
    await connect({ caller: jim, called: bob, numbers: [1, 0] });
    await jim.do("join", 0, 1);
    await jim.sees("transfer begun");
    await alice.sees("up 1");
    assert.equal(await jim.sees("transfer"), "transfer 200");
    await jim.do("hangUp", 0);
    await alice.sees("over 0");
    await Promise.all([alice.hears(), bob.hears()]);
    await alice.do("hangUp");
    await bob.sees("over 0");
  },

  async "is connected with another by a browser that speaks with both"(stage) {
    await using alice = await stage.roap("alice");
    await using bob = await stage.roap("bob");
    await using jim = await stage.jim();
    await connect({ caller: alice, called: jim, numbers: [0, 0] });
    await connect({ caller: alice, called: bob, numbers: [1, 0] });
    await alice.do("join", 0, 1);
    await alice.sees("transfer begun");
    await jim.sees("up 1");
    assert.equal(await alice.sees("transfer"), "transfer 200");
    await alice.do("hangUp", 0);
    await jim.sees("over 0");
    await Promise.all([jim.hears(), bob.hears()]);
    await jim.do("hangUp");
    await bob.sees("over 0");
  },

  async "gets another in the place of the browser it spoke with"(stage) {
    await using alice = await stage.roap("alice");
    await using bob = await stage.roap("bob");
    await using jim = await stage.jim();
    await connect({ caller: alice, called: bob, numbers: [0, 0] });
    await connect({ caller: alice, called: jim, numbers: [1, 0] });
    await alice.do("join", 0, 1);
    await bob.sees("up 1");
    assert.equal(await alice.sees("transfer 200"), "transfer 200");
    await alice.do("hangUp", 0);
    await bob.sees("over 0");
    await Promise.all([jim.hears(), bob.hears()]);
    await bob.do("hangUp");
    await jim.sees("over 0");
  },

  async "connects the other library with a browser that speaks ROAP"(stage) {
    await using alice = await stage.roap("alice");
    await using jane = await stage.jane();
    await using jim = await stage.jim();
    await joined({ jim, first: jane, second: alice });
  },

  async "connects a browser that speaks ROAP with the other library"(stage) {
    await using alice = await stage.roap("alice");
    await using jane = await stage.jane();
    await using jim = await stage.jim();
    await joined({ jim, first: alice, second: jane });
  },
};

/** Jim calls both and has the first one call in his own place at the second. */
async function joined(ends: Readonly<Record<"jim" | "first" | "second", Softphone>>): Promise<void> {
  const { jim, first, second } = ends;
  await connect({ caller: jim, called: first, numbers: [0, 0] });
  await connect({ caller: jim, called: second, numbers: [1, 0] });
  await jim.do("join", 0, 1);
  await jim.sees("transfer begun");
  await first.sees("up 1");
  await jim.sees("transfer 200");
  await jim.do("hangUp", 0);
  await Promise.all([first.sees("over 0"), jim.sees("over 1")]);
  await Promise.all([first.hears(), second.hears()]);
  await first.do("hangUp");
  await second.sees("over 0");
}
