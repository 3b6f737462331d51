import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import { DeadHops } from "./dead_hops.ts";

function hop(port: number, transport: "udp" | "tcp" = "udp"): Hop {
  return { transport, host: "192.0.2.1", port, flow: 0 };
}

Deno.test("DeadHops: a dead address comes last for 30 s and is never left out", () => {
  let now = 1_000;
  const dead = new DeadHops({ now: () => now });
  const hops = [hop(1), hop(2), hop(3)];
  dead.add(hop(1), 30_000);
  assert.deepEqual(dead.last(hops), [hop(2), hop(3), hop(1)]);
  now += 29_999;
  assert.deepEqual(dead.last(hops), [hop(2), hop(3), hop(1)]);
  now += 1;
  assert.deepEqual(dead.last(hops), hops);
  assert.equal(dead.size, 0);
});

Deno.test("DeadHops: all dead is as good as none", () => {
  const dead = new DeadHops({ now: () => 0 });
  const hops = [hop(1), hop(2)];
  hops.forEach((hop) => dead.add(hop, 30_000));
  assert.deepEqual(dead.last(hops), hops);
});

Deno.test("DeadHops: an address on another transport is another", () => {
  const dead = new DeadHops({ now: () => 0 });
  dead.add(hop(1, "tcp"), 30_000);
  assert.deepEqual(dead.last([hop(1), hop(2)]), [hop(1), hop(2)]);
});

Deno.test("DeadHops: dying again starts the half minute anew", () => {
  let now = 0;
  const dead = new DeadHops({ now: () => now });
  dead.add(hop(1), 30_000);
  dead.add(hop(2), 30_000);
  now = 20_000;
  dead.add(hop(1), 30_000);
  now = 31_000;
  assert.deepEqual(dead.last([hop(1), hop(2)]), [hop(2), hop(1)]);
});

Deno.test("DeadHops: a flood of dead addresses is bounded", () => {
  const dead = new DeadHops({ now: () => 0 });
  for (let port = 1; port <= 10_000; port++) dead.add(hop(port), 30_000);
  assert.equal(dead.size, 4_096);
  assert.deepEqual(dead.last([hop(10_000), hop(1)]), [hop(1), hop(10_000)]);
});

Deno.test("DeadHops: each for as long as it was said, never shorter than what was said before", () => {
  let now = 0;
  const dead = new DeadHops({ now: () => now });
  dead.add(hop(1), 120_000);
  dead.add(hop(2), 10_000);
  dead.add(hop(1), 30_000);
  now = 60_000;
  assert.deepEqual(dead.last([hop(1), hop(2)]), [hop(2), hop(1)]);
  assert.equal(dead.size, 1);
});
