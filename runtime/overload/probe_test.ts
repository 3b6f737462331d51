import assert from "node:assert/strict";
import { Waiting } from "./probe.ts";

Deno.test("Waiting tells how long the last one took", () => {
  const waiting = new Waiting(4);
  assert.equal(waiting.delay(5), 0);
  waiting.end(waiting.begin(10), 17);
  assert.equal(waiting.delay(100), 7);
});

Deno.test("Waiting counts the oldest under way as soon as that is longer", () => {
  const waiting = new Waiting(4);
  waiting.end(waiting.begin(0), 7);
  waiting.begin(20);
  waiting.begin(40);
  assert.equal(waiting.delay(24), 7);
  assert.equal(waiting.delay(90), 70);
});

Deno.test("Waiting takes those for lost that are overtaken", () => {
  const waiting = new Waiting(4);
  waiting.begin(0);
  const second = waiting.begin(20);
  waiting.end(second, 23);
  assert.equal(waiting.size, 0);
  assert.equal(waiting.delay(500), 3);
});

Deno.test("Waiting keeps a bounded number and drops the oldest", () => {
  const waiting = new Waiting(2);
  const first = waiting.begin(0);
  waiting.begin(20);
  waiting.begin(40);
  assert.equal(waiting.size, 2);
  waiting.end(first, 50);
  assert.equal(waiting.delay(50), 30);
});

Deno.test("Waiting forgets", () => {
  const waiting = new Waiting(2);
  waiting.end(waiting.begin(0), 9);
  waiting.begin(20);
  waiting.forget();
  assert.equal(waiting.delay(900), 0);
});
