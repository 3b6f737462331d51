// Whom the relay believes, whom it hears, and what it tells whom (RFC 3325, RFC 3323, RFC 5876).

import assert from "node:assert/strict";
import { Phone } from "./phone.ts";
import { Registration } from "./registration.ts";
import { header, type SipText } from "./sip_text.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  offerSdp,
  pickUp,
  relayAddress,
  type Stage,
  stage,
  type StageOptions,
} from "./stage.ts";

const accounts = new Map([["carol", "secret"]]);
const friend = "10.0.0.7";
const trusts = (host: string) => host === friend;
const ANONYMOUS = "sip:anonymous@anonymous.invalid";

/** What a browser, or a stranger, might try to make the relay say. */
const claims = [
  ["P-Asserted-Identity", "<sip:queen@palace.test>"],
  ["P-Preferred-Identity", "<sip:queen@palace.test>"],
  ["Remote-Party-ID", "<sip:queen@palace.test>;privacy=off"],
  ["P-Charging-Vector", "icid-value=queen"],
  ["P-Access-Network-Info", "queen"],
  ["Diversion", "<sip:queen@palace.test>"],
  ["X-Queen", "queen"],
] as const;

function trusting(options: StageOptions = {}): Stage {
  return stage({
    alice: { answer: answerSdp },
    ...options,
    relay: { accounts, config: { trusts }, ...options.relay },
  });
}

/** carol's phone, registered. */
function carolAt(set: Stage, last: number): Phone {
  const phone = addPhone(set, "carol", { last, domain: "ropeway.test", invited: pickUp });
  new Registration({ network: set.network, phone, password: "secret", peer: relayAddress }).register();
  set.network.run(500);
  return phone;
}

function textOf(message: SipText): string {
  return JSON.stringify(message);
}

Deno.test("what a stranger asserts reaches nobody, neither browser nor phone", () => {
  const set = trusting();
  const { alice, network } = set;
  const stranger = addPhone(set, "eve", { last: 20 });
  stranger.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: claims });
  network.run(1_000);
  assert.equal(alice.only("OFFER").from, "sip:eve@10.0.0.20");
  stranger.bye();
  network.run(1_000);
  const carol = carolAt(set, 7);
  stranger.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: claims });
  network.run(1_000);
  assert.doesNotMatch(textOf(carol.last("INVITE")), /queen/i);
  assert.equal(header(carol.last("INVITE"), "p-asserted-identity"), "");
  stranger.bye();
  network.run(1_000);
  assertNothingLeft(set);
});

Deno.test("a trusted peer vouches for the caller; of what it says nothing else passes", () => {
  const set = trusting();
  const { alice, network } = set;
  const peer = addPhone(set, "gateway", { last: 7 });
  peer.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: claims });
  network.run(1_000);
  assert.equal(alice.only("OFFER").from, "sip:queen@palace.test");
  peer.bye();
  network.run(1_000);
  const carol = carolAt(set, 8);
  peer.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: claims });
  network.run(1_000);
  const invite = carol.last("INVITE");
  assert.match(header(invite, "from"), /^<sip:queen@palace\.test>;tag=/);
  for (const [name] of claims) assert.equal(header(invite, name.toLowerCase()), "", name);
  peer.bye();
  network.run(1_000);
  assertNothingLeft(set);
});

Deno.test("an asserted identity that is no sip or tel URI is none", () => {
  for (const value of ["<http://palace.test/>", '"', "<sip:a@b?Subject=x>", "<sip:>"]) {
    const set = trusting();
    const peer = addPhone(set, "gateway", { last: 7 });
    const lines = [["P-Asserted-Identity", value]] as const;
    peer.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines });
    set.network.run(1_000);
    assert.equal(set.alice.only("OFFER").from, "sip:gateway@10.0.0.7", value);
    peer.bye();
    set.network.run(1_000);
    assertNothingLeft(set);
  }
});

for (const privacy of ["id", "user", "critical; id", "header;user"]) {
  Deno.test(`Privacy: ${privacy} hides the caller from the browser`, () => {
    const set = trusting();
    const peer = addPhone(set, "gateway", { last: 7 });
    const lines = [["Privacy", privacy], ["P-Asserted-Identity", "<tel:+1555>"]] as const;
    peer.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines });
    set.network.run(1_000);
    assert.equal(set.alice.only("OFFER").from, ANONYMOUS);
    peer.bye();
    set.network.run(1_000);
    assertNothingLeft(set);
  });
}

Deno.test("Privacy: none and session hide nobody", () => {
  const set = trusting();
  const peer = addPhone(set, "gateway", { last: 7 });
  const lines = [["Privacy", "none;session"], ["P-Asserted-Identity", "<tel:+1555>"]] as const;
  peer.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines });
  set.network.run(1_000);
  assert.equal(set.alice.only("OFFER").from, "tel:+1555");
  peer.bye();
  set.network.run(1_000);
  assertNothingLeft(set);
});

