// What registered browsers and the IMS ask of each other beside the offers: messages and transfers, from both positions.

import assert from "node:assert/strict";
import { header } from "../scenarios/sip_text.ts";
import { POSITIONS } from "./ims/relay_at_ims.ts";
import { storiesOf } from "./ims/relay_stage.ts";
import { imsSuite } from "./ims/suite.ts";
import { NOBODY, USERS } from "./ims/users.ts";
import type { LiveBrowser } from "./live_browser.ts";
import { describe } from "./sdp.ts";

const { alice, bob, carol } = USERS;
const test = imsSuite({ tapped: true });

for (const position of POSITIONS) {
  const story = storiesOf(test, position);

  story("a message from a browser to a phone, by name and number, and one that is refused", async (stage) => {
    const { alice: browser, phone } = stage;
    for (const [nth, to] of [bob.sip, bob.tel].entries()) {
      await using run = await phone.awaits("messaged");
      const content = `hello ☎ ${nth}\r\n\r\nBYE`;
      browser.send({ messageType: "MESSAGE", transactionId: `m${nth}`, to, content });
      assert.equal((await browser.gets("OK")).transactionId, `m${nth}`);
      await run.done();
      const message = run.message("received MESSAGE");
      assert.equal(message.body, content);
      assert.match(header(message, "from"), /^<sip:alice@ims\.test>;tag=/);
      assert.equal(header(message, "p-asserted-identity"), `<${alice.sip}>`);
    }
    {
      await using run = await phone.awaits("messaged", { status: "486 Busy Here" });
      browser.send({ messageType: "MESSAGE", transactionId: "busy", to: bob.sip, content: "now?" });
      assert.equal((await browser.gets("ERROR")).status, 486);
      await run.done();
    }
    browser.send({ messageType: "MESSAGE", transactionId: "none", to: NOBODY.sip, content: "who?" });
    assert.equal((await browser.gets("ERROR")).status, 404);
  });

  story("a message from a phone to a browser, by name and number, and one that it refuses", async (stage) => {
    const { alice: browser, phone } = stage;
    for (const target of [alice.sip, alice.tel]) {
      await using run = await phone.does("messages", target, { text: "hello" });
      const message = await browser.gets("MESSAGE");
      assert.deepEqual([message.from, message.content], [bob.sip, "hello"]);
      browser.send({ messageType: "OK", transactionId: message.transactionId! });
      await run.done();
    }
    await using run = await phone.does("messages", alice.sip, { text: "hello", status: "603" });
    const { transactionId } = await browser.gets("MESSAGE");
    browser.send({ messageType: "ERROR", transactionId: transactionId!, errorType: "REFUSED" });
    await run.done();
  });

  story(
    "a message from a browser to a browser, by way of the IMS",
    async ({ alice: browser, wire, ...stage }) => {
      const other = await stage.browser(carol);
      browser.send({ messageType: "MESSAGE", transactionId: "m1", to: carol.sip, content: "hello" });
      const message = await other.gets("MESSAGE");
      assert.deepEqual([message.from, message.content], [alice.sip, "hello"]);
      other.send({ messageType: "OK", transactionId: message.transactionId! });
      await browser.gets("OK");
      assert.equal(wire.allReceived("MESSAGE").length, 1);
    },
  );

  story("a browser transfers a phone, which it has called or which has called it", async (stage) => {
    const { alice: browser, phone } = stage;
    {
      await using run = await phone.awaits("called_transferred");
      browser.call(bob.sip, describe("alice"));
      await browser.gets("ANSWER");
      await run.sees("received ACK");
      await transfers(browser);
      await run.done();
      const refer = run.message("received REFER");
      assert.equal(header(refer, "refer-to"), `<${carol.sip}>`);
      assert.match(header(refer, "referred-by"), /^<sip:alice@ims\.test>/);
    }
    await using run = await phone.does("calls_transferred", alice.sip);
    await browser.gets("OFFER");
    await run.sees("sent ACK");
    await transfers(browser);
    await run.done();
  }, { answer: describe("alice") });

  story(
    "a phone transfers a browser to another browser, which it has called or which has called it",
    async (stage) => {
      const { alice: browser, phone } = stage;
      const target = await stage.browser(carol, { answer: describe("carol") });
      {
        await using run = await phone.does("calls_transfers", alice.sip, { referTo: carol.sip });
        await browser.gets("OFFER");
        await isTransferred(browser, target);
        await run.done();
      }
      await using run = await phone.awaits("called_transfers", { referTo: carol.sip });
      browser.call(bob.sip, describe("alice"));
      await browser.gets("ANSWER");
      await isTransferred(browser, target);
      await run.done();
    },
    { answer: describe("alice") },
  );
}

/** In its newest call: to carol, which works. */
async function transfers(browser: LiveBrowser): Promise<void> {
  const { local, remote } = browser.session;
  const ids = { offererSessionId: local, answererSessionId: remote };
  browser.send({ messageType: "REFER", transactionId: browser.newId(), ...ids, to: carol.sip });
  await browser.gets(({ messageType, status }) => messageType === "NOTIFY" && status === 200);
  browser.end();
  await browser.gets("OK");
}

/** It is asked to call the target, does, and ends that call. */
async function isTransferred(browser: LiveBrowser, target: LiveBrowser): Promise<void> {
  const refer = await browser.gets("REFER");
  assert.equal(refer.to, carol.sip);
  browser.send({ messageType: "OK", transactionId: refer.transactionId! });
  const call = { offererSessionId: browser.newId(), seq: 1, tieBreaker: 7, sdp: describe("alice") };
  browser.send({ messageType: "OFFER", ...call, referToken: refer.referToken! });
  assert.equal((await target.gets("OFFER")).from, alice.sip);
  const answer = await browser.gets("ANSWER");
  assert.equal(answer.sdp, describe("carol"));
  // the phone has left
  await browser.gets("SHUTDOWN");
  browser.hangUp(answer, 2);
  await target.gets("SHUTDOWN");
}
