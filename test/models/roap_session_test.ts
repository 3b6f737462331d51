// ROAP sessions under any order of wishes, deliveries and time.

import assert from "node:assert/strict";
import fc from "fast-check";
import { forkLimit, shutdownWait } from "../../core/roap/record.ts";
import { isOver } from "../../core/roap/session.ts";
import type { Heard } from "./roap_end.ts";
import { RoapEnd } from "./roap_end.ts";
import { RoapPair, type Side } from "./roap_pair.ts";

/** All that the model knows: whether the session has begun. */
interface Model {
  begun: boolean;
}

type Command = fc.Command<Model, RoapPair>;

const sides = fc.constantFrom<Side>("a", "b");

class Offer implements Command {
  constructor(readonly side: Side, readonly body: string) {}

  check(model: Readonly<Model>): boolean {
    return model.begun || this.side === "a";
  }

  run(model: Model, pair: RoapPair): void {
    // before it has heard of the session an end cannot offer in it
    if (pair[this.side].session.state === "initial" && this.side === "b") return;
    model.begun = true;
    assert.equal(pair[this.side].perform("offer", { body: this.body }), true);
    pair.collect();
  }

  toString(): string {
    return `${this.side} offers ${this.body}`;
  }
}

class Wish implements Command {
  constructor(
    readonly side: Side,
    readonly signal: "ringing" | "progress" | "answer" | "confirm" | "reject" | "end",
    readonly fork: number,
    readonly status: number,
  ) {}

  check(model: Readonly<Model>): boolean {
    return model.begun;
  }

  run(_model: Model, pair: RoapPair): void {
    const end = pair[this.side];
    if (end.session.state === "initial") return;
    end.perform(this.signal, { fork: this.fork, status: this.status, body: "v=0 wish" });
    pair.collect();
  }

  toString(): string {
    return `${this.side} ${this.signal} ${this.fork} ${this.status}`;
  }
}

class Deliver implements Command {
  constructor(readonly side: Side) {}

  check(): boolean {
    return true;
  }

  run(_model: Model, pair: RoapPair): void {
    pair.deliver(this.side);
  }

  toString(): string {
    return `to ${this.side}`;
  }
}

class Pass implements Command {
  constructor(readonly time: number) {}

  check(): boolean {
    return true;
  }

  run(_model: Model, pair: RoapPair): void {
    pair.pass(this.time);
  }

  toString(): string {
    return `${this.time} ms`;
  }
}

const bodies = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
// few different ones, so that they tie; but not for ever
const draws = fc.array(fc.nat(2), { maxLength: 6 });
const ties = fc.tuple(draws, draws).map(([a, b]) => ({ a: [...a, 3], b: [...b, 4] }));
const offers = fc.tuple(sides, bodies).map(([side, body]) => new Offer(side, body));
const deliveries = sides.map((side) => new Deliver(side));
const wishes = fc.tuple(
  sides,
  fc.constantFrom("ringing", "progress", "answer", "confirm", "reject", "end"),
  fc.nat(20),
  fc.constantFrom(0, 180, 200, 404, 486, 488, 491),
).map(([side, signal, fork, status]) => new Wish(side, signal as Wish["signal"], fork, status));
const times = fc.nat(40_000).map((time) => new Pass(time));

Deno.test("two ends under any wishes fall silent, and close after SHUTDOWN", () => {
  const commands = fc.commands([offers, deliveries, deliveries, wishes, times], {
    maxCommands: 60,
    size: "max",
  });
  fc.assert(
    fc.property(commands, ties, sides, (commands, ties, side) => {
      const pair = new RoapPair(ties);
      fc.modelRun(() => ({ model: { begun: false }, real: pair }), commands);
      pair.settle();
      for (const ending of [side, side === "a" ? "b" : "a"] as const) {
        pair[ending].perform("end");
        pair.collect();
        pair.settle();
      }
      for (const end of [pair.a, pair.b]) assert.equal(isOver(end.session), true, end.session.state);
    }),
    { numRuns: 400 },
  );
});

/** What a call still has to do for a side: answer an offer or confirm an answer. */
type Duties = Record<Side, Heard[]>;

function performDuty(
  pair: RoapPair,
  side: Side,
  { duties, refuses }: { duties: Duties; refuses: boolean },
): boolean {
  const duty = duties[side].shift();
  if (duty === undefined) return false;
  assert.notEqual(duty.signal, "end");
  const end = pair[side];
  if (duty.signal === "answer") end.perform("confirm");
  if (duty.signal === "offer") {
    // the first OFFER is not refused: that would be the end of the session
    if (refuses && end.session.state !== "called") end.perform("reject", { status: 488 });
    else end.perform("answer", { status: 200, body: "v=0 answer" });
  }
  pair.collect();
  return true;
}

const turns = fc.array(
  fc.record({
    turn: fc.constantFrom("offer", "deliver", "deliver", "duty", "duty"),
    side: sides,
    body: bodies,
    refuses: fc.boolean(),
  }),
  { maxLength: 80, size: "max" },
);

