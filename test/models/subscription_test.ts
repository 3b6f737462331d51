// The subscription to an identity's registration state against RFC 6665: a notifier that writes down which subscriptions there are by its own doing, and fails on
// a SUBSCRIBE that the subscriber had no reason for. The model knows only whether the notifier has said that nothing more is to be had.

import assert from "node:assert/strict";
import fc from "fast-check";
import { numberOf } from "../scenarios/home_network.ts";
import { assertLeft, type ImsStage, imsStage, logIn } from "../scenarios/ims_stage.ts";
import { header, parameter, type SipText } from "../scenarios/sip_text.ts";

type Mood = "kind" | "mute" | "brief" | "failing" | "forgetful" | "silent" | "unable";

interface Dialog {
  readonly subscribe: SipText;
  readonly tag: string;
  /** CSeq number of the last SUBSCRIBE, and whether it was answered. */
  seq: number;
  isAnswered: boolean;
  /** idle: no NOTIFY yet. */
  state: "idle" | "active" | "terminated";
  expires: number;
}

interface Model {
  isOver: boolean;
}

const lifetime = 3600;
/** As long a SUBSCRIBE that crosses a NOTIFY may come after it: the way there and the way back. */
const crossing = 20;

class Notifier {
  readonly set: ImsStage = imsStage();
  readonly dialogs = new Map<string, Dialog>();
  mood: Mood = "kind";
  /** Nothing new is to be asked for before. */
  notBefore = 0;
  isOver = false;
  /** When the newest subscription was asked for. */
  begunAt = 0;

  constructor() {
    this.set.home.habits.set("SUBSCRIBE", (request) => {
      this.#subscribed(request);
      return true;
    });
    logIn(this.set);
    this.pass(1000);
  }

  get now(): number {
    return this.set.network.now;
  }

  get last(): Dialog | undefined {
    return [...this.dialogs.values()].at(-1);
  }

  pass(time: number): void {
    this.set.network.run(time);
  }

  /** Sends a NOTIFY and answers the status that it gets. */
  notify(dialog: Dialog, parts: { state?: string; event?: string; tag?: string }): string {
    const { home } = this.set;
    home.notify(dialog.subscribe, { tag: dialog.tag, ...parts });
    this.pass(50);
    const answer = home.received.findLast((message) =>
      /^\d/.test(message.start) && header(message, "cseq").endsWith("NOTIFY")
    );
    return answer!.start;
  }

  /** Whether the subscriber knows this subscription, as far as the notifier can tell. */
  isAlive({ state, expires }: Dialog): boolean {
    return state === "active" && this.now < expires - 100;
  }

  #subscribed(request: SipText): void {
    const { home } = this.set;
    const callId = header(request, "call-id");
    const number = numberOf(request);
    const known = this.dialogs.get(callId);
    const told = `${callId} ${number} ${this.mood}`;
    assert.equal(header(request, "event"), "reg", told);
    if (known === undefined) {
      assert.equal(parameter(header(request, "to"), "tag"), "", told);
      // one subscription, and none that was refused for good or put off
      for (const dialog of this.dialogs.values()) assert.ok(!this.isAlive(dialog), told);
      assert.ok(!this.isOver, told);
      assert.ok(this.now >= this.notBefore, told);
      this.begunAt = this.now;
    } else if (number === known.seq) {
      // repeated; otherwise the next one of its dialog
      if (known.isAnswered) return;
    } else {
      assert.equal(number, known.seq + 1, told);
      assert.ok(known.isAnswered || this.mood === "silent", told);
      assert.equal(parameter(header(request, "to"), "tag"), known.tag, told);
      assert.notEqual(known.state, "terminated", told);
    }
    const dialog: Dialog = known ?? {
      subscribe: request,
      tag: `notifier${this.dialogs.size}`,
      seq: number,
      isAnswered: false,
      state: "idle",
      expires: 0,
    };
    dialog.seq = number;
    dialog.isAnswered = this.mood !== "silent";
    this.dialogs.set(callId, dialog);
    const isEnd = header(request, "expires") === "0";
    const lines = [
      ["Contact", "<sip:notifier@10.0.0.9:5060>"],
      ["Expires", isEnd ? "0" : String(lifetime)],
    ] as const;
    const answer = (
      statusLine: string,
      more: typeof lines | readonly [readonly [string, string]] | [] = [],
    ) => home.respond(request, statusLine, more, { tag: dialog.tag });
    switch (this.mood) {
      case "silent":
        return;
      case "failing":
        return answer("500 Server Internal Error");
      case "brief":
        return answer("423 Interval Too Brief", [["Min-Expires", "700000"]]);
      case "forgetful":
        dialog.state = "terminated";
        return answer("481 Subscription does not exist");
      case "unable":
        // inside a dialog it only ends that
        this.isOver ||= known === undefined || known.state === "idle";
        dialog.state = "terminated";
        return answer("489 Bad Event");
      case "mute":
      case "kind":
        answer("200 OK", lines);
        if (dialog.state === "active") dialog.expires = this.now + 1000 * lifetime;
        if (this.mood === "mute") return;
        dialog.state = isEnd ? "terminated" : "active";
        dialog.expires = this.now + 1000 * lifetime;
        home.notify(request, {
          tag: dialog.tag,
          state: isEnd ? "terminated;reason=timeout" : `active;expires=${lifetime}`,
        });
    }
  }
}

