// One INVITE, several who answer it behind a forking proxy (RFC 3261 section 13.2.2).

import assert from "node:assert/strict";
import { header, parameter } from "./sip_text.ts";
import { answerSdp, assertNothingLeft, offerSdp, stage } from "./stage.ts";

const earlySdp = (port: number) => answerSdp.replace("5000", String(port));

Deno.test("two early dialogs: each is an answererSessionId of its own, and the second one answers", () => {
  const set = stage({
    invited: (phone) => {
      phone.progress(earlySdp(5001), "one");
      phone.progress(earlySdp(5002), "two");
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  const [first, second] = alice.all("ANSWER");
  assert.equal(first!.moreComing, true);
  assert.equal(second!.moreComing, true);
  assert.equal(first!.sdp, earlySdp(5001));
  assert.equal(second!.sdp, earlySdp(5002));
  assert.notEqual(first!.answererSessionId, second!.answererSessionId);
  phone.answer(earlySdp(5003), "two");
  network.run(1000);
  const final = alice.last("ANSWER");
  assert.equal(final.moreComing, undefined);
  assert.equal(final.sdp, earlySdp(5003));
  assert.equal(final.answererSessionId, second!.answererSessionId);
  assert.equal(parameter(header(phone.last("ACK"), "to"), "tag"), "two");
  alice.end();
  network.run(1000);
  assert.equal(parameter(header(phone.last("BYE"), "to"), "tag"), "two");
  assertNothingLeft(set);
});

Deno.test("two final answers: the second dialog is acknowledged and ended, the first one stays", () => {
  const set = stage({
    invited: (phone) => {
      phone.answer(earlySdp(5001), "one");
      phone.answer(earlySdp(5002), "two");
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(10_000);
  assert.equal(alice.only("ANSWER").sdp, earlySdp(5001));
  const tagOf = (start: string) =>
    phone.received.filter((message) => message.start === start).map((message) =>
      parameter(header(message, "to"), "tag")
    );
  assert.deepEqual(tagOf("ACK").sort(), ["one", "two"]);
  assert.deepEqual(tagOf("BYE"), ["two"]);
  alice.end();
  network.run(1000);
  assert.deepEqual(tagOf("BYE"), ["two", "one"]);
  assertNothingLeft(set);
});

Deno.test("a late 200 of another fork, after the call has ended: ACK and BYE all the same", () => {
  const set = stage({
    invited: (phone) => {
      phone.progress(earlySdp(5001), "one");
      phone.answer(earlySdp(5002), "two");
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  alice.end();
  network.run(1000);
  phone.answer(earlySdp(5001), "one");
  network.run(1000);
  const last = phone.received.slice(-2);
  assert.deepEqual(last.map(({ start }) => start), ["ACK", "BYE"]);
  for (const message of last) assert.equal(parameter(header(message, "to"), "tag"), "one");
  assertNothingLeft(set);
});

Deno.test("a browser that was cancelled upon still gets rid of two forks that answer", () => {
  const set = stage({
    invited: (phone) => {
      phone.progress(earlySdp(5001), "one");
      phone.progress(earlySdp(5002), "two");
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(500);
  alice.end();
  network.run(12);
  phone.answer(earlySdp(5001), "one");
  phone.answer(earlySdp(5002), "two");
  network.run(2000);
  const tags = phone.received.filter(({ start }) => start === "BYE").map((bye) =>
    parameter(header(bye, "to"), "tag")
  );
  assert.deepEqual(tags.sort(), ["one", "two"]);
  assertNothingLeft(set);
});

Deno.test("more early dialogs than the relay tells apart: the call still gets its answer", () => {
  const set = stage({
    invited: (phone) => {
      for (let at = 0; at < 40; at++) phone.progress(earlySdp(5100 + at), `tag${at}`);
      phone.answer(answerSdp, "tag3");
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(alice.last("ANSWER").sdp, answerSdp);
  assert.equal(phone.state, "up");
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});
