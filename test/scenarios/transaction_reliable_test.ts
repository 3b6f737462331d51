// Transactions over a reliable transport: timers A, E and G rest; D, I, J and K are 0 (RFC 3261 section 17).

import assert from "node:assert/strict";
import { METHOD_INVITE, METHOD_OPTIONS } from "../../wasm/assembly/codes.ts";
import { Endpoint, ladder } from "./endpoint.ts";
import { Network } from "./network.ts";

function story() {
  const network = new Network({ delay: [10, 200] });
  const alice = new Endpoint(network, { host: "192.0.2.1", transport: "tcp" });
  const bob = new Endpoint(network, { host: "192.0.2.2", transport: "tcp" });
  const texts = () => ladder(network).map(({ text }) => text);
  return { network, alice, bob, texts };
}

Deno.test("over a stream nothing is sent twice, and a refused INVITE is over with its ACK", () => {
  const { network, alice, bob, texts } = story();
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 486 });
  alice.send(METHOD_INVITE, bob);
  network.run(600);
  assert.deepEqual(texts(), ["INVITE", "486 INVITE", "ACK"]);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("over a stream another request is over with its final response", () => {
  const { network, alice, bob, texts } = story();
  bob.onRequest = (options) => bob.transactions.respond(options, { status: 200 });
  alice.send(METHOD_OPTIONS, bob);
  network.run(400);
  assert.deepEqual(texts(), ["OPTIONS", "200 OPTIONS"]);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("over a stream a failure is sent once, and its missing ACK is told after 64·T1", () => {
  const { network, alice, bob, texts } = story();
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 486 });
  alice.receive = () => {};
  alice.send(METHOD_INVITE, bob);
  network.settle();
  assert.deepEqual(texts(), ["INVITE", "486 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE", "failed timeout INVITE"]);
  assert.ok(bob.isEmpty);
});

Deno.test("over a stream timers B and F still give up, with one message each", () => {
  const { network, alice, bob, texts } = story();
  alice.send(METHOD_OPTIONS, bob);
  alice.send(METHOD_INVITE, bob);
  bob.receive = () => {};
  network.settle();
  assert.deepEqual(texts().sort(), ["INVITE", "OPTIONS"]);
  assert.deepEqual(alice.told.sort(), ["failed timeout INVITE", "failed timeout OPTIONS"]);
  assert.deepEqual(alice.toldAt, [32_000, 32_000]);
  assert.ok(alice.isEmpty);
});

Deno.test("a refused connection is told at once", () => {
  const { network, alice, bob } = story();
  network.detach(bob.address);
  alice.send(METHOD_OPTIONS, bob);
  alice.send(METHOD_INVITE, bob);
  network.run(10);
  assert.deepEqual(alice.told, ["failed transport OPTIONS", "failed transport INVITE"]);
  assert.ok(alice.isEmpty);
});

Deno.test("a 2xx in Accepted is repeated by its user over a stream too", () => {
  const { network, alice, bob, texts } = story();
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 200 });
  alice.send(METHOD_INVITE, bob);
  network.after(1000, () => bob.perform(() => bob.transactions.repeat(bob.lastRequest!)));
  network.settle();
  assert.deepEqual(texts(), ["INVITE", "200 INVITE", "200 INVITE"]);
  assert.deepEqual(alice.told, ["response 200 INVITE", "response 200 INVITE"]);
  assert.ok(alice.isEmpty && bob.isEmpty);
});
