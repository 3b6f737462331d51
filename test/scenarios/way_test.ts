// Ways of a request: route sets through proxies, TCP for the large, the next address when one fails (RFC 3261 sections 12.2.1.1, 16.12,
// 18.1.1, RFC 3263 section 4.3).

import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import { Proxy } from "./proxy.ts";
import { header, headerLines, parameter } from "./sip_text.ts";
import {
  addPhone,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  phoneAddress,
  pickUp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

const at = (last: number) => ({ transport: "udp", host: `10.0.0.${last}`, port: 5080 }) as const;
const hop = (last: number, transport: "udp" | "tcp" = "udp"): Hop => ({
  transport,
  host: `10.0.0.${last}`,
  port: 5070,
  flow: 0,
});

for (
  const kinds of [["loose"], ["strict"], ["loose", "loose"], ["loose", "strict"], [
    "strict",
    "loose",
  ]] as const
) {
  const name = kinds.join(" and a ");

  Deno.test(`a browser calls through a ${name} proxy that stays in the path`, () => {
    const set = stage({
      relay: { ims: "sip:10.0.0.11:5080" },
      invited: pickUp,
      alice: { answer: answerSdp },
    });
    proxies(set, kinds, phoneAddress);
    const { alice, network, phone } = set;
    alice.call("sip:bob@example.org", offerSdp);
    network.run(1000);
    assert.equal(alice.session.state, "up");
    assert.equal(phone.state, "up");
    goOn(set, kinds.length);
  });

  Deno.test(`a phone calls through a ${name} proxy that stays in the path`, () => {
    const set = stage({ alice: { answer: answerSdp }, invited: pickUp });
    proxies(set, kinds, relayAddress);
    const { network, phone } = set;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: at(11) });
    network.run(1000);
    assert.equal(phone.state, "up", phone.story());
    goOn(set, kinds.length);
  });
}

/** Proxies at 10.0.0.11, 10.0.0.12 …, the last one next to `end`. */
function proxies(
  { network }: Stage,
  kinds: readonly ("loose" | "strict")[],
  end: typeof phoneAddress,
): Proxy[] {
  return kinds.map((kind, index) => {
    const next = index === kinds.length - 1 ? end : at(12 + index);
    return new Proxy({ network, at: at(11 + index), next, strict: kind === "strict" });
  });
}

/** Holds both ways and BYE find the way, through each proxy. */
function goOn(set: Stage, count: number): void {
  const { alice, network, phone } = set;
  alice.reoffer(holdSdp);
  network.run(1000);
  assert.equal(phone.last("INVITE").body, holdSdp);
  assert.equal(headerLines(phone.last("INVITE"), "via").length, 1 + count);
  assert.equal(headerLines(phone.last("ACK"), "via").length, 1 + count);
  assert.equal(alice.last("ANSWER").sdp, answerSdp);
  phone.reinvite(holdSdp);
  network.run(1000);
  assert.equal(alice.last("OFFER").sdp, holdSdp);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  const bye = phone.last("BYE");
  assert.equal(bye.requestUri, `sip:bob@${phoneAddress.host}:${phoneAddress.port}`);
  assert.equal(headerLines(bye, "via").length, 1 + count);
  assertNothingLeft(set);
}

const largeSdp = `${offerSdp}${"a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n".repeat(40)}`;

