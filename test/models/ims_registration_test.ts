// A browser's registration at an IMS against a model that knows only who is logged in: whatever the network does meanwhile, in the end whoever is logged in is
// registered, and nobody else.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Browser } from "../scenarios/browser.ts";
import { numberOf } from "../scenarios/home_network.ts";
import { contactOf, type ImsStage, imsStage, logIn } from "../scenarios/ims_stage.ts";
import { header } from "../scenarios/sip_text.ts";

type Mood = "kind" | "slow" | "failing" | "brief" | "stale" | "silent" | "refusing";

interface Model {
  isIn: boolean;
  /** It may have been turned away since it came. */
  isDoubtful: boolean;
  /** The network has always done what it was asked for. */
  isKind: boolean;
}

class House {
  readonly set: ImsStage = imsStage();
  browser: Browser | undefined;
  mood: Mood = "kind";
  #harmed = -Infinity;
  #answered = true;
  #last = new Map<string, number>();

  constructor() {
    const { home, network } = this.set;
    home.habits.set("REGISTER", (request) => {
      const call = header(request, "call-id");
      const number = numberOf(request);
      const last = this.#last.get(call) ?? 0;
      if (number === last && (this.mood === "silent" || !this.#answered)) return true;
      // RFC 3261 section 10.2: no new one before the last is answered, or has timed out
      if (number !== last) assert.ok(this.#answered && number === last + 1, `CSeq ${number} after ${last}`);
      this.#last.set(call, number);
      this.#answered = this.mood !== "silent";
      if (harms.has(this.mood)) this.#harmed = network.now;
      switch (this.mood) {
        case "silent":
          network.after(31_900, () => this.#answered = true);
          return true;
        case "slow":
          if (number === last) return true;
          this.#answered = false;
          network.after(9_000, () => {
            this.#answered = true;
            home.accept(request);
          });
          return true;
        case "failing":
          home.respond(request, "500 Server Internal Error", [["Retry-After", "20"]]);
          return true;
        case "brief":
          home.respond(request, "423 Interval Too Brief", [["Min-Expires", "60"]]);
          return true;
        case "stale":
          home.challenge(request, [{ nonce: `s${number}`, isStale: number % 3 > 0 }]);
          return true;
        case "refusing":
          home.respond(request, "403 Forbidden");
          return true;
        case "kind":
          return false;
      }
    });
  }

  /** A refusal may be on its way: whoever logs in meanwhile with the same credentials is told by it. */
  get isHarming(): boolean {
    return harms.has(this.mood) || this.set.network.now - this.#harmed < 50;
  }

  pass(time: number): void {
    this.set.network.run(time);
    assert.ok(this.set.home.bindings.size <= 1);
  }
}

type Command = fc.Command<Model, House>;

const harms: ReadonlySet<Mood> = new Set(["refusing", "stale"]);

class LogIn implements Command {
  check = ({ isIn }: Model) => !isIn;
  run(model: Model, house: House): void {
    house.browser = logIn(house.set);
    model.isIn = true;
    model.isDoubtful = house.isHarming;
  }
  toString = () => "log in";
}

class LogOut implements Command {
  check = ({ isIn }: Model) => isIn;
  run(model: Model, house: House): void {
    if (house.browser!.isOpen) house.browser!.leave();
    model.isIn = false;
  }
  toString = () => "log out";
}

class Change implements Command {
  readonly #mood: Mood;
  constructor(mood: Mood) {
    this.#mood = mood;
  }
  check = () => true;
  run(model: Model, house: House): void {
    house.mood = this.#mood;
    model.isDoubtful ||= harms.has(this.#mood);
    model.isKind &&= this.#mood === "kind" || this.#mood === "slow";
  }
  toString = () => `network is ${this.#mood}`;
}

class Pass implements Command {
  readonly #time: number;
  constructor(time: number) {
    this.#time = time;
  }
  check = () => true;
  run = (_model: Model, house: House) => house.pass(this.#time);
  toString = () => `${this.#time} ms pass`;
}

class Say implements Command {
  readonly #event: string;
  constructor(event: string) {
    this.#event = event;
  }
  check = () => true;
  run(model: Model, { set }: House): void {
    const subscribe = set.home.requests("SUBSCRIBE").findLast((request) =>
      header(request, "expires") !== "0"
    );
    if (subscribe === undefined || set.home.bindings.size === 0) return;
    const state = this.#event === "shortened" ? "active" : "terminated";
    const contact = `<contact id="c" state="${state}" event="${this.#event}" expires="30" retry-after="9">` +
      `<uri>${contactOf(set)}</uri></contact>`;
    set.home.notify(subscribe, { contact });
    set.network.run(50);
    if (this.#event === "rejected") model.isDoubtful = true;
    // the notifier's word alone takes nothing from its own list
    model.isKind = false;
  }
  toString = () => `network says ${this.#event}`;
}

class Call implements Command {
  check = ({ isIn }: Model) => isIn;
  run(_model: Model, house: House): void {
    if (house.browser!.isOpen) house.browser!.call("bob", "v=0\r\n");
  }
  toString = () => "call";
}

const commands = [
  fc.constant(new LogIn()),
  fc.constant(new LogOut()),
  fc.constantFrom<Mood>("kind", "slow", "slow", "failing", "brief", "stale", "silent", "refusing").map((
    mood,
  ) => new Change(mood)),
  fc.constantFrom(5, 15, 100, 3_000, 3_020, 10_000, 32_000, 300_000, 700_000).map((time) => new Pass(time)),
  fc.constantFrom("deactivated", "probation", "shortened", "rejected").map((event) => new Say(event)),
  fc.constant(new Call()),
];

Deno.test("in the end whoever is logged in is registered, and nobody else", () => {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 24 }), (sequence) => {
      const model: Model = { isIn: false, isDoubtful: false, isKind: true };
      const house = new House();
      fc.modelRun(() => ({ model, real: house }), sequence);
      house.mood = "kind";
      // longer than the longest wait
      house.pass(3_700_000);
      const { browser, set } = house;
      if (model.isIn && !model.isDoubtful) assert.ok(browser!.isOpen, `closed with ${browser!.closeCode}`);
      const isIn = model.isIn && browser!.isOpen;
      if (model.isKind) assert.equal(set.home.bindings.size, isIn ? 1 : 0);
      assert.equal(set.node.relay.registrations, isIn ? 1 : 0);
      if (isIn) {
        assert.equal(set.home.bindings.size, 1);
        const before = set.home.count("INVITE");
        browser!.call("bob", "v=0\r\n");
        house.pass(1_000);
        assert.equal(set.home.count("INVITE"), before + 1);
        browser!.leave();
        house.pass(40_000);
        assert.equal(set.home.bindings.size, 0);
      }
      house.pass(300_000);
      assert.equal(set.node.relay.registrations, 0);
      assert.deepEqual(set.node.leftovers(), {});
    }),
    { numRuns: 1000 },
  );
});
