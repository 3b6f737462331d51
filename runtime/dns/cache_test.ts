import assert from "node:assert/strict";
import { cached } from "./cache.ts";
import { type Answer, type Ask, type Records, without } from "./question.ts";

type Any = Answer<Records[keyof Records]>;

function found(ttl: number, ...records: string[]): Answer<string> {
  return { type: "found", records, ttl };
}

/** An `ask` whose answers the test gives, in the order of the questions. */
function asked() {
  const questions: string[] = [];
  const answers: ((answer: Any) => void)[] = [];
  const ask: Ask = (kind, name) => {
    questions.push(`${kind} ${name}`);
    const { promise, resolve } = Promise.withResolvers<Answer<Records[typeof kind]>>();
    answers.push((answer) => resolve(answer as Answer<Records[typeof kind]>));
    return promise;
  };
  return { ask, questions, answer: (answer: Any) => answers.shift()?.(answer) };
}

Deno.test("cached: questions that are under way are shared, also when the answer is not to be kept", async () => {
  const { ask, questions, answer } = asked();
  const look = cached(ask, { now: () => 0 });
  const all = Promise.all([look("A", "a"), look("A", "a"), look("SRV", "a")]);
  assert.deepEqual(questions, ["A a", "SRV a"]);
  answer(found(0, "192.0.2.1"));
  answer(without("noData", 0));
  assert.deepEqual((await all).map(({ records }) => records), [["192.0.2.1"], ["192.0.2.1"], []]);
  void look("A", "a");
  void look("SRV", "a");
  assert.deepEqual(questions, ["A a", "SRV a", "A a", "SRV a"]);
});

Deno.test("cached: an answer is kept as long as it says, counted from when it came, and no longer", async () => {
  for (const given of [found(7_000, "192.0.2.1"), without("noName", 7_000), without("failed", 7_000)]) {
    let now = 0;
    const { ask, questions, answer } = asked();
    const look = cached(ask, { now: () => now });
    const first = look("A", "a");
    now = 5_000;
    answer(given);
    await first;
    now = 11_999;
    assert.deepEqual(await look("A", "a"), { ...given, ttl: 1 });
    assert.equal(questions.length, 1);
    now = 12_000;
    void look("A", "a");
    assert.equal(questions.length, 2);
  }
});

Deno.test("cached: while nobody can tell, what was true before stands in, half a minute at a time, for a day", async () => {
  let now = 0;
  const { ask, questions, answer } = asked();
  const look = cached(ask, { now: () => now });
  const next = async (given: Any) => {
    const promise = look("A", "a");
    answer(given);
    return await promise;
  };
  await next(found(60_000, "192.0.2.1"));
  now = 60_000;
  assert.deepEqual((await next(without("failed", 5_000))).records, ["192.0.2.1"]);
  now += 29_999;
  assert.deepEqual((await look("A", "a")).records, ["192.0.2.1"]);
  assert.equal(questions.length, 2);
  now = 80_000_000;
  assert.deepEqual((await next(without("failed", 5_000))).records, ["192.0.2.1"]);
  now = 60_000 + 86_400_000;
  assert.equal((await next(without("failed", 5_000))).type, "failed");
});

Deno.test("cached: a name that is gone is gone, whatever was true before", async () => {
  let now = 0;
  const { ask, answer } = asked();
  const look = cached(ask, { now: () => now });
  for (const given of [found(1_000, "192.0.2.1"), without("noName", 1_000), without("failed", 1_000)]) {
    const promise = look("A", "a");
    answer(given);
    assert.equal((await promise).type, given.type);
    now += 1_000;
  }
});

Deno.test("cached: too many questions at once fail, and can be asked later", async () => {
  const { ask, questions, answer } = asked();
  const look = cached(ask, { now: () => 0, pendingLimit: 1 });
  const first = look("A", "a");
  assert.deepEqual(await look("A", "b"), without("failed", 0));
  answer(without("noData", 0));
  await first;
  void look("A", "b");
  assert.deepEqual(questions, ["A a", "A b"]);
});

Deno.test("cached: a question that throws is one that failed, and holds nobody up", async () => {
  const look = cached(() => Promise.reject(new Error("Mistake")), { now: () => 0, pendingLimit: 1 });
  for (let times = 0; times < 3; times++) assert.equal((await look("A", "a")).type, "failed");
});

Deno.test("cached: entries and records are bounded, and what is used stays", async () => {
  for (const limits of [{ answerLimit: 100 }, { recordLimit: 200 }]) {
    const questions = new Map<string, number>();
    const ask = ((_, name) => {
      questions.set(name, (questions.get(name) ?? 0) + 1);
      return Promise.resolve(found(1e9, "192.0.2.1", "192.0.2.2"));
    }) as Ask;
    const look = cached(ask, { now: () => 0, ...limits });
    for (let name = 0; name < 1_000; name++) {
      await look("A", `n${name}`);
      await look("A", "busy");
    }
    assert.equal(questions.get("busy"), 1);
    await look("A", "n950");
    assert.equal(questions.get("n950"), 1);
    await look("A", "n0");
    assert.equal(questions.get("n0"), 2);
  }
});
