import assert from "node:assert/strict";
import type { Hop } from "../hop.ts";
import { Flows } from "./flows.ts";
import type { SipLeg } from "./session/leg.ts";

/** What of a leg flows look at. */
function legOn(way: Partial<Hop> | undefined): SipLeg {
  const hop = way === undefined
    ? undefined
    : { transport: "ws", host: "192.0.2.1", port: 1, flow: 1, ...way };
  return { way: hop } as SipLeg;
}

Deno.test("Flows know the legs of a flow, of which shard it is, until they leave", () => {
  const flows = new Flows();
  const ours = [legOn({ flow: 1 }), legOn({ flow: 1, transport: "wss" })];
  const theirs = legOn({ flow: 1, shard: 0 });
  const others = [
    legOn({ flow: 2 }),
    legOn({ flow: 1, shard: 3 }),
    legOn(undefined),
    legOn({ transport: "tcp" }),
  ];
  for (const leg of [...ours, theirs, ...others]) flows.join(leg);
  assert.deepEqual(flows.gone(1), ours);
  assert.deepEqual(flows.gone(1, 0), [theirs]);
  assert.deepEqual(flows.goneWith(0), [theirs]);
  assert.deepEqual(flows.goneWith(2), []);
  for (const leg of [...ours, theirs, ...others]) flows.leave(leg);
  assert.equal(flows.size, 0);
});

Deno.test("Flows.move: the leg is the new flow's", () => {
  const flows = new Flows();
  const leg = legOn({ flow: 1 });
  flows.join(leg);
  flows.move(leg, { transport: "ws", host: "192.0.2.1", port: 2, flow: 2 });
  assert.deepEqual([flows.gone(1), flows.gone(2)], [[], [leg]]);
  flows.move(leg, { transport: "tcp", host: "192.0.2.1", port: 2, flow: 3 });
  assert.deepEqual([leg.way, flows.size], [undefined, 0]);
});

Deno.test("Flows.countFault: 20 at once, and 2 are forgiven each second", () => {
  const flows = new Flows();
  for (let count = 0; count < 20; count++) assert.equal(flows.countFault(1, 0), false);
  assert.equal(flows.countFault(2, 0), false);
  assert.equal(flows.countFault(1, 500), false);
  assert.equal(flows.countFault(1, 500), true);
  flows.gone(1);
  assert.equal(flows.countFault(1, 500), false);
});
