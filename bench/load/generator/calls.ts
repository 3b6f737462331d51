// All calls under way, as columns of numbers. A call has a near side, which begins it, and a far side, which answers.
//
//   near: idle ─► calling ─► proceeding ─► up ─► ending ─► done
//   far:  idle ─► ringing ─► answered ─► confirmed ─► done

import type { Arena } from "./arena.ts";
import { DIGITS } from "./call_number.ts";
import type { Tally } from "./tally.ts";
import type { TimerWheel } from "./timer_wheel.ts";

export const NEAR = { idle: 0, calling: 1, proceeding: 2, up: 3, ending: 4, done: 5 } as const;
export const FAR = { idle: 0, ringing: 1, answered: 2, confirmed: 3, done: 4 } as const;

/** The timers of a call. */
export const TIMER = { patience: 0, near: 1, far: 2 } as const;
export const TIMERS = 3;

/** How a browser leaves without a word, and when: its connection is closed, or reset. */
export const VANISHING = { never: 0, whileUp: 1, whileUpReset: 2, whileRinging: 3 } as const;

export const TO_IMS = 0;
export const TO_BROWSER = 1;

/** Why a call failed whose browser lost its connection. */
export const LOST = "its WebSocket broke";

const CALLS = 65_536;
/** Of each side: what it has to keep of its dialog. */
const SLAB = 2_048;

export interface CallsOptions {
  readonly arena: Arena;
  readonly wheel: TimerWheel;
  readonly tally: Tally;
  readonly count?: number;
}

export class Calls {
  readonly slab = SLAB;
  readonly direction: Uint8Array;
  readonly near: Uint8Array;
  readonly far: Uint8Array;
  /** The browser's stream, whichever side it is. */
  readonly stream: Int32Array;
  readonly scheduled: Float64Array;
  /** When the far side learnt of it, and how long it let the near side wait on purpose. */
  readonly farSince: Float64Array;
  readonly farSpent: Float64Array;
  /** Where each side's SIP goes. */
  readonly nearHost: Uint32Array;
  readonly nearPort: Uint16Array;
  readonly farHost: Uint32Array;
  readonly farPort: Uint16Array;
  /** Retransmission intervals in milliseconds, and when it is given up. */
  readonly nearInterval: Float64Array;
  readonly farInterval: Float64Array;
  readonly farUntil: Float64Array;
  /** Lengths of what lies in the slabs: the owner knows what they mean. */
  readonly nearLengths: Uint16Array;
  readonly farLength: Uint16Array;
  /** Whether the near side, a browser, is to vanish in it. */
  readonly vanishing: Uint8Array;
  readonly #measured: Uint8Array;
  readonly #generations: Uint32Array;
  readonly #free: Int32Array;
  readonly #wheel: TimerWheel;
  readonly #tally: Tally;
  readonly #slabs: number;
  readonly #count: number;
  readonly #generationLimit: number;
  #freeCount: number;
  #settingUp = 0;

  constructor({ arena, wheel, tally, count = CALLS }: CallsOptions) {
    this.#wheel = wheel;
    this.#tally = tally;
    this.#count = count;
    this.#generationLimit = Math.floor(10 ** DIGITS / count);
    this.#slabs = arena.allocate(2 * SLAB * count);
    this.direction = new Uint8Array(count);
    this.near = new Uint8Array(count);
    this.far = new Uint8Array(count);
    this.stream = new Int32Array(count);
    this.scheduled = new Float64Array(count);
    this.farSince = new Float64Array(count);
    this.farSpent = new Float64Array(count);
    this.nearHost = new Uint32Array(count);
    this.nearPort = new Uint16Array(count);
    this.farHost = new Uint32Array(count);
    this.farPort = new Uint16Array(count);
    this.nearInterval = new Float64Array(count);
    this.farInterval = new Float64Array(count);
    this.farUntil = new Float64Array(count);
    this.nearLengths = new Uint16Array(3 * count);
    this.farLength = new Uint16Array(count);
    this.vanishing = new Uint8Array(count);
    this.#measured = new Uint8Array(count);
    this.#generations = new Uint32Array(count);
    this.#free = Int32Array.from({ length: count }, (_, at) => count - 1 - at);
    this.#freeCount = count;
  }

  /** Calls under way. */
  get active(): number {
    return this.#count - this.#freeCount;
  }

  /** Calls under way that have no answer yet. */
  get settingUp(): number {
    return this.#settingUp;
  }

  nearSlab(call: number): number {
    return this.#slabs + 2 * SLAB * call;
  }

