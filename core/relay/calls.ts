// Takes calls through their table: what one leg reports is performed on the other.

import { envelope } from "../../wasm/envelope.ts";
import { FLAG_RESPONSE, PROTOCOL_ROAP } from "../../wasm/assembly/roap_codes.ts";
import type { Context, Millis } from "../context.ts";
import { isChange, type Report } from "../leg.ts";
import { cellOf } from "../machine/table.ts";
import { makeRoom } from "../room.ts";
import { performRoap, type RoapSession, takeReport } from "../roap/session.ts";
import { FLOW_FAILED } from "../sip/flows.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { Legs } from "../sip/session/legs.ts";
import type { Table } from "../table.ts";
import type { Call, Leg } from "./call.ts";
import { contextOf, eventOf, forkNumber, noteRefusal, withFork } from "./call_reports.ts";
import { EarlyChanges } from "./early_changes.ts";
import { type CallEffect, type CallEvent, callTable } from "./call_table.ts";
import { fareOf, foresee, restore } from "./replacement.ts";

/** How long a call may ring: RFC 3261 section 16.6 step 11 asks of timer C more than three minutes. */
const ringTime: Millis = 181_000;

/** How long a call may last: two ends that both went without a word would otherwise keep it for ever. */
const lifeTime: Millis = 12 * 3_600_000;

/** Of so many numbers the users are known beyond the call's end. */
const remembered = 1024;

const NOBODY: readonly string[] = [];

const refusal: Report = {
  signal: "reject",
  fork: 0,
  status: 491,
  reason: "",
  body: undefined,
  contentType: "",
};

const ordinaryEnd: Report = { ...refusal, signal: "end", status: 0 };

