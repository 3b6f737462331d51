// What a leg's report means to its call.

import {
  CONTEXT_EARLY_CALLED,
  CONTEXT_EARLY_CALLING,
  CONTEXT_ESTABLISHED,
} from "../../wasm/assembly/roap_codes.ts";
import type { ChangeSignal, Report, Signal } from "../leg.ts";
import { longer } from "../short_list.ts";
import type { Call, Leg } from "./call.ts";
import type { CallEvent } from "./call_table.ts";

/** A report that the call's table knows. */
interface Sent {
  readonly signal: Exclude<Signal, ChangeSignal>;
  readonly status: number;
}

export function eventOf(call: Call, leg: Leg, { signal, status }: Sent): CallEvent {
  const isOfferer = leg === call.offerer;
  switch (signal) {
    case "offer":
      return isOfferer ? "offer" : "counterOffer";
    case "end":
      if (isOfferer) return "endOfferer";
      if (call.state !== "inviting") return "endAnswerer";
      return call.answerers.length > 1 ? "rejectOne" : "reject";
    case "reject":
      return call.answerers.length > 1 ? "rejectOne" : "reject";
    case "ringing":
      return status === 100 ? "waiting" : "ringing";
    default:
      return signal;
  }
}

export function withFork(report: Report, fork: number): Report {
  return report.fork === fork ? report : { ...report, fork };
}

/** The caller's number for an early dialog of a called leg. */
export function forkNumber(call: Call, leg: Leg, fork: number): number {
  const { forks } = call;
  for (let at = 0; at < forks.length; at++) {
    if (forks[at]!.leg === leg && forks[at]!.fork === fork) return at;
  }
  call.forks = longer(forks, { leg, fork, rings: false });
  return forks.length;
}

/** RFC 3261 section 16.7 step 6: a 6xx decides, else the lowest class, the first of its class. */
export function noteRefusal(call: Call, { status, reason, signal }: Report): void {
  const best = signal === "end" ? 603 : status;
  const rank = (code: number) => code >= 600 ? 0 : Math.floor(code / 100);
  if (call.refusal !== 0 && rank(call.refusal) <= rank(best)) return;
  call.refusal = best;
  call.refusalReason = reason;
}

export function contextOf(leg: Leg, { signal }: Report): number {
  if (leg.type !== "sip" || leg.chosen >= 0) return CONTEXT_ESTABLISHED;
  if (signal === "offer") return CONTEXT_ESTABLISHED;
  return leg.role === "client" ? CONTEXT_EARLY_CALLED : CONTEXT_EARLY_CALLING;
}