  farSlab(call: number): number {
    return this.#slabs + 2 * SLAB * call + SLAB;
  }

  /** The number that messages carry: no two calls have the same at a time, nor for long after. */
  numberOf(call: number): number {
    return this.#generations[call]! * this.#count + call;
  }

  /** The call of a number, -1 when it is over or never was. */
  callOf(number: number): number {
    const call = number % this.#count;
    const isLive = number >= 0 && this.near[call] !== NEAR.idle && this.numberOf(call) === number;
    return isLive ? call : -1;
  }

  /** A new call, its near side calling; -1 = all are in use. */
  begin(options: { direction: number; stream: number; scheduled: number; measured: boolean }): number {
    if (options.measured) this.#tally.started++;
    if (this.#freeCount === 0) {
      this.#countFailure(options.measured, "no room in the generator");
      return -1;
    }
    const call = this.#free[--this.#freeCount]!;
    // Ten digits hold so many; by the time that a number comes again, its last call is long forgotten by all.
    this.#generations[call] = (this.#generations[call]! + 1) % this.#generationLimit;
    this.#measured[call] = options.measured ? 1 : 0;
    this.direction[call] = options.direction;
    this.stream[call] = options.stream;
    this.scheduled[call] = options.scheduled;
    this.near[call] = NEAR.calling;
    this.far[call] = FAR.idle;
    this.vanishing[call] = VANISHING.never;
    this.farSince[call] = 0;
    this.farSpent[call] = 0;
    this.#settingUp++;
    return call;
  }

  setTimer(call: number, timer: number, due: number): void {
    this.#wheel.set(call * TIMERS + timer, due);
  }

  cancelTimer(call: number, timer: number): void {
    this.#wheel.cancel(call * TIMERS + timer);
  }

  sent(call: number, now: number): void {
    if (this.#measured[call] === 1) this.#tally.lag.record(now - this.scheduled[call]!);
  }

  /** The near side has its answer. */
  answered(call: number, now: number): void {
    this.near[call] = NEAR.up;
    this.#settingUp--;
    const setUp = now - this.scheduled[call]!;
    this.#tally.recent.record(setUp);
    if (this.#measured[call] === 0) return;
    this.#tally.setUp.record(setUp);
    this.#tally.added.record(setUp - this.farSpent[call]!);
  }

  /** The near side is gone on purpose; the far side is still to hear of it. */
  vanished(call: number): void {
    if (this.near[call]! < NEAR.up) this.#settingUp--;
    this.nearDone(call);
  }

  nearDone(call: number): void {
    this.near[call] = NEAR.done;
    if (this.#measured[call] === 1) this.#tally.nearCompleted++;
    this.cancelTimer(call, TIMER.near);
    if (this.far[call] === FAR.done) this.#complete(call);
  }

  farDone(call: number): void {
    this.far[call] = FAR.done;
    if (this.#measured[call] === 1) this.#tally.farCompleted++;
    this.cancelTimer(call, TIMER.far);
    if (this.near[call] === NEAR.done) this.#complete(call);
  }

  /** What it has waited for too long, in words. */
  timeout(call: number): string {
    const states = ["", "no answer", "ringing without end", "", "no answer to hanging up", ""];
    return `timeout: ${states[this.near[call]!] || `near side done, far side ${this.far[call]}`}`;
  }

  /** It is over before its end. Whoever says so has taken leave of the peers; when that broke its WebSocket, it is over already. */
  fail(call: number, cause: string): void {
    if (this.near[call] === NEAR.idle) return;
    this.#countFailure(this.#measured[call] === 1, cause);
    this.#release(call);
  }

  /** Its WebSocket is gone, and with it every call that it had. */
  lose(stream: number): void {
    for (let call = 0; call < this.#count; call++) {
      const state = this.near[call]!;
      if (state === NEAR.idle || state === NEAR.done || this.stream[call] !== stream) continue;
      this.fail(call, LOST);
    }
  }

  #complete(call: number): void {
    this.#tally.completedEver++;
    if (this.#measured[call] === 1) this.#tally.completed++;
    this.#release(call);
  }

  #countFailure(measured: boolean, cause: string): void {
    this.#tally.failedEver++;
    if (!measured) return;
    this.#tally.failed++;
    this.#tally.cause(cause);
  }

  #release(call: number): void {
    if (this.near[call]! < NEAR.up) this.#settingUp--;
    this.near[call] = NEAR.idle;
    this.far[call] = FAR.idle;
    for (let timer = 0; timer < TIMERS; timer++) this.cancelTimer(call, timer);
    this.#free[this.#freeCount++] = call;
  }
}
