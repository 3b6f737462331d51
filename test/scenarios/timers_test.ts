// Timers that no other story looks at to the millisecond: how long transactions rest, and how long anybody waits for anybody. `timers.md` lists them all.

import assert from "node:assert/strict";
import { METHOD_INVITE, METHOD_OPTIONS } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import { Endpoint } from "./endpoint.ts";
import { Network } from "./network.ts";
import {
  addPhone,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  holdSdp,
  offerSdp,
  phoneCallsBrowser,
  relayAddress,
  stage,
} from "./stage.ts";

const second = 1000;

/** Two endpoints, 10 ms apart. */
function pair() {
  const network = new Network();
  const alice = new Endpoint(network, { host: "192.0.2.1" });
  const bob = new Endpoint(network, { host: "192.0.2.2" });
  return { network, alice, bob };
}

// What merely rests ends at the next whole tenth of a second, together with others.

Deno.test("timers D and I: a refused INVITE rests 32 s at the caller, and 5 s after its ACK at the called", () => {
  const { network, alice, bob } = pair();
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 486 });
  alice.send(METHOD_INVITE, bob);
  // the ACK arrives at 30 ms
  network.run(5099);
  assert.deepEqual([alice.clients.size, bob.servers.size], [1, 1]);
  network.run(1);
  assert.deepEqual([alice.clients.size, bob.servers.size], [1, 0]);
  network.run(32_099 - 5100);
  assert.equal(alice.clients.size, 1);
  network.run(1);
  assert.equal(alice.clients.size, 0);
});

Deno.test("timer K: for 5 s the client takes repeats of an answer for what they are, and keeps no record for that", () => {
  const { network, alice, bob } = pair();
  bob.onRequest = (options) => bob.transactions.respond(options, { status: 200 });
  alice.send(METHOD_OPTIONS, bob);
  network.run(20);
  assert.ok(alice.isEmpty);
  const { bytes } = network.packets[1]!;
  /** The call that a repeat is taken to belong to, 0 = none. */
  const repeatedAt = (at: number) => {
    network.run(at - 10 - network.now);
    network.send(bytes, { from: bob.address, to: alice.address });
    alice.context.call = 0;
    network.run(10);
    return alice.context.call;
  };
  assert.deepEqual([repeatedAt(40), repeatedAt(5_019), repeatedAt(5_030)], [1, 1, 0]);
  assert.deepEqual(alice.told, ["response 200 OPTIONS"]);
});

Deno.test("timers L and M: an accepted INVITE rests 64·T1 at either end", () => {
  const { network, alice, bob } = pair();
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 200, toTag: "b" });
  alice.onResponse = () => sip.status === 200 && alice.acknowledge(bob);
  alice.send(METHOD_INVITE, bob);
  network.run(32_099);
  assert.deepEqual([alice.clients.size, bob.servers.size], [1, 1]);
  network.run(1);
  assert.deepEqual([alice.clients.size, bob.servers.size], [0, 0]);
});

Deno.test("timer C: a phone that rings for ever is cancelled after 181 s, and the browser hears 480", () => {
  const set = stage({ invited: (phone) => phone.ring() });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(181 * second);
  assert.equal(phone.count("CANCEL"), 0);
  network.run(second);
  assert.equal(phone.count("CANCEL"), 1);
  assert.equal(phone.state, "ended");
  const error = alice.only("ERROR");
  assert.equal(error.status, 480);
  assertNothingLeft(set);
});

Deno.test("a phone that has said no ACK gets its BYE 64·T1 after the first 200", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { network, phone } = set;
  phone.acknowledges = false;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(33 * second);
  const sent = (start: string) =>
    network.packets.find(({ from, bytes }) =>
      from.host === relayAddress.host && new TextDecoder().decode(bytes).startsWith(start)
    )!.sentAt;
  assert.equal(sent("BYE") - sent("SIP/2.0 200"), 32 * second);
  assertNothingLeft(set);
});

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`a 200 without its ACK is repeated at T1, doubling up to T2, over ${transport}`, () => {
    const set = stage({ alice: { answer: answerSdp } });
    const { network } = set;
    const phone = addPhone(set, "carol", { last: 3, transport });
    phone.acknowledges = false;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: { ...relayAddress, transport } });
    network.run(33 * second);
    const times = network.packets
      .filter(({ from, bytes }) =>
        from.host === relayAddress.host && new TextDecoder().decode(bytes).startsWith("SIP/2.0 200")
      )
      .map(({ sentAt }) => sentAt);
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]);
    assertNothingLeft(set);
  });
}

Deno.test("a browser has 30 s for an OFFER inside the call, and not a moment more", () => {
  const set = phoneCallsBrowser();
  const { alice, network, phone } = set;
  alice.answer = undefined;
  phone.reinvite(holdSdp);
  network.run(30 * second);
  assert.equal(phone.count("408"), 0);
  network.run(50);
  assert.equal(phone.count("408"), 1);
  assertNothingLeft(set);
});

Deno.test("a call in which nothing happens ends after twelve hours, on both sides", () => {
  const set = browserCallsPhone();
  const { alice, network, phone } = set;
  network.run(12 * 3600 * second - 5 * second);
  assert.equal(phone.count("BYE"), 0);
  network.run(5 * second);
  assert.equal(phone.state, "ended");
  assert.equal(alice.last("SHUTDOWN").messageType, "SHUTDOWN");
  assertNothingLeft(set);
});