type Command = fc.Command<Model, Notifier>;

class Change implements Command {
  readonly #mood: Mood;
  constructor(mood: Mood) {
    this.#mood = mood;
  }
  check = () => true;
  run(_model: Model, notifier: Notifier): void {
    notifier.mood = this.#mood;
  }
  toString = () => `the notifier is ${this.#mood}`;
}

class Pass implements Command {
  readonly #time: number;
  constructor(time: number) {
    this.#time = time;
  }
  check = () => true;
  run(_model: Model, notifier: Notifier): void {
    const { last } = notifier;
    const wasAlive = last !== undefined && notifier.isAlive(last);
    notifier.pass(this.#time);
    // with a notifier that does what it is asked for, none runs out but for another
    if (wasAlive && notifier.mood === "kind") assert.ok(notifier.isAlive(notifier.last!));
  }
  toString = () => `${this.#time} ms pass`;
}

class Say implements Command {
  readonly #state: string;
  constructor(state: string) {
    this.#state = state;
  }
  check = () => true;
  run(model: Model, notifier: Notifier): void {
    const dialog = notifier.last;
    if (dialog === undefined || dialog.state === "terminated" || !dialog.isAnswered) return;
    const wasAlive = notifier.isAlive(dialog);
    const isEnd = this.#state.startsWith("terminated");
    const { state, tag } = dialog;
    // what the subscriber does at once is already an answer to it
    if (isEnd) dialog.state = "terminated";
    const isForGood = this.#state.includes("noresource") || this.#state.includes("rejected");
    const wait = Number(/retry-after=(\d+)/.exec(this.#state)?.[1] ?? 0);
    const said = notifier.now;
    const answer = notifier.notify(dialog, { state: this.#state, tag });
    if (wasAlive) assert.equal(answer, "200");
    else assert.match(answer, /^(200|481)$/);
    if (answer === "200") {
      const left = Number(/expires=(\d+)/.exec(this.#state)?.[1] ?? -1);
      if (!isEnd) dialog.state = "active";
      if (left >= 0) dialog.expires = notifier.now + 1000 * left;
      else if (!isEnd && state === "idle") dialog.expires = notifier.now + 1000 * lifetime;
      if (wait > 0) notifier.notBefore = said + 1000 * wait;
      notifier.isOver ||= isForGood;
      if (wait > 0 || isForGood) assert.ok(notifier.begunAt < said + crossing);
    }
    model.isOver = notifier.isOver;
  }
  toString = () => `NOTIFY ${this.#state}`;
}

/** A NOTIFY that belongs to nothing. */
class Stray implements Command {
  readonly #status: string;
  constructor(status: "481" | "489" | "400") {
    this.#status = status;
  }
  check = () => true;
  run(_model: Model, notifier: Notifier): void {
    const dialog = notifier.last;
    if (dialog === undefined || !notifier.isAlive(dialog)) return;
    const parts = { "481": { tag: "stranger" }, "489": { event: "presence" }, "400": { state: ";;" } };
    const answer = notifier.notify(dialog, parts[this.#status as keyof typeof parts]);
    assert.equal(answer, this.#status);
    assert.ok(notifier.isAlive(dialog));
  }
  toString = () => `a NOTIFY for ${this.#status}`;
}

const moods = ["kind", "kind", "mute", "brief", "failing", "forgetful", "silent", "unable"] as const;
const states = [
  "active;expires=3600",
  "active;expires=60",
  "active",
  "pending;expires=600",
  "terminated;reason=deactivated",
  "terminated;reason=timeout",
  "terminated;reason=probation;retry-after=50",
  "terminated;reason=giveup;retry-after=400",
  "terminated",
  "terminated;reason=noresource",
  "terminated;reason=rejected",
];

Deno.test("there is one subscription at a time, asked for when there is a reason, and in the end there is one", () => {
  const commands = fc.commands([
    fc.constantFrom<Mood>(...moods).map((mood) => new Change(mood)),
    fc.constantFrom(100, 3_000, 31_000, 33_000, 400_000, 1_900_000, 3_700_000).map((time) => new Pass(time)),
    fc.constantFrom(...states).map((state) => new Say(state)),
    fc.constantFrom("481", "489", "400").map((status) => new Stray(status as "481")),
  ], { maxCommands: 24, size: "max" });
  fc.assert(
    fc.property(commands, (sequence) => {
      const notifier = new Notifier();
      fc.modelRun(() => ({ model: { isOver: false }, real: notifier }), sequence);
      notifier.mood = "kind";
      // longer than the longest wait, shorter than the life of a subscription that the notifier has forgotten
      notifier.pass(2_000_000);
      const alive = [...notifier.dialogs.values()].filter((dialog) => notifier.isAlive(dialog));
      assert.equal(alive.length, notifier.isOver ? 0 : 1);
      for (const dialog of alive) {
        assert.equal(notifier.notify(dialog, { state: "active;expires=3600" }), "200");
      }
      assertLeft(notifier.set);
      for (const dialog of alive) assert.equal(dialog.state, "terminated");
    }),
    { numRuns: 300 },
  );
});
