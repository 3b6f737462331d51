// The timers of RFC 3261's table 4 seen on the wire: when each message is sent again, and when a transaction gives up.

import assert from "node:assert/strict";
import { METHOD_INVITE, METHOD_OPTIONS } from "../../wasm/assembly/codes.ts";
import { Endpoint, ladder } from "./endpoint.ts";
import { Network, type NetworkOptions } from "./network.ts";

function story(options: NetworkOptions = {}) {
  const network = new Network(options);
  const alice = new Endpoint(network, { host: "192.0.2.1" });
  const bob = new Endpoint(network, { host: "192.0.2.2" });
  const times = (text: string) => ladder(network).filter((one) => one.text === text).map(({ at }) => at);
  return { network, alice, bob, times };
}

Deno.test("timers A and B: an INVITE into the void is sent seven times and given up after 64·T1", () => {
  const { network, alice, bob, times } = story({ loss: 1 });
  alice.send(METHOD_INVITE, bob);
  network.settle();
  assert.deepEqual(times("INVITE (lost)"), [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  assert.deepEqual(alice.told, ["failed timeout INVITE"]);
  assert.deepEqual(alice.toldAt, [32_000]);
  assert.ok(alice.isEmpty);
});

Deno.test("timers E and F: another request is sent eleven times, at most T2 apart, and given up after 64·T1", () => {
  const { network, alice, bob, times } = story({ loss: 1 });
  alice.send(METHOD_OPTIONS, bob);
  network.settle();
  assert.deepEqual(
    times("OPTIONS (lost)"),
    [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
  );
  assert.deepEqual(alice.told, ["failed timeout OPTIONS"]);
  assert.deepEqual(alice.toldAt, [32_000]);
  assert.ok(alice.isEmpty);
});

Deno.test("timer E in Proceeding: after a provisional response the repeats are T2 apart, and are answered", () => {
  const { network, alice, bob, times } = story();
  bob.onRequest = (options) => {
    bob.transactions.respond(options, { status: 100 });
    network.after(10_000, () => bob.respond(options, { status: 200 }));
  };
  alice.send(METHOD_OPTIONS, bob);
  network.settle();
  assert.deepEqual(times("OPTIONS"), [0, 500, 4500, 8500]);
  assert.deepEqual(times("100 OPTIONS"), [10, 510, 4510, 8510]);
  assert.deepEqual(times("200 OPTIONS"), [10_010]);
  assert.deepEqual(bob.told, ["request OPTIONS"]);
  assert.equal(alice.told.at(-1), "response 200 OPTIONS");
  // Neither the client's timer K nor the server's timer J needs a clock.
  assert.equal(network.now, 10_020);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("timers G and H: a failure without ACK is sent again, at most T2 apart, and its user is told after 64·T1", () => {
  const { network, alice, bob, times } = story({ lose: ({ bytes }) => bytes[0] === "A".charCodeAt(0) });
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 404 });
  alice.send(METHOD_INVITE, bob);
  network.settle();
  const sent = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map((at) =>
    at + 10
  );
  assert.deepEqual(times("404 INVITE"), sent);
  assert.deepEqual(times("ACK (lost)"), sent.map((at) => at + 10));
  assert.deepEqual(alice.told, ["response 404 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE", "failed timeout INVITE"]);
  assert.equal(bob.toldAt[1], 32_010);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("timer J: a repeated request gets the same final response until 64·T1 are over", () => {
  const { network, alice, bob, times } = story();
  bob.onRequest = (options) => bob.transactions.respond(options, { status: 200 });
  alice.send(METHOD_OPTIONS, bob);
  network.run(1000);
  const { bytes } = network.packets[0]!;
  network.send(bytes, { from: alice.address, to: bob.address });
  network.run(30_995);
  network.send(bytes, { from: alice.address, to: bob.address });
  network.run(10);
  assert.deepEqual(times("200 OPTIONS"), [10, 1010, 32_005]);
  assert.deepEqual(bob.told, ["request OPTIONS"]);
  network.send(bytes, { from: alice.address, to: bob.address });
  network.run(10);
  assert.deepEqual(bob.told, ["request OPTIONS", "request OPTIONS"]);
  assert.deepEqual(alice.told, ["response 200 OPTIONS"]);
});

Deno.test("timer L: of an INVITE that is settled repeats are no news until 64·T1 are over", () => {
  const { network, alice, bob, times } = story();
  bob.onRequest = (invite) => {
    bob.transactions.respond(invite, { status: 200, toTag: "b" });
    bob.transactions.settle(invite);
  };
  alice.send(METHOD_INVITE, bob);
  network.run(100);
  assert.ok(bob.isEmpty);
  const { bytes } = network.packets[0]!;
  const repeat = () => {
    network.send(bytes, { from: alice.address, to: bob.address });
    network.run(10);
  };
  repeat();
  network.run(31_880);
  repeat();
  assert.deepEqual(times("200 INVITE"), [10]);
  assert.deepEqual(bob.told, ["request INVITE"]);
  repeat();
  assert.deepEqual(bob.told, ["request INVITE", "request INVITE"]);
});
