// Bad weather and whim: a fifth of the datagrams is lost, others come late, twice or in another order, and all sides do what they like.
// Nothing throws, the sides end in agreement, nothing stays. (Among thousands of seeds there are some in which not one provisional response
// gets through: then no CANCEL may be sent, and a phone rings on alone; none of these.)

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import type { Phone } from "./phone.ts";
import { Registration } from "./registration.ts";
import { seededRandom } from "./seeded_random.ts";
import {
  addBrowser,
  addPhone,
  assertNothingLeft,
  offerSdp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";
import { actByChance } from "./whim.ts";

interface Cast {
  readonly caller: Browser | Phone;
  readonly callees: readonly (Browser | Phone)[];
  readonly call: () => void;
}

const trying = (phone: Phone) => phone.trying();

const casts: Readonly<Record<string, (set: Stage) => Cast>> = {
  "a browser calls a phone": ({ alice, phone }) => ({
    caller: alice,
    callees: [phone],
    call: () => alice.call("sip:bob@example.org", offerSdp),
  }),
  "a phone calls a browser": ({ alice, phone }) => ({
    caller: phone,
    callees: [alice],
    call: () => phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress }),
  }),
  "a browser calls a browser": (set) => ({
    caller: set.alice,
    callees: [addBrowser(set, "carol", { dialect: "roap" })],
    call: () => set.alice.call("carol", offerSdp),
  }),
  "a phone calls a phone": (set) => ({
    caller: set.phone,
    callees: [registered(set, "dave", 4)],
    call: () => set.phone.call("sip:dave@ropeway.test", { sdp: offerSdp, peer: relayAddress }),
  }),
  "a phone calls a household": (set) => ({
    caller: set.phone,
    callees: household(set),
    call: () => set.phone.call("sip:dave@ropeway.test", { sdp: offerSdp, peer: relayAddress }),
  }),
  "a browser calls a household": (set) => ({
    caller: set.alice,
    callees: household(set),
    call: () => set.alice.call("dave", offerSdp),
  }),
};

function household(set: Stage): (Browser | Phone)[] {
  return [
    registered(set, "dave", 4),
    addBrowser(set, "dave", { name: "dave1" }),
    addBrowser(set, "dave", { name: "dave2", dialect: "roap" }),
  ];
}

function registered(set: Stage, user: string, last: number): Phone {
  const phone = addPhone(set, user, { last, domain: "ropeway.test", invited: trying });
  const registration = new Registration({
    network: set.network,
    phone,
    password: "word",
    peer: relayAddress,
  });
  for (let at = 0; at < 20 && registration.status !== "200"; at++) {
    registration.register();
    set.network.run(5000);
  }
  assert.equal(registration.status, "200");
  return phone;
}

function stateOf(person: Browser | Phone): string {
  return "sessions" in person ? person.sessions.at(-1)?.state ?? "idle" : person.state;
}

function assertAgreement({ caller, callees }: Cast): void {
  const states = callees.map(stateOf);
  for (const state of [stateOf(caller), ...states]) assert.ok(["up", "ended", "idle"].includes(state), state);
  assert.equal(states.filter((state) => state === "up").length, stateOf(caller) === "up" ? 1 : 0);
}

function play(seed: number, castOf: (set: Stage) => Cast): string {
  const chance = seededRandom(seed);
  const told: string[] = [];
  const set = stage({
    network: { seed, loss: seed % 3 === 0 ? 0 : 0.2, delay: [1, 400], duplicates: 0.1 },
    relay: { accounts: new Map([["dave", "word"]]) },
    invited: trying,
  });
  const { network } = set;
  const cast = castOf(set);
  const people = [cast.caller, ...cast.callees];
  const tell = (what: string) => told.push(`${Math.round(network.now)} ${what}`);
  const count = 1 + Math.floor(chance() * 12);
  let outcome = "";
  try {
    cast.call();
    for (let step = 0; step < count; step++) {
      network.run(chance() < 0.3 ? chance() * 30 : chance() * 3000);
      tell(actByChance(people, chance));
    }
    if (seed % 5 === 0) {
      tell("the relay stops");
      set.node.act((relay) => relay.endCalls(network.now));
      assert.equal(set.node.relay.calls, 0);
    }
    network.run(400_000);
    assertAgreement(cast);
    if (seed % 5 === 0) assert.notEqual(stateOf(cast.caller), "up");
    outcome = stateOf(cast.caller);
    tell(outcome);
    if (outcome === "up") {
      if ("sessions" in cast.caller) cast.caller.end();
      else cast.caller.bye();
      network.run(60_000);
      assertAgreement(cast);
    }
    assertNothingLeft(set);
  } catch (error) {
    const stories = people.map((person) => `${stateOf(person)}: ${person.story()}`);
    throw new Error(`Seed ${seed}: ${told.join(", ")}\n${stories.join("\n")}`, { cause: error });
  }
  return outcome;
}

for (const [name, castOf] of Object.entries(casts)) {
  Deno.test(`bad weather and whim: ${name}`, () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 300; seed++) outcomes.add(play(seed, castOf));
    assert.deepEqual([...outcomes].sort(), ["ended", "up"]);
  });
}
