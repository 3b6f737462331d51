// Transfers of registered identities: who they say they are, and who may send them on (RFC 3515, RFC 3892).

import assert from "node:assert/strict";
import { contactOf, registered } from "./ims_stage.ts";
import { Phone } from "./phone.ts";
import { header } from "./sip_text.ts";
import { answerSdp, offerSdp, pickUp, relayAddress } from "./stage.ts";
import { Texter } from "./texter.ts";

const bobAddress = { transport: "udp", host: "10.0.0.8", port: 5060 } as const;

/** Alice's browser is in a call with bob, a phone next to the S-CSCF, who has called or was called. */
function inCall({ isCaller, ...offer }: { isCaller: boolean; privacy?: boolean }) {
  const set = registered({
    isEdge: true,
    prepare: (home) => home.serviceRoute = "<sip:orig@10.0.0.8:5060;lr>",
  }, {
    answer: answerSdp,
  });
  const { browser, network } = set;
  const phone = new Phone({ network, user: "bob", domain: "home.test", at: bobAddress, invited: pickUp });
  const bob = new Texter(network, phone);
  if (isCaller) phone.call(contactOf(set), { sdp: offerSdp, peer: relayAddress });
  else browser.call("bob", offerSdp, offer);
  network.run(1_000);
  assert.equal(browser.session.state, "up", browser.story());
  return { ...set, phone, bob };
}

function refer({ browser, network }: ReturnType<typeof inCall>, to: string): void {
  const { local, remote } = browser.session;
  const ids = { offererSessionId: local, answererSessionId: remote };
  browser.send({ messageType: "REFER", transactionId: "r1", ...ids, to });
  network.run(100);
}

Deno.test("a registered browser that sends a phone on does so as its identity, and a bare name is of its network", () => {
  const set = inCall({ isCaller: false });
  set.bob.answer = ({ start }) => start === "REFER" ? "202 Accepted" : "200 OK";
  refer(set, "carol");
  const asked = set.bob.only("REFER");
  assert.equal(header(asked, "refer-to"), "<sip:carol@home.test>");
  assert.equal(header(asked, "referred-by"), "<sip:alice@home.test>");
});

Deno.test("whoever was unknown to the phone in the call stays so", () => {
  const set = inCall({ isCaller: false, privacy: true });
  set.bob.answer = ({ start }) => start === "REFER" ? "202 Accepted" : "200 OK";
  refer(set, "tel:+15550100003");
  assert.equal(header(set.bob.only("REFER"), "referred-by"), "<sip:anonymous@anonymous.invalid>");
});

Deno.test("a phone that has called a registered identity may send its browser on, anywhere in the IMS", () => {
  const set = inCall({ isCaller: true });
  const { bob, browser, network } = set;
  for (const target of ["sip:carol@home.test", "tel:+15550100003"]) {
    bob.inside("REFER", { lines: [["Refer-To", `<${target}>`]] });
    network.run(100);
    const { referToken, to, transactionId } = browser.last("REFER");
    assert.equal(to, target);
    browser.send({ messageType: "OK", transactionId: transactionId! });
    const call = { offererSessionId: browser.newId(), seq: 1, tieBreaker: 5, sdp: offerSdp };
    browser.send({ messageType: "OFFER", ...call, referToken: referToken! });
    network.run(100);
    const invite = bob.phone.last("INVITE");
    assert.equal(invite.requestUri, target);
    assert.equal(header(invite, "p-asserted-identity"), "<sip:alice@home.test>");
    assert.equal(header(invite, "referred-by"), "<sip:bob@home.test>");
    // the next one only after this one: it is as long as a call may ring that is not answered
    network.run(200_000);
  }
});
