import assert from "node:assert/strict";
import { PERIOD, Pulse } from "./pulse.ts";

/** A pulse, and looks at it in time; each with what came of it. */
function looking() {
  let now = 0;
  const pulse = new Pulse(now);
  const look = (pause = PERIOD) => pulse.look(now += pause, 3);
  return { pulse, look };
}

Deno.test("Pulse: who answers is asked again, once a look", () => {
  const { pulse, look } = looking();
  for (let i = 0; i < 10; i++) {
    assert.equal(look(), "ask");
    pulse.heard();
  }
});

Deno.test("Pulse: who does not answer is asked again, and a late answer is as good as any", () => {
  const { pulse, look } = looking();
  assert.deepEqual([look(), look(), look()], ["ask", "ask", "ask"]);
  pulse.heard();
  assert.deepEqual([look(), look(), look(), look()], ["ask", "ask", "ask", "hung"]);
});

Deno.test("Pulse: who is given up is given up once", () => {
  const { look } = looking();
  assert.deepEqual([look(), look(), look(), look()], ["ask", "ask", "ask", "hung"]);
  assert.deepEqual([look(), look()], ["wait", "wait"]);
});

Deno.test("Pulse: a machine that slept kills nobody, however often", () => {
  const { pulse, look } = looking();
  look();
  for (let night = 0; night < 10; night++) assert.equal(look(8 * 3_600_000), "wait");
  pulse.heard();
  assert.equal(look(), "ask");
});

Deno.test("Pulse: nor does a machine with no turn for the supervisor, but one that stays away is found beside it", () => {
  const { look } = looking();
  look();
  assert.deepEqual([look(2_500), look(), look(5_000), look(1_900), look(2_500)], [
    "wait",
    "ask",
    "wait",
    "ask",
    "wait",
  ]);
  assert.equal(look(), "hung");
});
