// What the C library gives us, on Linux: its calls, and the one place where all of its sockets wait.

import { type Libc, openLibc } from "./libc.ts";
import type { Millis } from "../../core/context.ts";
import { Reactor } from "./reactor.ts";

export interface Native {
  readonly libc: Libc;
  readonly reactor: Reactor;
  /** Once nothing is watched any more. */
  close(): Promise<void>;
}

/**
 * `now` is the clock of whoever sets the reactor's alarms and asks when it rested: theirs have to be the same. undefined: not this kind of machine,
 * no permission, or no such library.
 */
export function openNative(now: () => Millis = () => performance.now()): Native | undefined {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const reactor = new Reactor(libc, { now });
  const close = async () => {
    await reactor.close();
    libc.close();
  };
  return { libc, reactor, close };
}
