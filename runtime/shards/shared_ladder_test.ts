import assert from "node:assert/strict";
import { Ladder } from "../ladder.ts";
import { SharedLadder } from "./shared_ladder.ts";

/** Two shards' ladders, joined by two queues that the test empties. */
function pair() {
  const queues: unknown[][] = [[], []];
  const ladders = [0, 1].map((own) =>
    new Ladder({ tracing: true, usersOf: () => ["alice"], shard: { own, shards: 2 } })
  ) as [Ladder, Ladder];
  const [first, second] = ladders.map((ladder, own) =>
    new SharedLadder({
      ladder,
      interconnect: { linked: [1 - own], sendLadder: (message) => void queues[1 - own]!.push(message) },
    })
  ) as [SharedLadder, SharedLadder];
  const run = () => {
    for (let busy = true; busy;) {
      busy = false;
      for (const [own, shared] of [first, second].entries()) {
        for (const message of queues[own]!.splice(0)) {
          shared.heard(1 - own, JSON.parse(JSON.stringify(message)));
          busy = true;
        }
      }
    }
  };
  return { ladders, first, second, run };
}

function shown(texts: readonly string[]): [number, string][] {
  return texts.map((text) => JSON.parse(text)).map(({ call, title }) => [call, title]);
}

const message = (type: string) => new TextEncoder().encode(`{"messageType":"${type}"}`);

Deno.test("a ladder shows the past of all shards in order of time, then what happens in any", () => {
  const { ladders, first, run } = pair();
  using time = frozen(1_000);
  ladders[1].roapIn(1, message("OFFER"));
  time.pass(5);
  ladders[0].roapIn(1, message("ANSWER"));
  time.pass(5);
  ladders[1].roapIn(1, message("OK"));
  const texts: string[] = [];
  const end = first.subscribe("alice", (text) => texts.push(text));
  assert.deepEqual(texts, []);
  run();
  assert.deepEqual(shown(texts), [[3, "OFFER"], [2, "ANSWER"], [3, "OK"]]);
  ladders[0].roapIn(2, message("SHUTDOWN"));
  ladders[1].roapIn(2, message("ERROR"));
  run();
  assert.deepEqual(shown(texts.slice(3)), [[4, "SHUTDOWN"], [5, "ERROR"]]);
  end();
  run();
  assert.deepEqual(ladders.map(({ subscriptions }) => subscriptions), [0, 0]);
});

Deno.test("a sibling that goes is not waited for, nothing of its watches stays, and it may come again", () => {
  const { ladders, first, second, run } = pair();
  ladders[0].roapIn(1, message("OFFER"));
  const texts: string[] = [];
  first.subscribe("alice", (text) => texts.push(text));
  first.gone(1);
  assert.deepEqual(shown(texts), [[2, "OFFER"]]);
  run();
  second.gone(0);
  assert.equal(ladders[1].subscriptions, 0);
  first.came(1);
  run();
  ladders[1].roapIn(1, message("OK"));
  run();
  assert.deepEqual(shown(texts), [[2, "OFFER"], [3, "OK"]]);
});

Deno.test("what is no message of ladders is passed over, and watches have a limit", () => {
  const { ladders, first } = pair();
  for (
    const value of [undefined, 7, {}, { type: "watch" }, { type: "rung", id: 1 }, { type: "unwatch", id: 9 }]
  ) {
    first.heard(1, value);
  }
  for (let id = 0; id < 200; id++) first.heard(1, { type: "watch", id, user: "alice" });
  assert.equal(ladders[0].subscriptions, 100);
  first.gone(1);
});

function frozen(start: number): Disposable & { pass: (time: number) => void } {
  const { now } = Date;
  let time = start;
  Date.now = () => time;
  return {
    pass: (more) => void (time += more),
    [Symbol.dispose]: () => void (Date.now = now),
  };
}
