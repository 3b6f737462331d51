// A name with three addresses whose phones answer, refuse or are silent whenever they like, in a network that loses and delays: at any time there is
// one call at most, the browser and its phone agree on it, and nothing is left of it.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Phone } from "./phone.ts";
import { addPhone, answerSdp, assertNothingLeft, offerSdp, type Stage, stage } from "./stage.ts";

type Deed = "trying" | "ring" | "answer" | "busy" | "full";

/** What a phone does with an INVITE, one thing after the other, and how long it waits before each. */
type Habit = readonly { readonly wait: number; readonly deed: Deed }[];

const habit = fc.array(
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.nat(3_000), fc.nat(12_000), fc.nat(60_000)),
    deed: fc.constantFrom<Deed[]>("trying", "ring", "answer", "answer", "busy", "full"),
  }),
  { maxLength: 3 },
);

const story = fc.record({
  seed: fc.nat(),
  loss: fc.constantFrom(0, 0.1, 0.3),
  longest: fc.constantFrom(10, 200, 4_000),
  habits: fc.tuple(habit, habit, habit),
  failover: fc.constantFrom(0, 1_000, 5_000),
  patience: fc.integer({ min: 1_000, max: 120_000 }),
});

function behave({ network }: Stage, habit: Habit): (phone: Phone) => void {
  return (phone) => {
    let at = 0;
    for (const { wait, deed } of habit) {
      at += wait;
      network.after(at, () => perform(phone, deed));
    }
  };
}

function perform(phone: Phone, deed: Deed): void {
  if (!phone.isAsked) return;
  if (deed === "trying") phone.trying();
  else if (deed === "ring") phone.ring();
  else if (deed === "answer") phone.answer(answerSdp);
  else phone.reject(deed === "busy" ? "486 Busy Here" : "503 Service Unavailable");
}

Deno.test("whatever three addresses do, one call comes of it at most", () => {
  fc.assert(
    fc.property(story, ({ seed, loss, longest, habits, failover, patience }) => {
      const hops = [21, 22, 23].map((last) =>
        ({ transport: "udp", host: `10.0.0.${last}`, port: 5070, flow: 0 }) as const
      );
      const set = stage({
        network: { seed, loss, delay: [10, longest] },
        relay: { ims: "ims.test", names: new Map([["ims.test", hops]]), failover },
      });
      const phones = habits.map((habit, at) =>
        addPhone(set, `phone${at}`, { last: 21 + at, invited: behave(set, habit) })
      );
      set.alice.call("sip:bob@example.org", offerSdp);
      set.network.run(patience);
      // the latest answers, and what ends them, lost a few times
      set.network.run(250_000);
      const { alice, network } = set;
      const up = phones.filter(({ state }) => state === "up");
      const told = phones.map((phone) => `${phone.state}: ${phone.story()}`).join("\n");
      assert.ok(up.length <= 1, `${up.length} calls\n${told}`);
      const state = alice.sessions.at(-1)!.state;
      if (state === "up") assert.equal(up.length, 1, `alice alone\n${told}`);
      if (state !== "ended") alice.end();
      network.run(250_000);
      for (const phone of phones) assert.notEqual(phone.state, "up", `A call without alice\n${told}`);
      assertNothingLeft(set);
    }),
    { numRuns: 300 },
  );
});
