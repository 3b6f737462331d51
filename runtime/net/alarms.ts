// Alarms of the event loop: timers of Deno's, or, while the reactor holds the thread, times that it keeps itself. A timer of Deno's costs some 40 µs.

import type { Millis } from "../../core/context.ts";

export interface Alarm {
  /** Rings at this time of the alarms' clock, or soon after; an earlier setting is forgotten. */
  set(at: Millis): void;
  clear(): void;
}

const LONGEST_TIMEOUT = 0x7fff_ffff;

export class Alarms {
  /** The clock that alarms are set by. */
  readonly now: () => Millis;
  readonly #alarms = new Set<KeptAlarm>();
  #held = false;
  /** No alarm is due before this time. */
  #next: Millis = Infinity;

  constructor(now: () => Millis = () => performance.now()) {
    this.now = now;
  }

  /** When to call `ring`, while held. */
  get next(): Millis {
    return this.#next;
  }

  alarm(ring: () => void): Alarm {
    const alarm = new KeptAlarm(this, ring);
    this.#alarms.add(alarm);
    return alarm;
  }

  /** From now on whoever holds the thread rings them; or lets Deno do it again. */
  hold(on: boolean): void {
    this.#held = on;
    this.#next = Infinity;
    for (const alarm of this.#alarms) {
      if (alarm.at === Infinity) continue;
      if (on) {
        clearTimeout(alarm.timer);
        this.#next = Math.min(this.#next, alarm.at);
      } else this.#arm(alarm);
    }
  }

  /** Rings what is due. */
  ring(now: Millis): void {
    if (now < this.#next) return;
    this.#next = Infinity;
    for (const alarm of this.#alarms) {
      if (alarm.at <= now) this.#ring(alarm);
      // Set again meanwhile, perhaps, by itself or another one.
      if (alarm.at < this.#next) this.#next = alarm.at;
    }
  }

  changed(alarm: KeptAlarm): void {
    if (!this.#held) {
      clearTimeout(alarm.timer);
      if (alarm.at !== Infinity) this.#arm(alarm);
    } else if (alarm.at < this.#next) this.#next = alarm.at;
  }

  #arm(alarm: KeptAlarm): void {
    const wait = Math.min(Math.max(Math.ceil(alarm.at - this.now()), 0), LONGEST_TIMEOUT);
    alarm.timer = setTimeout(() => this.#ring(alarm), wait);
  }

  #ring(alarm: KeptAlarm): void {
    alarm.at = Infinity;
    alarm.ring();
  }
}

class KeptAlarm implements Alarm {
  /** Infinity: it does not. */
  at: Millis = Infinity;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly ring: () => void;
  readonly #alarms: Alarms;

  constructor(alarms: Alarms, ring: () => void) {
    this.#alarms = alarms;
    this.ring = ring;
  }

  set(at: Millis): void {
    this.at = at;
    this.#alarms.changed(this);
  }

  clear(): void {
    this.at = Infinity;
    this.#alarms.changed(this);
  }
}
