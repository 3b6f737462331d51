// Transactions over a network that loses: each message of a story in turn, then at random with reordering and doubles.

import assert from "node:assert/strict";
import { METHOD_BYE, METHOD_INVITE, METHOD_OPTIONS } from "../../wasm/assembly/codes.ts";
import type { ServerTransaction } from "../../core/sip/transaction/server_transaction.ts";
import { doubled, T1 } from "../../core/sip/transaction/timers.ts";
import { sip } from "../../wasm/sip.ts";
import { Endpoint } from "./endpoint.ts";
import { Network, type NetworkOptions } from "./network.ts";

/** Bob refuses an INVITE, or rings and answers it; any other request he answers at once. */
function story(options: NetworkOptions, answer: 200 | 486) {
  const network = new Network(options);
  const alice = new Endpoint(network, { host: "192.0.2.1" });
  const bob = new Endpoint(network, { host: "192.0.2.2" });
  let acknowledged = false;
  bob.onAck = () => (acknowledged = true);
  /** The called user repeats its 2xx until the ACK comes (RFC 3261 section 13.3.1.4). */
  const repeat = (invite: ServerTransaction, interval: number) => {
    if (acknowledged || invite.state === "terminated") return;
    bob.perform(() => bob.transactions.repeat(invite));
    network.after(doubled(interval), () => repeat(invite, doubled(interval)));
  };
  bob.onRequest = (transaction) => {
    if (transaction.kind === "nonInvite") return bob.transactions.respond(transaction, { status: 200 });
    if (answer === 486) return bob.transactions.respond(transaction, { status: 486 });
    bob.transactions.respond(transaction, { status: 180 });
    network.after(300, () => {
      bob.respond(transaction, { status: 200 });
      network.after(T1, () => repeat(transaction, T1));
    });
  };
  alice.onResponse = (transaction) => {
    if (transaction.method === METHOD_INVITE && sip.status === 200) alice.acknowledge(bob);
  };
  return { network, alice, bob };
}

function count(list: readonly string[], what: string): number {
  return list.filter((one) => one === what).length;
}

for (const lostSerial of [0, 1, 2, 3, 4, 5]) {
  Deno.test(`an answered INVITE and its BYE get through when message ${lostSerial} is lost`, () => {
    const { network, alice, bob } = story({ lose: ({ serial }) => serial === lostSerial }, 200);
    alice.send(METHOD_INVITE, bob);
    network.after(3000, () => alice.send(METHOD_BYE, bob, { cseq: 2 }));
    network.settle();
    assert.equal(network.packets.filter(({ fate }) => fate === "lost").length, 1);
    assert.ok(count(alice.told, "response 200 INVITE") >= 1);
    assert.equal(count(alice.told, "response 200 BYE"), 1);
    assert.equal(count(bob.told, "request INVITE"), 1);
    assert.equal(count(bob.told, "request BYE"), 1);
    assert.equal(
      count(bob.told, "ack"),
      count(alice.told, "response 200 INVITE") - (lostSerial === 3 ? 1 : 0),
    );
    assert.ok(alice.isEmpty && bob.isEmpty);
  });
}

for (const lostSerial of [0, 1, 2]) {
  Deno.test(`a refused INVITE gets through when message ${lostSerial} is lost`, () => {
    const { network, alice, bob } = story({ lose: ({ serial }) => serial === lostSerial }, 486);
    alice.send(METHOD_INVITE, bob);
    network.settle();
    assert.deepEqual(alice.told, ["response 486 INVITE"]);
    assert.deepEqual(bob.told, ["request INVITE"]);
    assert.ok(alice.isEmpty && bob.isEmpty);
  });
}

Deno.test("transactions tell each request and each final response once, however the network loses, doubles and reorders", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { network, alice, bob } = story({ seed, delay: [5, 900], loss: 0.3, duplicates: 0.2 }, 486);
    alice.send(METHOD_INVITE, bob);
    alice.send(METHOD_OPTIONS, bob);
    network.settle();
    for (const method of ["INVITE", "OPTIONS"]) {
      const finals = alice.told.filter((one) =>
        /^(response [2-6]|failed timeout)/.test(one) && one.endsWith(method)
      );
      assert.equal(finals.length, 1, `seed ${seed}: ${alice.told}`);
      assert.ok(count(bob.told, `request ${method}`) <= 1, `seed ${seed}: ${bob.told}`);
    }
    assert.ok(alice.isEmpty && bob.isEmpty, `seed ${seed}`);
  }
});

Deno.test("an answered INVITE is told and acknowledged, however the network loses, doubles and reorders", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { network, alice, bob } = story({ seed, delay: [5, 900], loss: 0.2, duplicates: 0.2 }, 200);
    alice.send(METHOD_INVITE, bob);
    network.settle();
    assert.ok(count(alice.told, "response 200 INVITE") >= 1, `seed ${seed}: ${alice.told}`);
    assert.equal(count(bob.told, "request INVITE"), 1, `seed ${seed}`);
    assert.ok(count(bob.told, "ack") >= 1, `seed ${seed}`);
    assert.ok(alice.isEmpty && bob.isEmpty, `seed ${seed}`);
  }
});