Deno.test("a caller that hides is told to those that are trusted, with its wish, and to nobody else", () => {
  for (const [last, asserted] of [[7, "<tel:+1555>"], [8, ""]] as const) {
    const set = trusting({ relay: { config: { trusts: (host) => host === friend || host === "10.0.0.6" } } });
    const { network } = set;
    const carol = carolAt(set, last);
    const peer = addPhone(set, "gateway", { last: 6 });
    const lines = [["Privacy", "id"], ["P-Asserted-Identity", "<tel:+1555>"]] as const;
    peer.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines });
    network.run(1_000);
    const invite = carol.last("INVITE");
    assert.match(header(invite, "from"), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
    assert.equal(header(invite, "p-asserted-identity"), asserted);
    assert.equal(header(invite, "privacy"), asserted === "" ? "" : "id");
    assert.doesNotMatch(header(invite, "contact"), /gateway|1555/);
    peer.bye();
    network.run(1_000);
    assertNothingLeft(set);
  }
});

Deno.test("a browser's login is asserted to a trusted phone, not to another", () => {
  for (const [last, asserted] of [[7, "<sip:alice@ropeway.test>"], [8, ""]] as const) {
    const set = trusting();
    const carol = carolAt(set, last);
    set.alice.call("carol", offerSdp);
    set.network.run(1_000);
    assert.equal(header(carol.last("INVITE"), "p-asserted-identity"), asserted);
    carol.bye();
    set.network.run(1_000);
    assertNothingLeft(set);
  }
});

Deno.test("an edge proxy without registrations asserts who is logged in", () => {
  const set = stage({ relay: { config: { isEdge: true } }, invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(1_000);
  assert.equal(header(set.phone.last("INVITE"), "p-asserted-identity"), "<sip:alice@ropeway.test>");
  set.phone.bye();
  set.network.run(1_000);
  assertNothingLeft(set);
});

Deno.test("a trusted peer may use a name of the domain; it is still none of its users, and may not call out", () => {
  const set = trusting();
  const peer = addPhone(set, "carol", { last: 7, domain: "ropeway.test" });
  peer.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  set.network.run(1_000);
  assert.equal(set.alice.only("OFFER").from, "sip:carol@ropeway.test");
  peer.bye();
  set.network.run(1_000);
  peer.call("sip:bob@example.org", { sdp: offerSdp, peer: relayAddress });
  set.network.run(1_000);
  assert.equal(peer.received.at(-1)!.start, "403");
  assertNothingLeft(set);
});

Deno.test("who is no peer is not heard, not even with a REGISTER; responses to our own requests are", () => {
  const set = trusting({
    relay: { config: { hears: (host) => host === "10.0.0.6" } },
    invited: pickUp,
  });
  const { alice, network } = set;
  const carol = carolAt(set, 8);
  assert.equal(carol.story(), "");
  carol.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(40_000);
  assert.equal(carol.story(), "");
  assert.equal(alice.all("OFFER").length, 0);
  const peer = addPhone(set, "peer", { last: 6 });
  peer.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1_000);
  assert.equal(peer.state, "up");
  peer.bye();
  network.run(1_000);
  // the phone that stands for the IMS is none of the peers: its answer counts, its BYE does not
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1_000);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(1_000);
  // browsers of ours reach each other all the same
  const zoe = addBrowser(set, "zoe");
  zoe.call("alice", offerSdp);
  network.run(1_000);
  assert.equal(zoe.session.state, "up");
  zoe.end();
  network.run(60_000);
  assertNothingLeft(set);
});

Deno.test("a browser that hides: nobody sees its name but whom we trust, and its own network", () => {
  const set = trusting({ alice: {} });
  const zoe = addBrowser(set, "zoe");
  set.alice.call("zoe", offerSdp, { privacy: true });
  set.network.run(500);
  assert.equal(zoe.only("OFFER").from, ANONYMOUS);
  set.alice.end();
  set.network.run(500);
  for (const [last, asserted] of [[7, "<sip:alice@ropeway.test>"], [8, ""]] as const) {
    const carol = carolAt(set, last);
    set.alice.call("carol", offerSdp, { privacy: true });
    set.network.run(1_000);
    const invite = carol.last("INVITE");
    assert.match(header(invite, "from"), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
    assert.equal(header(invite, "p-asserted-identity"), asserted);
    assert.equal(header(invite, "privacy"), asserted === "" ? "" : "id");
    if (asserted === "") assert.doesNotMatch(textOf(invite), /alice/);
    carol.bye();
    set.network.run(1_000);
    new Registration({ network: set.network, phone: carol, password: "secret", peer: relayAddress }).register(
      0,
    );
    set.network.run(1_000);
  }
  assertNothingLeft(set);
});
