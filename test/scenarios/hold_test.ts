// Hold and resume (RFC 3264 section 8.4) are changes like any other: every byte of both descriptions arrives as it was sent, whoever makes them.

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import { cseqOf } from "./sip_text.ts";
import {
  addBrowser,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  pickUp,
  stage,
} from "./stage.ts";

/** What a tidy mind would tidy up. */
const odd =
  'v=0\r\no=- 9 2 IN IP4 192.0.2.1\r\ns=Zoë ☎  \r\nt=0 0\r\nm=audio 4000  RTP/AVP 0 \r\na=x:\t"\\\r\nb=AS:64\n';
const changes = ["sendonly", "inactive", "recvonly", "sendrecv"].map((way, at) => ({
  offer: `${odd.replace("9 2", `9 ${at + 3}`)}a=${way}\r\n`,
  answer: `${odd.replace("9 2", `8 ${at + 3}`)}a=${way}-answer\r\n`,
}));

for (const [name, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  Deno.test(`a browser holds a ${name} phone and takes it back: not a byte changes on either way`, () => {
    let answer = "";
    const set = begin({ invited: pickUp, reinvited: (phone) => phone.answer(answer) });
    const { alice, network, phone } = set;
    for (const change of changes) {
      answer = change.answer;
      alice.reoffer(change.offer);
      network.run(200);
      assert.equal(phone.last("INVITE").body, change.offer);
      assert.equal(alice.last("ANSWER").sdp, change.answer);
    }
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  });

  Deno.test(`a ${name} phone holds a browser and takes it back: not a byte changes on either way`, () => {
    const set = begin({ invited: pickUp });
    const { alice, network, phone } = set;
    for (const change of changes) {
      alice.answer = change.answer;
      phone.reinvite(change.offer);
      network.run(200);
      assert.equal(alice.last("OFFER").sdp, change.offer);
      const ok = phone.received.findLast((message) =>
        message.start === "200" && cseqOf(message).method === "INVITE"
      );
      assert.equal(ok!.body, change.answer);
    }
    phone.bye();
    network.run(1000);
    assertNothingLeft(set);
  });
}

Deno.test("browsers hold each other and take each other back: not a byte changes", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { answer: odd });
  alice.call("carol", offerSdp);
  network.run(500);
  const hold = (from: Browser, to: Browser, change: typeof changes[number]) => {
    to.answer = change.answer;
    from.reoffer(change.offer);
    network.run(200);
    assert.equal(to.last("OFFER").sdp, change.offer);
    assert.equal(from.last("ANSWER").sdp, change.answer);
  };
  for (const change of changes) hold(alice, carol, change);
  for (const change of changes) hold(carol, alice, change);
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});
