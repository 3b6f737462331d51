// Calls of browsers that the relay has registered with the IMS, as an edge proxy of its own and as a client behind the P-CSCF: to each
// other, to phones and numbers, and from them.

import assert from "node:assert/strict";
import { header, headerLines } from "../scenarios/sip_text.ts";
import { POSITIONS } from "./ims/relay_at_ims.ts";
import { hangsUp, storiesOf } from "./ims/relay_stage.ts";
import { imsSuite } from "./ims/suite.ts";
import { NOBODY, USERS } from "./ims/users.ts";
import { describe, hold } from "./sdp.ts";

const { alice, bob, carol, frank, zoe } = USERS;
const test = imsSuite({ tapped: true });

for (const position of POSITIONS) {
  const story = storiesOf(test, position);

  story("a browser calls a phone by name and number", async ({ ims, alice: browser, phone, wire }) => {
    const targets = [[bob.sip, bob.sip], [bob.sipNumber, bob.sipNumber], [bob.tel, bob.sipNumber]] as const;
    for (const [target, called] of targets) {
      await using run = await phone.awaits("called");
      browser.call(target, describe("alice"));
      await browser.gets("RINGING");
      await hangsUp(browser, run);
      const invite = run.message("received INVITE");
      assert.equal(invite.body, describe("alice"));
      assert.match(header(invite, "from"), /^<sip:alice@ims\.test>;tag=/);
      assert.equal(header(invite, "p-asserted-identity"), `<${alice.sip}>`);
      assert.equal(header(invite, "p-called-party-id"), `<${called}>`);
    }
    const [invite] = wire.allSent("INVITE");
    const serviceRoute = "<sip:orig@scscf.ims.test:5060;lr>";
    const [sent] = ims.tap.all(ims.network.host("relay"), { way: "sent", short: "INVITE" });
    if (position === "edge") {
      assert.equal(sent!.to.host, ims.network.host("scscf"));
      assert.equal(header(invite!, "route"), serviceRoute);
      assert.equal(header(invite!, "p-asserted-identity"), `<${alice.sip}>`);
      assert.equal(header(invite!, "p-preferred-identity"), "");
    } else {
      assert.equal(sent!.to.host, ims.network.host("pcscf"));
      assert.equal(headerLines(invite!, "route").join(", "), `<sip:pcscf.ims.test;lr>, ${serviceRoute}`);
      assert.equal(header(invite!, "p-preferred-identity"), `<${alice.sip}>`);
      assert.equal(header(invite!, "p-asserted-identity"), "");
    }
  });

  story("a phone calls a browser by name and number", async ({ alice: browser, phone }) => {
    for (const target of [alice.sip, alice.sipNumber, alice.tel]) {
      await using run = await phone.does("calls", target);
      const offer = await browser.gets("OFFER");
      assert.deepEqual([offer.from, offer.sdp], [bob.sip, describe("bob")]);
      await browser.gets("SHUTDOWN");
      await run.done();
      assert.equal(run.message("received 200 INVITE").body, describe("alice"));
    }
  }, { answer: describe("alice") });

  story("either side hangs up", async ({ alice: browser, phone }) => {
    {
      await using run = await phone.awaits("called_hangs_up");
      browser.call(bob.sip, describe("alice"));
      await browser.gets("ANSWER");
      await browser.gets("SHUTDOWN");
      await run.done();
    }
    await using run = await phone.does("calls_hung_up", alice.sip);
    await browser.gets("OFFER");
    await run.sees("sent ACK");
    browser.end();
    await browser.gets("OK");
    await run.done();
  }, { answer: describe("alice") });

  story("browsers call each other, by way of the IMS", async ({ alice: caller, browser, wire }) => {
    const callees = [
      await browser(carol, { answer: describe("carol") }),
      await browser(frank, { answer: describe("frank") }),
    ];
    const targets = [carol.sip, frank.tel];
    for (const [at, callee] of callees.entries()) {
      caller.call(targets[at]!, describe("alice"));
      const offer = await callee.gets("OFFER");
      assert.deepEqual([offer.from, offer.sdp], [alice.sip, describe("alice")]);
      assert.equal((await caller.gets("ANSWER")).sdp, describe(callee.name));
      // from either end
      const [leaver, left] = at === 0 ? [caller, callee] : [callee, caller];
      await callee.gets("OK");
      leaver.end();
      await left.gets("SHUTDOWN");
      await leaver.gets("OK");
    }
    assert.equal(wire.allReceived("INVITE").length, 2);
    for (const invite of wire.allReceived("INVITE")) {
      assert.equal(header(invite, "p-asserted-identity"), `<${alice.sip}>`);
    }
  });

  story("a caller gives up: a browser a phone, a phone a browser, a browser a browser", async (stage) => {
    const { alice: browser, phone } = stage;
    {
      await using run = await phone.awaits("called_cancelled");
      browser.call(bob.sip, describe("alice"));
      await browser.gets("RINGING");
      browser.end();
      await browser.gets("OK");
      await run.done();
    }
    {
      await using run = await phone.does("calls_cancels", alice.sip);
      await browser.gets("OFFER");
      await browser.gets("SHUTDOWN");
      await run.done();
    }
    const callee = await stage.browser(carol);
    browser.call(carol.sip, describe("alice"));
    await callee.gets("OFFER");
    await browser.gets("RINGING");
    browser.end();
    await callee.gets("SHUTDOWN");
  });

  story("busy, and no answer", async ({ alice: browser, phone, wire, ...stage }) => {
    for (const status of ["486 Busy Here", "480 Temporarily Unavailable"]) {
      await using run = await phone.awaits("called_refuses", { status });
      browser.call(bob.sip, describe("alice"));
      await browser.gets("RINGING");
      const error = await browser.gets("ERROR");
      assert.equal(error.status, parseInt(status));
      await run.done();
    }
    {
      await using run = await phone.does("calls_refused", alice.sip, { status: "486" });
      browser.refuse(await browser.gets("OFFER"), "REFUSED", { status: 486 });
      await run.done();
    }
    const callee = await stage.browser(carol);
    browser.call(carol.sip, describe("alice"));
    callee.refuse(await callee.gets("OFFER"), "REFUSED", { status: 486 });
    assert.equal((await browser.gets("ERROR")).status, 486);
    // registered, but switched off: nothing listens there
    browser.call(bob.sip, describe("alice"));
    const error = await browser.gets("ERROR");
    assert.ok([408, 480, 500, 503].includes(error.status!), String(error.status));
    assert.equal(wire.allReceived("INVITE").length, 2);
  });

  story("nobody of that name, nobody at home, and a domain nobody knows", async ({ alice: browser }) => {
    for (
      const [target, status] of [[NOBODY.sip, 404], [zoe.sip, 480], ["sip:x@elsewhere.test", 404]] as const
    ) {
      browser.call(target, describe("alice"));
      const error = await browser.gets("ERROR");
      assert.deepEqual([error.errorType, error.status], ["FAILED", status]);
    }
  });

  story(
    "a phone's reliable 183 is acknowledged, and either side changes the session by UPDATE",
    async (stage) => {
      const { alice: browser, phone } = stage;
      for (const what of ["called_prack", "called_prack_updated", "called_prack_updates"] as const) {
        await using run = await phone.awaits(what);
        browser.call(bob.sip, describe("alice"));
        const early = await browser.gets("ANSWER");
        assert.deepEqual([early.moreComing, early.sdp], [true, describe("bob")]);
        browser.taken(early);
        await browser.gets("OK");
        if (what === "called_prack_updated") {
          browser.earlyOffer(early, hold("alice"));
          assert.equal((await browser.gets("ANSWER")).sdp, describe("bob"));
        } else if (what === "called_prack_updates") {
          const offer = await browser.gets("OFFER");
          assert.equal(offer.sdp, hold("bob"));
          browser.accept(offer, describe("alice"));
        }
        await hangsUp(browser, run);
        assert.equal(header(run.message("received PRACK"), "rack"), "71 1 INVITE");
        const update = run.messages.find(({ message }) => message.start === "UPDATE");
        assert.equal(
          update?.message.body,
          {
            called_prack: undefined,
            called_prack_updated: hold("alice"),
            called_prack_updates: hold("bob"),
          }[what],
        );
      }
    },
  );

  story(
    "a browser's early answer is acknowledged, and either side changes the session by UPDATE",
    async (stage) => {
      const { alice: browser, phone } = stage;
      for (const what of ["calls_prack", "calls_prack_updated", "calls_prack_updates"] as const) {
        await using run = await phone.does(what, alice.sip);
        const offer = await browser.gets("OFFER");
        const ids = { offererSessionId: offer.offererSessionId!, answererSessionId: browser.newId() };
        const early = { ...ids, seq: 1, messageType: "PRANSWER", sdp: describe("alice") };
        browser.send(early);
        await run.sees("received 200 PRACK", 1);
        if (what === "calls_prack_updates") {
          const change = await browser.gets("OFFER");
          assert.equal(change.sdp, describe("bob"));
          browser.accept(change, hold("alice"));
        } else if (what === "calls_prack_updated") {
          const own = { offererSessionId: ids.answererSessionId, answererSessionId: ids.offererSessionId };
          browser.send({ ...own, seq: 2, messageType: "OFFER", tieBreaker: 5, sdp: hold("alice") });
          assert.equal((await browser.gets("ANSWER")).sdp, describe("bob"));
        }
        browser.send({ ...ids, seq: 1, messageType: "ANSWER", sdp: describe("alice") });
        await browser.gets("SHUTDOWN");
        await run.done();
      }
    },
  );

  story("a phone holds and resumes, caller or called", async ({ alice: browser, phone }) => {
    {
      await using run = await phone.does("calls_holds", alice.sip);
      for (const sdp of [describe("bob"), hold("bob"), describe("bob")]) {
        assert.equal((await browser.gets("OFFER")).sdp, sdp);
      }
      await browser.gets("SHUTDOWN");
      await run.done();
    }
    await using run = await phone.awaits("called_holds");
    browser.call(bob.sip, describe("alice"));
    await browser.gets("ANSWER");
    for (const sdp of [hold("bob"), describe("bob")]) assert.equal((await browser.gets("OFFER")).sdp, sdp);
    await run.sees("sent ACK", 1);
    browser.end();
    await browser.gets("OK");
    await run.done();
  }, { answer: describe("alice") });

  story("a browser holds and resumes, caller or called, phone or browser", async (stage) => {
    const { alice: browser, phone } = stage;
    {
      await using run = await phone.awaits("called");
      browser.call(bob.sip, describe("alice"));
      await browser.gets("ANSWER");
      await run.sees("received ACK");
      for (const [nth, sdp] of [hold("alice"), describe("alice")].entries()) {
        browser.reoffer(sdp);
        assert.equal((await browser.gets("ANSWER")).sdp, describe("bob"));
        await run.sees("received ACK", nth + 1);
        assert.equal(run.message("received INVITE", nth + 1).body, sdp);
      }
      browser.end();
      await browser.gets("OK");
      await run.done();
    }
    const callee = await stage.browser(carol, { answer: describe("carol") });
    browser.call(carol.sip, describe("alice"));
    await browser.gets("ANSWER");
    await callee.gets("OK");
    callee.reoffer(hold("carol"));
    const offer = await browser.gets("OFFER");
    assert.equal(offer.sdp, hold("carol"));
    browser.accept(offer, hold("alice"));
    assert.equal((await callee.gets("ANSWER")).sdp, hold("alice"));
    browser.end();
    await callee.gets("SHUTDOWN");
  });

  story("a browser that wants to stay unknown does, to phones and browsers", async (stage) => {
    const { alice: browser, phone } = stage;
    await using run = await phone.awaits("called");
    browser.call(bob.sip, describe("alice"), { privacy: true });
    await hangsUp(browser, run);
    const invite = run.message("received INVITE");
    assert.match(header(invite, "from"), /sip:anonymous@anonymous\.invalid/);
    assert.equal(header(invite, "p-asserted-identity"), "");
    const callee = await stage.browser(carol);
    browser.call(carol.sip, describe("alice"), { privacy: true });
    assert.equal((await callee.gets("OFFER")).from, "sip:anonymous@anonymous.invalid");
    browser.end();
    await callee.gets("SHUTDOWN");
  });

  story(
    "a description too long for a datagram goes over TCP",
    async ({ alice: browser, browser: open, ims }) => {
      const callee = await open(carol, { answer: `${describe("carol")}\r\n${"a=x-long:y\r\n".repeat(200)}` });
      const sdp = `${describe("alice")}\r\n${"a=x-long:z\r\n".repeat(200)}`;
      browser.call(carol.sip, sdp);
      assert.equal((await callee.gets("OFFER")).sdp, sdp);
      assert.equal((await browser.gets("ANSWER")).sdp, callee.answer);
      browser.end();
      await callee.gets("SHUTDOWN");
      await browser.gets("OK");
      const [invite] = ims.tap.all(ims.network.host("relay"), { way: "sent", short: "INVITE" });
      assert.equal(invite!.transport, "tcp");
    },
  );
}