Deno.test("an INVITE over 1300 bytes goes over TCP", () => {
  const set = stage();
  const { alice, network } = set;
  const tcp = addPhone(set, "bob", { last: 2, transport: "tcp", invited: pickUp });
  alice.call("sip:bob@example.org", largeSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  const invite = tcp.last("INVITE");
  assert.equal(invite.body, largeSdp);
  assert.match(header(invite, "via"), /^SIP\/2.0\/TCP 10.0.0.1:5060;/);
  assert.match(header(invite, "contact"), /transport=tcp/);
  assert.equal(set.phone.story(), "");
  tcp.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("an INVITE over 1300 bytes to a phone without TCP falls back to UDP", () => {
  const set = stage({ invited: pickUp });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", largeSdp);
  network.run(1000);
  assert.equal(alice.session.state, "up");
  assert.equal(phone.last("INVITE").body, largeSdp);
  assert.match(header(phone.last("INVITE"), "via"), /^SIP\/2.0\/UDP/);
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("three addresses: silence, 503, and a phone that answers; each try has a branch of its own", () => {
  const names = new Map([["ims.test", [hop(21), hop(22), hop(23)]]]);
  const set = stage({ relay: { ims: "ims.test", names } });
  const { alice, network } = set;
  const full = addPhone(set, "bob", {
    last: 22,
    invited: (phone) => phone.reject("503 Service Unavailable"),
  });
  const good = addPhone(set, "bob", { last: 23, invited: pickUp });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(31_000);
  assert.equal(full.count("INVITE"), 0);
  network.run(3000);
  assert.equal(full.count("ACK"), 1);
  assert.equal(good.state, "up");
  assert.equal(alice.session.state, "up");
  const branches = network.packets.map(({ bytes }) => new TextDecoder().decode(bytes))
    .filter((text) => text.startsWith("INVITE"))
    .map((text) => parameter(/Via: (.*)/.exec(text)![1]!, "branch"));
  assert.equal(new Set(branches).size, 3);
  assert.equal(
    new Set(network.packets.map(({ bytes }) => /Call-ID: (.*)/.exec(new TextDecoder().decode(bytes))![1]))
      .size,
    1,
  );
  good.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("all addresses fail: the browser hears of the last failure", () => {
  const names = new Map([["ims.test", [hop(21, "tcp"), hop(22)]]]);
  const set = stage({ relay: { ims: "ims.test", names } });
  const { alice, network } = set;
  addPhone(set, "bob", { last: 22, invited: (phone) => phone.reject("503 Service Unavailable") });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 503);
  assertNothingLeft(set);
});

Deno.test("a browser gives up while the name is being resolved: no INVITE leaves", () => {
  const names = new Map([["ims.test", [hop(21)]]]);
  const set = stage({ relay: { ims: "ims.test", names } });
  const { alice, network } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(5);
  alice.end();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assert.equal(alice.story(), "WAITING OK");
  assertNothingLeft(set);
});

Deno.test("a browser gives up while the second address is tried: nothing is tried any more", () => {
  const names = new Map([["ims.test", [hop(21), hop(22), hop(23)]]]);
  const set = stage({ relay: { ims: "ims.test", names } });
  const { alice, network } = set;
  const second = addPhone(set, "bob", { last: 22 });
  const third = addPhone(set, "bob", { last: 23, invited: pickUp });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(33_000);
  assert.equal(second.count("INVITE") > 0, true);
  alice.end();
  network.run(40_000);
  assert.equal(third.story(), "");
  assertNothingLeft(set);
});

Deno.test("a phone whose Contact is a name: ACK, hold and BYE wait for the resolver", () => {
  const set = stage({ relay: { names: new Map([["desk.test", [hop(3)]]]), ims: "sip:10.0.0.3:5070" } });
  const { alice, network } = set;
  const phone = addPhone(set, "bob", { last: 3, contactHost: "desk.test", invited: pickUp });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(phone.state, "up", phone.story());
  alice.reoffer(holdSdp);
  network.run(1000);
  assert.equal(alice.last("ANSWER").seq, 2);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser hangs up a hold that waits for the resolver: BYE alone leaves", () => {
  const set = stage({ relay: { names: new Map([["desk.test", [hop(3)]]]), ims: "sip:10.0.0.3:5070" } });
  const { alice, network } = set;
  const phone = addPhone(set, "bob", { last: 3, contactHost: "desk.test", invited: pickUp });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  alice.reoffer(holdSdp);
  network.run(15);
  alice.end();
  network.run(1000);
  assert.equal(phone.count("INVITE"), 1);
  assert.equal(phone.count("BYE"), 1);
  assertNothingLeft(set);
});

Deno.test("a phone whose Contact is a name that leads nowhere: its call is ended on both sides", () => {
  const set = stage({ relay: { ims: "sip:10.0.0.3:5070" } });
  const { alice, network } = set;
  const phone = addPhone(set, "bob", { last: 3, contactHost: "desk.invalid", invited: pickUp });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(70_000);
  assert.equal(phone.state, "ended");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});