export class Calls {
  readonly #context: Context;
  readonly #table: Table<Call, number>;
  readonly #legs: Legs;
  /** Told after each step of a ROAP session, whose keys may have grown or gone. */
  readonly #indexed: (session: RoapSession) => void;
  readonly #changes = new EarlyChanges({
    perform: (leg, report) => this.#perform(leg, report),
    forkNumber,
  });
  /** Told once a call is over. */
  readonly #released: ((call: number) => void) | undefined;
  /** The last calls, those too that have ended, and whose they are: their last messages are still to come. By the number's remainder. */
  readonly #recent = new Float64Array(remembered);
  readonly #users: (readonly string[])[] = new Array(remembered).fill(NOBODY);
  readonly #fares: (transfer: number, news: { status: number; reason: string; isFinal: boolean }) => void;
  #lastId = 0;

  constructor(options: {
    context: Context;
    table: Table<Call, number>;
    legs: Legs;
    indexed: (session: RoapSession) => void;
    fares: (transfer: number, news: { status: number; reason: string; isFinal: boolean }) => void;
    released?: ((call: number) => void) | undefined;
  }) {
    this.#context = options.context;
    this.#table = options.table;
    this.#legs = options.legs;
    this.#indexed = options.indexed;
    this.#fares = options.fares;
    this.#released = options.released;
  }

  get live(): number {
    return this.#table.size;
  }

  get full(): boolean {
    return this.#table.size >= this.#table.limit;
  }

  /** The number of a call that is about to begin. */
  nextId(): number {
    return ++this.#lastId;
  }

  get(id: number): Call | undefined {
    return this.#table.get(id);
  }

  /** The one that a leg speaks with: undefined while several are called, and when the call is over. */
  otherLeg(leg: Leg): Leg | undefined {
    const call = this.get(leg.call);
    if (call === undefined) return undefined;
    if (leg !== call.offerer) return call.answerers.includes(leg) ? call.offerer : undefined;
    return call.answerers.length === 1 ? call.answerers[0] : undefined;
  }

  values(): Iterable<Call> {
    return this.#table.values();
  }

  /** Joins a caller with the legs that its offer goes to, of which there is at least one or one will be added in this input. */
  begin(id: number, { caller, users }: { caller: Leg; users: string[] }): Call {
    const call: Call = {
      type: "call",
      id,
      state: "inviting",
      offerer: caller,
      answerers: [],
      forks: [],
      change: undefined,
      waits: false,
      refusal: 0,
      refusalReason: "",
      ringTimer: 0,
      lifeTimer: 0,
      replaced: undefined,
      transfer: 0,
      users,
    };
    this.#table.set(id, call);
    if (users.length > 0) this.#remember(id, users);
    const { now, wheel } = this.#context;
    call.ringTimer = wheel.schedule(now + ringTime, call, "unanswered");
    call.lifeTimer = wheel.schedule(now + lifeTime, call, "outlived");
    return call;
  }

  usersOf(id: number): readonly string[] {
    const call = this.get(id);
    if (call !== undefined) return call.users;
    const place = id % remembered;
    return this.#recent[place] === id ? this.#users[place]! : NOBODY;
  }

  /** What a leg of the call reports. */
  signal(leg: Leg, report: Report): void {
    const call = this.get(leg.call);
    this.#context.call = leg.call;
    if (call === undefined) return;
    // whoever is about to be replaced may leave, but change nothing any more
    if (leg === call.replaced && report.signal === "offer") return this.#perform(leg, refusal);
    // a leg that lost the race is only cleaning up: its end is not the call's
    if (leg !== call.offerer && !call.answerers.includes(leg)) return;
    if (isChange(report.signal)) return this.#changes.signal(call, leg, report);
    // one offer after the other
    if (report.signal === "offer" && call.change !== undefined) return this.#perform(leg, refusal);
    const event = eventOf(call, leg, { signal: report.signal, status: report.status });
    this.#step(call, { event, leg, report });
  }

  /**
   * Puts a leg in the place of another, which goes once the new one's offer is answered, and stays if it is not (RFC 3891 section 3). The call is
   * established, and nobody else about to be replaced.
   */
  replace(call: Call, { replaced, joining, report }: { replaced: Leg; joining: Leg; report: Report }): void {
    const remaining = this.otherLeg(replaced)!;
    call.replaced = replaced;
    call.offerer = joining;
    call.answerers = [remaining];
    call.forks = [];
    this.signal(joining, report);
  }

  /** The call that a transfer wants has come to nothing before it began. */
  fares(transfer: number, status: number, reason: string): void {
    this.#fares(transfer, { status, reason, isFinal: true });
  }

  /** A browser's session cannot go on: its call ends on both sides. */
  lose(session: RoapSession, reason: string): void {
    this.signal(session, { ...refusal, signal: "end", status: 480, reason });
    this.#perform(session, { ...refusal, signal: "end", status: 480, reason });
  }

  /** A sibling shard is gone, and with it all that its half of a call knew. A call that others may still answer goes on. */
  loseShard(shard: number): void {
    for (const call of [...this.#table.values()]) {
      for (const leg of [call.offerer, ...call.answerers]) {
        if (leg.type !== "sip" || leg.peer !== shard) continue;
        this.#lose(call, leg, { ...refusal, status: 503, reason: "The other half of the relay is gone" });
      }
    }
  }

  /** The only way to a leg's other end is gone. A call that others may still answer goes on. */
  loseLeg(leg: SipLeg): void {
    const call = this.get(leg.call);
    const report: Report = { ...refusal, status: 480, reason: "The browser is gone" };
    if (call === undefined) this.#perform(leg, { ...report, signal: "end" });
    else this.#lose(call, leg, report);
  }

  #lose(call: Call, leg: SipLeg, report: Report): void {
    const isRinging = call.state === "inviting" && leg !== call.offerer;
    this.signal(leg, isRinging ? report : { ...report, signal: "end" });
    this.#perform(leg, { ...report, signal: "end" });
  }

  timeout(call: Call, kind: string): void {
    if (kind === "outlived") return this.end(call, 480, "The call has lasted too long");
    call.ringTimer = 0;
    const report = { ...refusal, status: 480, reason: "Nobody answered in time" };
    this.#step(call, { event: "unanswered", leg: call.offerer, report });
  }

  /** Ends a call from the middle: the relay stops, or a browser is gone. */
  end(call: Call, status: number, reason: string): void {
    const report: Report = { ...refusal, signal: "end", status, reason };
    const legs = [call.offerer, ...call.answerers];
    if (call.state === "ended") return;
    call.state = "ended";
    for (const leg of legs) this.#perform(leg, report);
    this.#release(call);
  }

  #release(call: Call): void {
    this.#context.wheel.cancel(call.ringTimer);
    this.#context.wheel.cancel(call.lifeTimer);
    call.ringTimer = call.lifeTimer = 0;
    this.#table.delete(call.id);
    this.#released?.(call.id);
  }

  #remember(id: number, users: readonly string[]): void {
    const place = id % remembered;
    this.#recent[place] = id;
    this.#users[place] = users;
  }

  #step(call: Call, { event, leg, report }: { event: CallEvent; leg: Leg; report: Report }): void {
    const cell = cellOf(callTable, { state: call.state, event, name: "call" });
    if (cell === undefined) return;
    const before = call.state;
    if (call.replaced !== undefined) this.#foresee(call, event);
    call.state = cell[0];
    for (let at = 1; at < cell.length; at++) {
      this.#effect(call, cell[at] as CallEffect, { leg, report });
    }
    if (call.replaced !== undefined && restore(call, before, event)) {
      this.end(call, 480, "The other end is gone");
    }
    if (call.transfer !== 0) this.#tell(call, event, report);
  }

  #foresee(call: Call, event: CallEvent): void {
    const { ends, refused } = foresee(call, event);
    if (ends !== undefined) this.#perform(ends, ordinaryEnd);
    if (refused !== undefined) {
      this.#perform(refused, { ...refusal, status: 480, reason: "The other end changes" });
    }
  }

  #tell(call: Call, event: CallEvent, { status, reason }: Report): void {
    const fare = fareOf(event, status);
    if (fare === undefined) return;
    const { transfer } = call;
    if (fare.isFinal) call.transfer = 0;
    this.#fares(transfer, { ...fare, reason: fare.status === status ? reason : "" });
  }

  #effect(call: Call, effect: CallEffect, { leg, report }: { leg: Leg; report: Report }): void {
    switch (effect) {
      case "passOffer":
        return this.#pass(call.answerers[0]!, leg, withFork(report, 0));
      case "passConfirm":
        return this.#pass(call.answerers[0]!, leg, report);
      case "passRinging": {
        const fork = forkNumber(call, leg, report.fork);
        // a browser that rings says so itself, after its OFFER's delivery has already counted as ringing
        const isNews = !call.forks[fork]!.rings;
        call.forks[fork]!.rings = true;
        if (isNews) this.#pass(call.offerer, leg, withFork(report, fork));
        return this.#take(call, leg, report, isNews);
      }
      case "passProgress":
        this.#pass(call.offerer, leg, withFork(report, forkNumber(call, leg, report.fork)));
        return this.#take(call, leg, report, true);
      case "passWaiting":
        if (call.waits || call.offerer.type !== "roap") return;
        call.waits = true;
        return this.#perform(call.offerer, report);
      case "passTaken": {
        const fork = call.forks[report.fork];
        return fork === undefined ? undefined : this.#perform(fork.leg, withFork(report, fork.fork));
      }
      case "passSettled":
        return this.#perform(call.offerer, withFork(report, forkNumber(call, leg, report.fork)));
      case "passAnswer":
        return this.#pass(call.offerer, leg, withFork(report, forkNumber(call, leg, report.fork)));
      case "passReject":
        noteRefusal(call, report);
        // CONFLICT would tell a browser to wait for an offer of ours, and before the session there is none
        if (call.state === "ended" && call.refusal === 491) call.refusal = 480;
        // RFC 5626 section 7: which flow has failed is nobody's business but ours
        if (call.refusal === FLOW_FAILED) call.refusal = 480;
        this.#pass(call.offerer, leg, {
          ...report,
          signal: "reject",
          status: call.refusal,
          reason: call.refusalReason,
        });
        call.refusal = 0;
        return;
      case "chooseAnswerer": {
        const { answerers } = call;
        if (answerers.length === 1) return;
        call.answerers = [leg];
        for (const other of answerers) {
          if (other === leg) continue;
          this.#changes.drop(call, other);
          this.#perform(other, ordinaryEnd);
        }
        return;
      }
      case "dropAnswerer":
        call.answerers = call.answerers.filter((other) => other !== leg);
        this.#changes.drop(call, leg);
        noteRefusal(call, report);
        return;
      case "refuseSender":
        return this.#perform(leg, refusal);
      case "supersedeOfferer":
        return this.#perform(call.offerer, refusal);
      case "swapOfferer": {
        const offerer = call.answerers[0]!;
        call.answerers = [call.offerer];
        call.offerer = offerer;
        return;
      }
      case "endOfferer":
        return this.#perform(call.offerer, ordinaryEnd);
      case "endAnswerers":
        for (const answerer of call.answerers) this.#perform(answerer, ordinaryEnd);
        return;
      case "stopRinging":
        this.#context.wheel.cancel(call.ringTimer);
        call.ringTimer = 0;
        return;
      case "giveUp":
        return this.#perform(call.offerer, report);
      case "waitForAnswer":
        this.#context.wheel.cancel(call.ringTimer);
        call.ringTimer = this.#context.wheel.schedule(this.#context.now + ringTime, call, "unanswered");
        return;
      case "release":
        return this.#release(call);
      default:
        return effect satisfies never;
    }
  }

  /** Carries a signal across. Where the dialects differ the envelope of the input is mapped, and names the status. */
  #pass(to: Leg, from: Leg, report: Report): void {
    if (to.type === from.type) return this.#perform(to, report);
    const context = contextOf(to.type === "sip" ? to : from, report);
    if (envelope.protocol === PROTOCOL_ROAP && to.type === "sip") {
      const response = envelope.toSip(context) && (envelope.flags & FLAG_RESPONSE) !== 0;
      if (response && report.status === 0) return this.#perform(to, { ...report, status: envelope.name });
    }
    this.#perform(to, report);
  }

  /** A provisional answer that came reliably is taken at once, where nobody is to say so. */
  #take({ offerer }: Call, leg: Leg, { owed, fork }: Report, isPassed: boolean): void {
    if (owed !== "acknowledgement") return;
    const isSaid = isPassed && offerer.type === "roap" && offerer.dialect === "roap.ims";
    if (!isSaid) this.#perform(leg, { ...ordinaryEnd, signal: "taken", fork });
  }

  #perform(leg: Leg, report: Report): void {
    makeRoom(this.#context.outputs);
    if (leg.type === "roap") {
      const carried = performRoap(leg, report, this.#context);
      this.#indexed(leg);
      for (let next = takeReport(leg); next !== undefined; next = takeReport(leg)) this.signal(leg, next);
      if (!carried) this.#uncarried(leg, report);
      return;
    }
    this.#legs.perform(leg, report);
  }

  /** JSON is UTF-8: a body that is not cannot reach a browser unchanged, so it is refused rather than altered. */
  #uncarried(leg: Leg, report: Report): void {
    const call = this.get(leg.call);
    if (call === undefined) return;
    const reason = "The session description is not UTF-8";
    if (report.signal === "offer") return this.signal(leg, { ...refusal, status: 488, reason });
    if (report.signal === "answer" || report.signal === "confirm") this.end(call, 488, reason);
  }
}
