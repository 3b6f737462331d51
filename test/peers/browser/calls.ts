// Stories of calls: jim, whose phone is the library's, with a browser that speaks ROAP and with phones of elsewhere.

import assert from "node:assert/strict";
import { header } from "../../scenarios/sip_text.ts";
import { HELD } from "./sdp.ts";
import { DOMAIN, type Stage } from "./stage.ts";

export const stories: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async "registers with the right password alone, and takes it back"(stage) {
    await using alice = await stage.roap("alice");
    {
      await using thief = await stage.jim({ password: "guessed" });
      await thief.sees("not registered");
    }
    await alice.do("call", "jim");
    assert.equal(await alice.sees("over 0"), "over 0 480");
    await using jim = await stage.jim();
    await alice.do("call", "jim");
    await jim.sees(`incoming 0 sip:alice@${DOMAIN}`);
    await alice.sees("ringing 1");
    await alice.do("hangUp");
    await jim.sees("over 0");
    await jim.do("unregister");
    await jim.sees("unregistered");
    await alice.do("call", "jim");
    assert.equal(await alice.sees("over 2"), "over 2 480");
  },

  async "calls a browser that speaks ROAP, and hangs up"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await jim.do("call", `sip:alice@${DOMAIN}`);
    await alice.sees(`incoming 0 sip:jim@${DOMAIN}`);
    await alice.do("answer");
    await Promise.all([alice.sees("up 0"), jim.sees("up 0")]);
    await Promise.all([alice.hears(), jim.hears()]);
    await jim.do("hangUp");
    assert.equal(await alice.sees("over 0"), "over 0 remote");
    await jim.sees("over 0");
  },

  async "is called by a browser that speaks ROAP, which hangs up"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await alice.do("call", "jim");
    await jim.sees("incoming 0");
    await alice.sees("ringing 0");
    await jim.do("answer");
    await Promise.all([alice.sees("up 0"), jim.sees("up 0")]);
    await Promise.all([alice.hears(), jim.hears()]);
    await alice.do("hangUp");
    await jim.sees("over 0");
  },

  async "calls a phone over UDP, and hangs up"(stage) {
    await using phone = await stage.called("called_answer");
    await using jim = await stage.jim();
    await jim.do("call", "sip:phone@ims.example");
    await jim.sees("up 0");
    await phone.sees("received ACK");
    await jim.do("hangUp");
    await jim.sees("over 0");
    await phone.done();
    const invite = phone.message("received INVITE");
    assert.match(header(invite, "via"), /^SIP\/2\.0\/UDP/);
    assert.doesNotMatch(invite.headers.join("\n"), /\.invalid|[Jj]s[Ss][Ii][Pp]|SIP\.js/);
  },

  async "is called by a phone over UDP, which hangs up"(stage) {
    await using jim = await stage.jim();
    await using phone = await stage.calling("calling_hangup");
    await jim.sees("incoming 0 sip:phone@elsewhere.example");
    await jim.do("answer");
    await jim.sees("up 0");
    await phone.done();
    await jim.sees("over 0");
  },

  async "refuses, is refused, gives up and is given up"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await alice.do("call", "jim");
    await jim.sees("incoming 0");
    await jim.do("reject", 486);
    assert.equal(await alice.sees("over 0"), "over 0 486");
    await alice.do("call", "jim");
    await jim.sees("incoming 1");
    await alice.do("hangUp");
    await jim.sees("over 1");
    await jim.do("call", `sip:alice@${DOMAIN}`);
    await alice.sees("incoming 2");
    await alice.do("reject", 486);
    await jim.sees("refused 486");
    await jim.sees("over 2");
    await jim.do("call", `sip:alice@${DOMAIN}`);
    await alice.sees("incoming 3");
    await jim.do("hangUp");
    await alice.sees("over 3");
  },

  async "holds and resumes, is held and resumed by a browser that speaks ROAP"(stage) {
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim();
    await alice.do("call", "jim");
    await jim.sees("incoming 0");
    await jim.do("answer");
    await Promise.all([alice.sees("up 0"), jim.sees("up 0")]);
    await jim.do("hold");
    await Promise.all([jim.flows("sendonly"), alice.flows("recvonly")]);
    await jim.do("resume");
    await Promise.all([jim.flows("sendrecv"), alice.flows("sendrecv")]);
    await alice.do("hold");
    await Promise.all([alice.flows("sendonly"), jim.flows("recvonly")]);
    await alice.do("resume");
    await Promise.all([jim.flows("sendrecv"), alice.flows("sendrecv")]);
    await Promise.all([alice.hears(), jim.hears()]);
    await alice.do("hangUp");
    await jim.sees("over 0");
  },

  async "is held by phones over UDP, who called and who were called"(stage) {
    await using jim = await stage.jim();
    {
      await using phone = await stage.called("called_reinvites", { status: "200" });
      await jim.do("call", "sip:phone@ims.example");
      await jim.sees("up 0");
      await jim.flows("recvonly");
      await phone.sees("sent ACK");
      await jim.do("hangUp");
      await phone.done();
    }
    await using phone = await stage.calling("calling_reinvites");
    await jim.sees("incoming 1");
    await jim.do("answer");
    await jim.sees("up 1");
    await phone.done();
    await jim.sees("over 1");
  },

  async "holds a phone over UDP"(stage) {
    await using phone = await stage.called("called_reinvited", { hold: HELD });
    await using jim = await stage.jim();
    await jim.do("call", "sip:phone@ims.example");
    await jim.sees("up 0");
    await jim.do("hold");
    await phone.sees("received INVITE", 1);
    assert.match(phone.message("received INVITE", 1).body, /a=sendonly/);
    await phone.sees("received ACK", 1);
    await jim.do("hangUp");
    await phone.done();
  },

  async "ends the call when its tab is closed"(stage) {
    await using alice = await stage.roap("alice");
    const jim = await stage.jim();
    await jim.do("call", `sip:alice@${DOMAIN}`);
    await alice.sees("incoming 0");
    await alice.do("answer");
    await alice.sees("up 0");
    await jim.sees("up 0");
    await jim.close();
    assert.equal(await alice.sees("over 0"), "over 0 remote");
    await alice.do("call", "jim");
    assert.equal(await alice.sees("over 1"), "over 1 480");
  },

  async "registers again when its WebSocket has broken, and is called"(stage) {
    using cable = stage.cable();
    await using alice = await stage.roap("alice");
    await using jim = await stage.jim({ cable });
    await alice.do("call", "jim");
    await jim.sees("incoming 0");
    await jim.do("answer");
    await Promise.all([alice.sees("up 0"), jim.sees("up 0")]);
    cable.cut();
    assert.equal(await alice.sees("over 0"), "over 0 remote");
    await jim.sees("registered");
    await alice.do("call", "jim");
    await jim.sees("incoming 1");
    await jim.do("answer");
    await Promise.all([alice.sees("up 1"), jim.sees("up 1")]);
    await jim.do("hangUp");
    await alice.sees("over 1");
  },

  async "rings in two tabs, and is answered in one"(stage) {
    await using alice = await stage.roap("alice");
    await using here = await stage.jim();
    await using there = await stage.jim();
    await alice.do("call", "jim");
    await Promise.all([here.sees("incoming 0"), there.sees("incoming 0")]);
    await there.do("answer");
    await Promise.all([alice.sees("up 0"), there.sees("up 0"), here.sees("over 0")]);
    await Promise.all([alice.hears(), there.hears()]);
    await there.do("hangUp");
    await alice.sees("over 0");
  },

  async "calls the other library, and is called by it"(stage) {
    await using jim = await stage.jim();
    await using jane = await stage.jane();
    for (const [number, caller, called] of [[0, jim, jane], [1, jane, jim]] as const) {
      await caller.do("call", `sip:${called.user}@${DOMAIN}`);
      await called.sees(`incoming ${number}`);
      await called.do("answer");
      await Promise.all([caller.sees(`up ${number}`), called.sees(`up ${number}`)]);
      await Promise.all([caller.hears(), called.hears()]);
      await called.do("hangUp");
      await caller.sees(`over ${number}`);
    }
  },
};
