// RFC 3263 section 4.3: a name with several addresses, and each way in which one of them can fail. Whatever happens, one call comes of it.

import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import type { Phone } from "./phone.ts";
import { parameter } from "./sip_text.ts";
import {
  addPhone,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  pickUp,
  type Stage,
  stage,
  type StageOptions,
} from "./stage.ts";

const FAILOVER = 5_000;

function hop(last: number, transport: "udp" | "tcp" = "udp"): Hop {
  return { transport, host: `10.0.0.${last}`, port: 5070, flow: 0 };
}

/** A relay whose IMS is a name with these addresses. */
function several(hops: readonly Hop[], relay: StageOptions["relay"] = {}): Stage {
  return stage({
    relay: { ims: "ims.test", names: new Map([["ims.test", hops]]), failover: FAILOVER, ...relay },
  });
}

/** Sends nothing for `wait`, then goes on. */
function later(set: Stage, wait: number, then: (phone: Phone) => void): (phone: Phone) => void {
  return (phone) => set.network.after(wait, () => then(phone));
}

/** Requests of ours that left towards 10.0.0.`last`, as "INVITE" each. */
function sentTo({ network }: Stage, last: number): string[] {
  return network.packets.filter(({ to }) => to.host === `10.0.0.${last}`)
    .map(({ bytes }) => new TextDecoder().decode(bytes).split(" ")[0]!);
}

function branches({ network }: Stage): Set<string> {
  const texts = network.packets.map(({ bytes }) => new TextDecoder().decode(bytes));
  return new Set(
    texts.filter((text) => text.startsWith("INVITE")).map((text) =>
      parameter(/Via: (.*)/.exec(text)![1]!, "branch")
    ),
  );
}

