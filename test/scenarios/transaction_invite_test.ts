// An INVITE that is answered, refused, slow to be answered: RFC 3261 sections 17.1.1 and 17.2.1, RFC 6026.

import assert from "node:assert/strict";
import { METHOD_INVITE } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import { Endpoint, ladder } from "./endpoint.ts";
import { Network } from "./network.ts";

function pair(network: Network) {
  return {
    alice: new Endpoint(network, { host: "192.0.2.1" }),
    bob: new Endpoint(network, { host: "192.0.2.2" }),
  };
}

Deno.test("an INVITE rung and answered needs four messages, and its transactions rest 64·T1 in Accepted", () => {
  const network = new Network();
  const { alice, bob } = pair(network);
  bob.onRequest = (invite) => {
    bob.transactions.respond(invite, { status: 180, toTag: "b" });
    network.after(5000, () => bob.respond(invite, { status: 200, toTag: "b" }));
  };
  alice.onResponse = () => sip.status === 200 && alice.acknowledge(bob);
  alice.send(METHOD_INVITE, bob);
  network.run(6000);
  assert.deepEqual(ladder(network), [
    { at: 0, text: "INVITE" },
    { at: 10, text: "180 INVITE" },
    { at: 5010, text: "200 INVITE" },
    { at: 5020, text: "ACK" },
  ]);
  assert.deepEqual(alice.told, ["response 180 INVITE", "response 200 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE", "ack"]);
  assert.equal([...alice.clients.values()][0]!.state, "accepted");
  assert.equal([...bob.servers.values()][0]!.state, "accepted");
  network.settle();
  assert.equal(network.now, 5100 + 32_000);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("an INVITE refused is acknowledged by the transaction: same branch, To of the response, Route of the INVITE", () => {
  const network = new Network();
  const { alice, bob } = pair(network);
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 486, toTag: "busy" });
  const route = "<sip:192.0.2.2;lr>, <sip:192.0.2.9;lr>";
  const invite = alice.send(METHOD_INVITE, bob, { route })!;
  network.run(100);
  assert.deepEqual(ladder(network).map(({ text }) => text), ["INVITE", "486 INVITE", "ACK"]);
  const ack = new TextDecoder().decode(network.packets[2]!.bytes);
  const branch = invite.key.split(" ")[0]!;
  assert.ok(ack.startsWith("ACK sip:user@192.0.2.2 SIP/2.0\r\n"));
  assert.ok(ack.includes(`branch=${branch}`));
  assert.ok(ack.includes("\r\nTo: <sip:user@192.0.2.2>;tag=busy\r\n"));
  assert.ok(ack.includes("\r\nCSeq: 1 ACK\r\n"));
  assert.ok(/\r\nRoute: <sip:192\.0\.2\.2;lr>, ?<sip:192\.0\.2\.9;lr>\r\n/.test(ack));
  assert.deepEqual(alice.told, ["response 486 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE"]);
  assert.equal(invite.state, "completed");
  assert.equal(bob.lastRequest!.state, "confirmed");
  network.settle();
  // Timer D 32 s for the caller, timer I 5 s for the called.
  assert.equal(network.now, 100 + 32_000);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("an INVITE that its user leaves unanswered gets a 100 after 200 ms, and is not sent again", () => {
  const network = new Network();
  const { alice, bob } = pair(network);
  bob.onRequest = (invite) => network.after(9000, () => bob.respond(invite, { status: 603 }));
  alice.send(METHOD_INVITE, bob);
  network.run(8000);
  assert.deepEqual(ladder(network), [{ at: 0, text: "INVITE" }, { at: 210, text: "100 INVITE" }]);
  assert.ok(new TextDecoder().decode(network.packets[1]!.bytes).includes("\r\nTo: <sip:user@192.0.2.2>\r\n"));
  network.settle();
  assert.deepEqual(ladder(network).map(({ text }) => text), ["INVITE", "100 INVITE", "603 INVITE", "ACK"]);
  assert.ok(alice.isEmpty && bob.isEmpty);
});

Deno.test("a repeated INVITE is answered with the last provisional response, and not told again", () => {
  // The 180 and its first repeat are lost.
  const network = new Network({ lose: ({ serial }) => serial === 1 || serial === 3 });
  const { alice, bob } = pair(network);
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 180 });
  const invite = alice.send(METHOD_INVITE, bob)!;
  network.run(5000);
  assert.deepEqual(ladder(network), [
    { at: 0, text: "INVITE" },
    { at: 10, text: "180 INVITE (lost)" },
    { at: 500, text: "INVITE" },
    { at: 510, text: "180 INVITE (lost)" },
    { at: 1500, text: "INVITE" },
    { at: 1510, text: "180 INVITE" },
  ]);
  assert.deepEqual(bob.told, ["request INVITE"]);
  assert.equal(invite.state, "proceeding");
  // All repeats of the 180 have one To tag.
  const tags = network.packets.filter((_, at) => at % 2 === 1).map(({ bytes }) => String(bytes));
  assert.equal(new Set(tags).size, 1);
});

Deno.test("each 2xx of an INVITE is told in Accepted, forked ones too; the INVITE's repeats are absorbed", () => {
  const network = new Network();
  const { alice, bob } = pair(network);
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: 200, toTag: "one" });
  alice.send(METHOD_INVITE, bob);
  network.run(15);
  const invite = bob.lastRequest!;
  // The INVITE again: no answer, nothing told.
  const { bytes } = network.packets[0]!;
  network.send(bytes, { from: alice.address, to: bob.address });
  network.after(500, () => bob.perform(() => bob.transactions.repeat(invite)));
  network.after(600, () => bob.respond(invite, { status: 200, toTag: "two" }));
  network.after(700, () => bob.respond(invite, { status: 486 }));
  network.run(1000);
  assert.deepEqual(ladder(network).map(({ text }) => text), [
    "INVITE",
    "200 INVITE",
    "INVITE",
    "200 INVITE",
    "200 INVITE",
  ]);
  assert.deepEqual(alice.told, ["response 200 INVITE", "response 200 INVITE", "response 200 INVITE"]);
  assert.deepEqual(bob.told, ["request INVITE"]);
});

Deno.test("a 2xx that comes when the INVITE's transaction is gone is told as stray; a failure is dropped", () => {
  const network = new Network();
  const { alice, bob } = pair(network);
  bob.onRequest = (invite) => bob.transactions.respond(invite, { status: sip.cseq === 1 ? 200 : 486 });
  alice.send(METHOD_INVITE, bob);
  alice.send(METHOD_INVITE, bob, { cseq: 2 });
  network.settle();
  alice.told.length = 0;
  for (const { bytes, from } of [...network.packets]) {
    if (from === bob.address) network.send(bytes, { from, to: alice.address });
  }
  network.settle();
  assert.deepEqual(alice.told, ["stray 200"]);
});