Deno.test("two ends whose calls answer resolve each glare and agree", () => {
  fc.assert(
    fc.property(turns, ties, (turns, ties) => {
      const pair = new RoapPair(ties);
      const duties: Duties = { a: [], b: [] };
      const offered = new Set(["v=0 first"]);
      pair.a.perform("offer", { body: "v=0 first" });
      pair.collect();
      for (const { turn, side, body, refuses } of turns) {
        if (turn === "deliver") duties[side].push(...pair.deliver(side) ?? []);
        else if (turn === "duty") performDuty(pair, side, { duties, refuses });
        else if (pair[side].session.state !== "initial") {
          offered.add(body);
          assert.equal(pair[side].perform("offer", { body }), true);
          pair.collect();
        }
      }
      do {
        pair.settle((side, heard) => duties[side].push(heard));
      } while (
        performDuty(pair, "a", { duties, refuses: false }) ||
        performDuty(pair, "b", { duties, refuses: false })
      );
      const { a, b } = pair;
      assert.deepEqual([a.session.state, b.session.state], ["idle", "idle"]);
      assert.equal(a.session.seq, b.session.seq);
      assert.deepEqual([a.session.localId, a.session.remoteId], [b.session.remoteId, b.session.localId]);
      for (const { signal, body } of [...a.heard, ...b.heard]) {
        if (signal === "offer") assert.ok(offered.has(body), `${body} was never offered`);
      }
      // what conforms is never told that it does not fit
      for (const { message } of pair.written) {
        assert.ok(![481, 500].includes(Number(message.status)), JSON.stringify(message));
      }
    }),
    { numRuns: 500 },
  );
});

const ids = fc.constantFrom("r1", "r2", "b1", "b2", "x", undefined);
const hostile = fc.record({
  messageType: fc.constantFrom(
    "OFFER",
    "ANSWER",
    "OK",
    "SHUTDOWN",
    "ERROR",
    "RINGING",
    "WAITING",
    "PRANSWER",
  ),
  offererSessionId: ids.map((id) => id ?? "b1"),
  answererSessionId: ids,
  seq: fc.oneof(fc.nat(4), fc.constantFrom(0xfffffffe, 0xffffffff)),
  tieBreaker: fc.constantFrom(undefined, 0, 1001, 0xffffffff),
  moreComing: fc.boolean(),
  errorType: fc.constantFrom("NOMATCH", "TIMEOUT", "REFUSED", "CONFLICT", "DOUBLECONFLICT", "FAILED"),
  status: fc.constantFrom(undefined, 200, 486),
  sdp: fc.constant("v=0 hostile"),
  setSessionToken: fc.constantFrom(undefined, "S"),
  setResponseToken: fc.constantFrom(undefined, "R"),
});
const events = fc.oneof(
  { weight: 3, arbitrary: hostile.map((message) => ({ message })) },
  {
    weight: 1,
    arbitrary: fc.record({
      signal: fc.constantFrom("offer", "ringing", "progress", "answer", "confirm", "reject", "end" as const),
      status: fc.constantFrom(0, 404),
    }),
  },
  { weight: 1, arbitrary: fc.record({ time: fc.nat(40_000) }) },
);

Deno.test("one end survives whatever a browser sends, and writes at most two messages to each", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(events, { maxLength: 60, size: "max" }), (isCaller, events) => {
      const end = new RoapEnd({ name: "r" });
      if (isCaller) end.receive({ messageType: "OFFER", offererSessionId: "b1", seq: 1, sdp: "v=0" });
      else end.perform("offer", { body: "v=0" });
      end.take();
      for (const event of events) {
        if ("time" in event) {
          end.pass(event.time);
          end.take();
        } else if ("signal" in event) {
          end.perform(event.signal as "offer", { status: event.status, body: "v=0" });
          end.take();
        } else {
          // an ERROR has no description, an answer without one says nothing of it
          const { answererSessionId, ...rest } = event.message;
          const isAnswer = rest.messageType === "ANSWER";
          const answerer = answererSessionId ?? (isAnswer ? "b1" : undefined);
          const heard = end.receive({
            ...rest,
            ...(answerer === undefined ? {} : { answererSessionId: answerer }),
          });
          assert.ok(heard.length <= 2);
          const answers = end.take();
          assert.ok(answers.length <= 2);
          const isError = rest.messageType === "ERROR";
          if (isError) assert.ok(answers.every(({ messageType }) => messageType !== "ERROR"));
        }
        assert.ok(end.session.ids.length <= 2 * forkLimit + 2);
        assert.ok(end.session.seq <= 0xffffffff);
        assert.ok(end.context.wheel.size <= 1);
      }
      end.perform("end");
      end.pass(shutdownWait);
      assert.equal(isOver(end.session), true);
      assert.equal(end.context.wheel.size, 0);
    }),
    { numRuns: 1000 },
  );
});
