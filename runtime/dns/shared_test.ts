import assert from "node:assert/strict";
import type { Ask, Records } from "./question.ts";
import { shared } from "./shared.ts";

/** An `ask` whose answers the test gives, in the order of the questions. */
function asked() {
  const questions: string[] = [];
  const answers: ((records: string[]) => void)[] = [];
  const ask: Ask = (kind, name) => {
    questions.push(`${kind} ${name}`);
    const { promise, resolve } = Promise.withResolvers<readonly Records[typeof kind][]>();
    answers.push((records) => resolve(records as unknown as Records[typeof kind][]));
    return promise;
  };
  return { ask, questions, answer: (records: string[]) => answers.shift()?.(records) };
}

Deno.test("shared: concurrent look-ups of one name are one", async () => {
  const { ask, questions, answer } = asked();
  const look = shared(ask, { now: () => 0 });
  const both = Promise.all([look("ADDRESS", "a"), look("ADDRESS", "a"), look("SRV", "a")]);
  assert.deepEqual(questions, ["ADDRESS a", "SRV a"]);
  answer(["192.0.2.1"]);
  answer([]);
  assert.deepEqual(await both, [["192.0.2.1"], ["192.0.2.1"], []]);
});

Deno.test("shared: an answer is good for a moment, counted from when it came", async () => {
  let now = 0;
  const { ask, questions, answer } = asked();
  const look = shared(ask, { now: () => now, fresh: 100 });
  const first = look("ADDRESS", "a");
  now = 5_000;
  answer(["192.0.2.1"]);
  await first;
  now = 5_099;
  assert.deepEqual(await look("ADDRESS", "a"), ["192.0.2.1"]);
  now = 5_100;
  void look("ADDRESS", "a");
  assert.deepEqual(questions, ["ADDRESS a", "ADDRESS a"]);
});

Deno.test("shared: too many questions at once are answered with nothing, and the next can be asked again", async () => {
  const { ask, questions, answer } = asked();
  const look = shared(ask, { now: () => 0, pendingLimit: 1 });
  const first = look("ADDRESS", "a");
  assert.deepEqual(await look("ADDRESS", "b"), []);
  answer([]);
  await first;
  void look("ADDRESS", "b");
  assert.deepEqual(questions, ["ADDRESS a", "ADDRESS b"]);
});

Deno.test("shared: what it remembers is bounded", async () => {
  let count = 0;
  const ask: Ask = () => {
    count++;
    return Promise.resolve([]);
  };
  const look = shared(ask, { now: () => 0 });
  for (let name = 0; name < 5_000; name++) await look("ADDRESS", `a${name}`);
  await look("ADDRESS", "a4999");
  assert.equal(count, 5_000);
  await look("ADDRESS", "a0");
  assert.equal(count, 5_001);
});
