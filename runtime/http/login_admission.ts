// Who decides, under overload, whether a WebSocket may be opened, and what those hear who have to wait.

import type { Refusal } from "./refusal.ts";

export interface LoginAdmission {
  /** Whether one more may come in. To be asked once for each, before anything dear is done about it. */
  admitsLogin(): boolean;
  /** Not all of them are let in at the moment. */
  readonly shedsLogins: boolean;
}

/** Seconds: whoever came at once is to come back one by one. */
const SOONEST = 5;
const LATEST = 30;

export function comeBackLater(): Refusal {
  const seconds = SOONEST + Math.floor(Math.random() * (LATEST - SOONEST + 1));
  return {
    status: 503,
    reason: "The relay has too much to do",
    headers: { "retry-after": `${seconds}` },
  };
}