Deno.test("an address that refuses the connection: the next one has the call at once", () => {
  const set = several([hop(21, "tcp"), hop(22, "tcp")]);
  const good = addPhone(set, "robert", { last: 22, transport: "tcp", invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(200);
  assert.equal(good.state, "up");
  good.bye();
  set.network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a silent address: the next one is tried after five seconds, with a branch of its own", () => {
  const set = several([hop(21), hop(22)]);
  const good = addPhone(set, "robert", { last: 22, invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(FAILOVER);
  assert.equal(good.count("INVITE"), 0);
  set.network.run(200);
  assert.equal(good.state, "up");
  assert.equal(set.alice.session.state, "up");
  assert.equal(branches(set).size, 2);
  good.bye();
  set.network.run(60_000);
  // timer A at 0, 0.5, 1.5 and 3.5 s; a request that was left is not sent again
  assert.deepEqual(sentTo(set, 21), Array(4).fill("INVITE"));
  assertNothingLeft(set);
});

Deno.test("without a limit of its own a silent address has timer B", () => {
  const set = several([hop(21), hop(22)], { failover: 0 });
  const good = addPhone(set, "robert", { last: 22, invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(32_000);
  assert.equal(good.count("INVITE"), 0);
  set.network.run(200);
  assert.equal(good.state, "up");
  good.bye();
  set.network.run(1000);
  assertNothingLeft(set);
});

Deno.test("the only address, and the last one, has timer B", () => {
  for (const hops of [[hop(21)], [hop(22), hop(21)]]) {
    const set = several(hops);
    set.alice.call("sip:bob@example.org", offerSdp);
    set.network.run(31_000);
    assert.equal(set.alice.all("ERROR").length, 0);
    set.network.run(7_000);
    assert.equal(set.alice.only("ERROR").errorType, "TIMEOUT");
    assertNothingLeft(set);
  }
});

Deno.test("an address that says 100 and no more keeps the call", () => {
  const set = several([hop(21), hop(22)]);
  const slow = addPhone(set, "bob", { last: 21, invited: (phone) => phone.trying() });
  const other = addPhone(set, "robert", { last: 22, invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(20_000);
  assert.equal(other.count("INVITE"), 0);
  pickUp(slow);
  set.network.run(200);
  assert.equal(slow.state, "up");
  slow.bye();
  set.network.run(1000);
  assertNothingLeft(set);
});

Deno.test("an address that rings after it was left is cancelled, and the call is at the next one", () => {
  const set = several([hop(21), hop(22)]);
  const slow = addPhone(set, "bob", { last: 21, invited: later(set, 5_500, (phone) => phone.ring()) });
  const good = addPhone(set, "robert", { last: 22, invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(10_000);
  assert.equal(good.state, "up");
  assert.equal(slow.count("CANCEL"), 1);
  assert.equal(slow.isAsked, false);
  assert.equal(slow.count("ACK"), 1);
  assert.equal(set.alice.session.state, "up");
  good.bye();
  set.network.run(1000);
  assertNothingLeft(set);
});

for (
  const [name, wait] of [["while the next one rings", 6_000], [
    "after the next one has answered",
    9_000,
  ]] as const
) {
  Deno.test(`an address that answers ${name} gets ACK and BYE, however often its answer comes`, () => {
    const set = several([hop(21), hop(22)], {});
    const slow = addPhone(set, "bob", {
      last: 21,
      invited: later(set, wait, (phone) => phone.answer(answerSdp)),
    });
    const good = addPhone(set, "robert", {
      last: 22,
      invited: (phone) => {
        phone.ring();
        set.network.after(2_000, () => phone.answer(answerSdp));
      },
    });
    set.alice.call("sip:bob@example.org", offerSdp);
    set.network.run(20_000);
    assert.equal(good.state, "up");
    assert.equal(slow.state, "ended");
    assert.deepEqual([slow.count("ACK") >= 1, slow.count("BYE")], [true, 1]);
    assert.equal(set.alice.session.state, "up");
    assert.equal(set.alice.all("ANSWER").filter(({ moreComing }) => moreComing !== true).length, 1);
    set.alice.end();
    set.network.run(1000);
    assert.equal(good.state, "ended");
    assertNothingLeft(set);
  });
}

Deno.test("an answer whose ACK was lost is acknowledged again, and ended once", () => {
  let lost = 0;
  const set = stage({
    network: {
      lose: ({ to, bytes }) =>
        to.host === "10.0.0.21" && new TextDecoder().decode(bytes).startsWith("ACK") && lost++ < 2,
    },
    relay: { ims: "ims.test", names: new Map([["ims.test", [hop(21), hop(22)]]]), failover: FAILOVER },
  });
  const slow = addPhone(set, "bob", {
    last: 21,
    invited: later(set, 6_000, (phone) => phone.answer(answerSdp)),
  });
  const good = addPhone(set, "robert", { last: 22, invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(20_000);
  assert.equal(lost, 3);
  assert.equal(slow.count("BYE"), 1);
  good.bye();
  set.network.run(1000);
  assertNothingLeft(set);
});

Deno.test("an answer that comes after timer B of an address that was left gets ACK and BYE", () => {
  const set = several([hop(21), hop(22)]);
  const slow = addPhone(set, "bob", {
    last: 21,
    invited: later(set, 40_000, (phone) => phone.answer(answerSdp)),
  });
  const good = addPhone(set, "robert", { last: 22, invited: (phone) => phone.ring() });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(45_000);
  assert.equal(slow.state, "ended");
  good.answer(answerSdp);
  set.network.run(1000);
  assert.equal(good.state, "up");
  assert.equal(set.alice.session.state, "up");
  good.bye();
  set.network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a browser gives up after an address was left: both are cancelled", () => {
  const set = several([hop(21), hop(22)]);
  const slow = addPhone(set, "bob", { last: 21, invited: later(set, 9_000, (phone) => phone.ring()) });
  const second = addPhone(set, "robert", { last: 22, invited: (phone) => phone.ring() });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(6_000);
  set.alice.end();
  set.network.run(10_000);
  assert.deepEqual([slow.count("CANCEL"), second.count("CANCEL")], [1, 1]);
  assertNothingLeft(set);
});

Deno.test("503: the next one has the call; with Retry-After the address is left alone for so long", () => {
  for (const seconds of [0, 60]) {
    const set = several([hop(21), hop(22)]);
    const lines = seconds === 0 ? [] : [["Retry-After", `${seconds} (maintenance);duration=9`]] as const;
    const full = addPhone(set, "bob", {
      last: 21,
      invited: (phone) => phone.reject("503 Service Unavailable", lines),
    });
    addPhone(set, "robert", { last: 22, invited: pickUp });
    const call = () => {
      set.alice.call("sip:bob@example.org", offerSdp);
      set.network.run(500);
      assert.equal(set.alice.session.state, "up");
      set.alice.end();
      set.network.run(1_500);
    };
    call();
    assert.deepEqual([full.count("INVITE"), full.count("ACK")], [1, 1]);
    call();
    assert.equal(full.count("INVITE"), seconds === 0 ? 2 : 1);
    set.network.run(60_000);
    call();
    assert.equal(full.count("INVITE"), seconds === 0 ? 3 : 2);
    assertNothingLeft(set);
  }
});

Deno.test("all addresses refuse, are silent or say 503: the caller hears it, and the next call tries them all again", () => {
  const set = several([hop(21), hop(22, "tcp"), hop(23)]);
  const full = addPhone(set, "bob", {
    last: 23,
    invited: (phone) => phone.reject("503 Service Unavailable", [["Retry-After", "120"]]),
  });
  for (const count of [1, 2]) {
    set.alice.call("sip:bob@example.org", offerSdp);
    set.network.run(45_000);
    assert.equal(set.alice.all("ERROR").length, count);
    assert.equal(full.count("INVITE"), count);
  }
  assertNothingLeft(set);
});

Deno.test("a dead address is tried last for half a minute, and first again then", () => {
  const set = several([hop(21), hop(22)]);
  addPhone(set, "robert", { last: 22, invited: pickUp });
  const call = () => {
    const before = sentTo(set, 21).length;
    set.alice.call("sip:bob@example.org", offerSdp);
    set.network.run(6_000);
    assert.equal(set.alice.session.state, "up");
    set.alice.end();
    set.network.run(1_000);
    return sentTo(set, 21).length > before;
  };
  assert.deepEqual([call(), call(), call()], [true, false, false]);
  set.network.run(20_000);
  assert.equal(call(), true);
  assertNothingLeft(set);
});

Deno.test("a hold and a BYE to a name: the silent address is left here too", () => {
  const names = new Map([["desk.test", [hop(21), hop(3)]]]);
  const set = stage({ relay: { names, ims: "sip:10.0.0.3:5070", failover: FAILOVER } });
  const phone = addPhone(set, "bob", { last: 3, contactHost: "desk.test", invited: pickUp });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(1000);
  assert.ok(["up", "answered"].includes(phone.state));
  set.network.run(40_000);
  set.alice.reoffer(holdSdp);
  set.network.run(7_000);
  assert.equal(phone.last("INVITE").body, holdSdp);
  set.network.run(40_000);
  set.alice.end();
  set.network.run(7_000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a resolver that does not answer is a time-out, a name that is not there is none", () => {
  for (const isResolverDown of [true, false]) {
    const set = several([], { isResolverDown });
    set.alice.call("sip:bob@example.org", offerSdp);
    set.network.run(1000);
    const { errorType, status } = set.alice.only("ERROR");
    assert.deepEqual([errorType, status], isResolverDown ? ["TIMEOUT", 504] : ["FAILED", 502]);
    assertNothingLeft(set);
  }
});

const largeSdp = `${offerSdp}${"a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n".repeat(40)}`;

Deno.test("who took a large INVITE over UDP alone is asked over UDP first the next time", () => {
  const set = several([hop(21)]);
  const phone = addPhone(set, "bob", { last: 21, invited: pickUp });
  for (const _call of [1, 2]) {
    set.alice.call("sip:bob@example.org", largeSdp);
    set.network.run(1000);
    assert.equal(phone.last("INVITE").body, largeSdp);
    set.alice.end();
    set.network.run(1000);
  }
  assert.equal(phone.count("INVITE"), 2);
  assert.equal(branches(set).size, 2);
  assertNothingLeft(set);
});
