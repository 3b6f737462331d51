import assert from "node:assert/strict";
import { Questions } from "./questions.ts";

function asked(shards: readonly number[]) {
  const numbers: number[] = [];
  const done: string[] = [];
  const questions = new Questions((number) => {
    numbers.push(number);
    return shards;
  });
  return { questions, numbers, done, ask: (name: string) => questions.ask(() => done.push(name)) };
}

Deno.test("Questions.ask calls back when all have answered this very question", () => {
  const { questions, numbers, done, ask } = asked([1, 2]);
  assert.ok(ask("first"));
  questions.told(1, numbers[0]);
  questions.told(1, numbers[0]);
  questions.told(2, numbers[0]! - 1);
  assert.deepEqual(done, []);
  questions.told(2, numbers[0]);
  assert.deepEqual(done, ["first"]);
  questions.close();
});

Deno.test("Questions.ask: who comes while one is under way waits for the next one, which all share", () => {
  const { questions, numbers, done, ask } = asked([1]);
  for (const name of ["first", "second", "third"]) ask(name);
  assert.equal(numbers.length, 1);
  questions.told(1, numbers[0]);
  assert.deepEqual(done, ["first"]);
  assert.equal(numbers.length, 2);
  questions.told(1, numbers[1]);
  assert.deepEqual(done, ["first", "second", "third"]);
  questions.close();
});

Deno.test("Questions.ask does not wait for who is gone, nor for ever, and not with nobody to ask", async () => {
  const { questions, done, ask } = asked([1, 2]);
  ask("first");
  questions.gone(1);
  questions.gone(2);
  assert.deepEqual(done, ["first"]);
  await new Promise<void>((resolve) => questions.ask(resolve));
  const lonely = new Questions(() => []);
  await new Promise<void>((resolve) => lonely.ask(resolve));
  questions.close();
});

Deno.test("Questions.ask refuses when too many wait", () => {
  const { questions, ask } = asked([1]);
  let taken = 0;
  while (ask("one more")) taken++;
  assert.equal(taken, 1_000);
  questions.close();
});
