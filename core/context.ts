// What every machine of core is handed: the time, chance, the outputs and the timers. Nothing here reads a clock or a socket.

import type { Admission } from "./admission.ts";
import type { Output } from "./output.ts";
import type { TimerWheel } from "./timer/wheel.ts";

/** Milliseconds: a duration, or a time on the runtime's monotonic clock. */
export type Millis = number;

/** Chance, from the runtime: cryptographic there, counted in tests. */
export interface Random {
  /** At least 96 bits as letters and digits: a tag, a branch's or a Call-ID's own part, a session id. */
  token(): string;
  uint32(): number;
}

/** A record that owns timers. `type` tells who is to be told. */
export interface TimerOwner {
  readonly type: string;
}

export interface Context {
  /** Time of the input that is being worked on. */
  now: Millis;
  /** Which call that input belongs to, 0 = none: for the ladder. */
  call: number;
  readonly random: Random;
  /** Of this shard; its tokens have it already. Absent: there are no others. */
  readonly mark?: string;
  readonly outputs: Output[];
  readonly wheel: TimerWheel<TimerOwner>;
  /** Absent: whatever the tables have room for is taken. */
  readonly admission?: Admission | undefined;
}
