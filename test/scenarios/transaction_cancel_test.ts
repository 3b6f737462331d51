// CANCEL: RFC 3261 section 9.

import assert from "node:assert/strict";
import { METHOD_CANCEL, METHOD_INVITE } from "../../wasm/assembly/codes.ts";
import type { ServerTransaction } from "../../core/sip/transaction/server_transaction.ts";
import { sip } from "../../wasm/sip.ts";
import { Endpoint, ladder } from "./endpoint.ts";
import { Network, type NetworkOptions } from "./network.ts";

/** Bob rings, and gives an INVITE up when it is cancelled. */
function story(options: NetworkOptions = {}) {
  const network = new Network(options);
  const alice = new Endpoint(network, { host: "192.0.2.1" });
  const bob = new Endpoint(network, { host: "192.0.2.2" });
  bob.onRequest = (transaction: ServerTransaction) => {
    if (transaction.method !== METHOD_CANCEL) {
      return bob.transactions.respond(transaction, { status: 180, toTag: "b" });
    }
    const invite = bob.transactions.cancelled();
    bob.transactions.respond(transaction, { status: invite === undefined ? 481 : 200, toTag: "b" });
    if (invite !== undefined) bob.transactions.respond(invite, { status: 487, toTag: "b" });
  };
  const texts = () => ladder(network).map(({ text }) => text);
  return { network, alice, bob, texts };
}

Deno.test("CANCEL of a ringing INVITE ends it with 487, and what answers the CANCEL is not told", () => {
  const { network, alice, bob, texts } = story();
  const route = "<sip:192.0.2.2;lr>";
  const invite = alice.send(METHOD_INVITE, bob, { route })!;
  network.run(1000);
  alice.cancel(invite);
  alice.cancel(invite);
  network.run(100);
  assert.deepEqual(texts(), ["INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK"]);
  const [sent, cancel] = [0, 2].map((at) => new TextDecoder().decode(network.packets[at]!.bytes));
  for (const name of ["Via", "Route", "From", "To", "Call-ID"]) {
    const line = new RegExp(`\r\n${name}: [^\r]*\r\n`);
    assert.equal(line.exec(cancel!)?.[0], line.exec(sent!)?.[0], name);
    assert.ok(line.test(cancel!), name);
  }
  assert.ok(cancel!.startsWith("CANCEL sip:user@192.0.2.2 SIP/2.0\r\n"));
  assert.ok(cancel!.includes("\r\nCSeq: 1 CANCEL\r\n"));
  assert.deepEqual(alice.told, ["response 180 INVITE", "response 487 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE", "request CANCEL"]);
  network.settle();
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("CANCEL waits for the first provisional response", () => {
  // The first INVITE is lost.
  const { network, alice, bob, texts } = story({ lose: ({ serial }) => serial === 0 });
  const invite = alice.send(METHOD_INVITE, bob)!;
  alice.cancel(invite);
  network.run(1000);
  assert.deepEqual(texts(), [
    "INVITE (lost)",
    "INVITE",
    "180 INVITE",
    "CANCEL",
    "200 CANCEL",
    "487 INVITE",
    "ACK",
  ]);
  network.settle();
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("CANCEL crossing a 200 leaves the 200", () => {
  const { network, alice, bob, texts } = story();
  const invite = alice.send(METHOD_INVITE, bob)!;
  alice.onResponse = () => sip.status === 200 && alice.acknowledge(bob);
  network.after(1000, () => alice.cancel(invite));
  network.after(1005, () => bob.respond(bob.lastRequest!, { status: 200, toTag: "b" }));
  network.settle();
  assert.deepEqual(texts(), ["INVITE", "180 INVITE", "CANCEL", "200 INVITE", "200 CANCEL", "ACK"]);
  assert.deepEqual(alice.told, ["response 180 INVITE", "response 200 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE", "request CANCEL", "ack"]);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("CANCEL of an INVITE that then stays without final response is given up after 64·T1", () => {
  const { network, alice, bob } = story({ lose: ({ serial }) => serial > 1 });
  const invite = alice.send(METHOD_INVITE, bob)!;
  network.after(1000, () => alice.cancel(invite));
  network.run(40_000);
  assert.deepEqual(alice.told, ["response 180 INVITE", "failed timeout INVITE"]);
  assert.equal(alice.toldAt[1], 33_000);
  assert.ok(alice.isEmpty);
});

Deno.test("CANCEL that means no INVITE is told, and has nothing to cancel", () => {
  const { network, alice, bob, texts } = story();
  const invite = alice.send(METHOD_INVITE, bob)!;
  network.after(1000, () => alice.cancel(invite));
  network.run(1005);
  bob.servers.delete(bob.lastRequest!.key);
  network.run(100);
  assert.deepEqual(texts(), ["INVITE", "180 INVITE", "CANCEL", "481 CANCEL"]);
});

Deno.test("CANCEL after the final response does nothing", () => {
  const { network, alice, bob, texts } = story();
  const invite = alice.send(METHOD_INVITE, bob)!;
  network.after(100, () => bob.respond(bob.lastRequest!, { status: 200 }));
  network.run(1000);
  alice.cancel(invite);
  network.run(1000);
  assert.deepEqual(texts(), ["INVITE", "180 INVITE", "200 INVITE"]);
});
