// What two ends agree on about the session timer (RFC 4028 sections 4, 5, 7, 8.1 and 9): read from the message in the window, and said in header lines.

import {
  HEADER_ALLOW,
  HEADER_MIN_SE,
  HEADER_REQUIRE,
  HEADER_SESSION_EXPIRES,
  HEADER_SUPPORTED,
} from "../../../wasm/assembly/codes.ts";
import { headers } from "../../../wasm/header.ts";
import { sip } from "../../../wasm/sip.ts";
import { requireTimerLine } from "../allow.ts";
import { type SessionPolicy, SHORTEST_SESSION } from "./session_policy.ts";
import type { SessionTimerState } from "./session_timer.ts";

/** What a request of the peer's says of it. */
export interface Asked {
  /** The peer knows session timers. */
  readonly supports: boolean;
  /** Session-Expires, 0 = not asked for. A proxy may ask in the place of a peer that knows nothing of it. */
  readonly interval: number;
  readonly refresher: "uac" | "uas" | "";
  /** Min-SE, 0 = not said. */
  readonly minimum: number;
  /** The peer takes UPDATE. Known only where we might have to send one. */
  readonly updates: boolean;
}

/** Who refreshes: we, the peer, we without the peer's knowing, nobody. The events of the timer's table. */
export interface Terms {
  readonly refresher: "ours" | "theirs" | "unshared" | "none";
  readonly interval: number;
}

const noTerms: Terms = { refresher: "none", interval: 0 };

/** Reads the INVITE or UPDATE in the window; undefined = it says nothing that could matter. */
export function askedOfWindow(): Asked | undefined {
  const supports = lists(HEADER_SUPPORTED, "timer") || lists(HEADER_REQUIRE, "timer");
  const { interval, refresher } = intervalOfWindow();
  const updates = (!supports || refresher === "uas") && lists(HEADER_ALLOW, "update");
  if (!supports && !updates && interval === 0) return undefined;
  return { supports, interval, refresher, minimum: minimumOfWindow(), updates };
}

/** Whether the request in the window asks for a shorter interval than may be, and would understand to be told so (sections 8.1 and 9). */
export function isTooShort({ minimum }: SessionPolicy): boolean {
  if (sip.value(HEADER_SESSION_EXPIRES) === 0) return false;
  const { interval } = intervalOfWindow();
  return interval !== 0 && interval < minimum &&
    (lists(HEADER_SUPPORTED, "timer") || lists(HEADER_REQUIRE, "timer"));
}

/** What our 2xx to such a request settles (section 9, table 2). `state` and `current`: as it is until now. */
export function termsToAnswer(
  { supports, interval, refresher, minimum, updates }: Asked,
  { policy, state, current }: { policy: SessionPolicy; state: SessionTimerState; current: number },
): Terms {
  const wanted = Math.max(policy.interval, minimum);
  if (!supports) {
    if (interval === 0 && (policy.interval === 0 || !updates)) return noTerms;
    return {
      refresher: "unshared",
      interval: Math.max(interval === 0 ? wanted : interval, SHORTEST_SESSION),
    };
  }
  if (interval === 0 && policy.interval === 0) return noTerms;
  // the roles stay as they are unless the peer says otherwise; at first we leave the work to who asks
  const isOurs = refresher === "" ? isRefresher(state) : refresher === "uas";
  // one that is asked for may be made shorter, but not longer
  const asked = interval === 0 ? Math.max(current, wanted) : Math.max(interval, minimum);
  const settled = policy.interval === 0 ? asked : Math.min(asked, wanted);
  return { refresher: isOurs ? "ours" : "theirs", interval: Math.max(settled, SHORTEST_SESSION) };
}

/** The lines of that 2xx. */
export function linesOfAnswer({ refresher, interval }: Terms): readonly string[] {
  if (refresher === "none") return [];
  const value = `Session-Expires: ${interval};refresher=${refresher === "theirs" ? "uac" : "uas"}`;
  return refresher === "unshared" ? [value] : [value, requireTimerLine];
}

/** What the 2xx in the window to a request of ours settles (section 7.2). `state` and `current`: as it is until now. */
export function termsOfAnswer(
  { policy, state, current, isFirst }: {
    policy: SessionPolicy;
    state: SessionTimerState;
    current: number;
    isFirst: boolean;
  },
): Terms {
  const { interval, refresher } = intervalOfWindow();
  if (interval !== 0) {
    return {
      refresher: refresher === "uas" ? "theirs" : "ours",
      interval: Math.max(interval, SHORTEST_SESSION),
    };
  }
  // the peer knows nothing of it, so we may go on alone; one that does has turned it off
  if (state === "alone" || state === "probing") return { refresher: "unshared", interval: current };
  if (!isFirst || policy.interval === 0 || !takesUpdate()) return noTerms;
  return { refresher: "unshared", interval: Math.max(policy.interval, current) };
}

/** Whether the message in the window says that its sender takes UPDATE. */
export function takesUpdate(): boolean {
  return lists(HEADER_ALLOW, "update");
}

/** Min-SE of the message in the window in seconds, 0 = none that could be read. */
export function minimumOfWindow(): number {
  const value = sip.value(HEADER_MIN_SE);
  if (value === 0) return 0;
  const read = headers.minSe(value);
  return "seconds" in read ? read.seconds : 0;
}

/** The lines with which a first INVITE asks for it. */
export function linesToAsk({ interval, minimum }: SessionPolicy): readonly string[] {
  if (interval === 0) return [];
  const asked = `Session-Expires: ${Math.max(interval, minimum)}`;
  return minimum > SHORTEST_SESSION ? [asked, `Min-SE: ${minimum}`] : [asked];
}

/** Whether we keep the session alive. */
export function isRefresher(state: SessionTimerState): boolean {
  return state === "refresher" || state === "refreshing" || state === "retrying";
}

function intervalOfWindow(): { interval: number; refresher: "uac" | "uas" | "" } {
  const value = sip.value(HEADER_SESSION_EXPIRES);
  const read = value === 0 ? undefined : headers.sessionExpires(value);
  if (read === undefined || !("seconds" in read)) return nothing;
  // nobody may ask for nought
  return { interval: Math.max(read.seconds, 1), refresher: read.refresher };
}

const nothing = { interval: 0, refresher: "" } as const;

function lists(header: number, token: string): boolean {
  return sip.value(header) !== 0 && sip.lists(header, token);
}
