// What a call does beside its table while one leg is about to take another's place (RFC 3891 section 3), and what its steps tell whoever asked for it (RFC 3515).

import { isOver } from "../roap/session.ts";
import type { Call, Leg } from "./call.ts";
import type { CallEvent, CallState } from "./call_table.ts";

/** What has to be done before a step. */
export interface Foresight {
  /** It goes. */
  readonly ends?: Leg;
  /** Its offer is refused. */
  readonly refused?: Leg;
}

const NOTHING: Foresight = {};

/** To be asked before each step of a call with a leg that is about to be replaced. */
export function foresee(call: Call, event: CallEvent): Foresight {
  const { replaced, offerer } = call;
  if (replaced === undefined) return NOTHING;
  switch (event) {
    case "answer":
    case "endOfferer":
    case "endAnswerer":
    case "unanswered":
      call.replaced = undefined;
      return { ends: replaced };
    case "counterOffer":
      if (isGone(replaced)) return NOTHING;
      // the one who stays wants a change itself: it is for the one who was there before
      call.replaced = undefined;
      call.offerer = replaced;
      return { refused: offerer };
    default:
      return NOTHING;
  }
}

/** To be asked after each such step: whether the one who was to be replaced is back in the call, but has gone meanwhile. */
export function restore(call: Call, before: CallState, event: CallEvent): boolean {
  const { replaced } = call;
  if (replaced === undefined || before !== "changing" || (event !== "reject" && event !== "rejectOne")) {
    return false;
  }
  call.replaced = undefined;
  call.offerer = replaced;
  return isGone(replaced);
}

/** What a step says to whoever asked for the call: undefined = nothing. `status`: of the report that brought it about. */
export function fareOf(event: CallEvent, status: number): { status: number; isFinal: boolean } | undefined {
  switch (event) {
    case "ringing":
      return { status: 180, isFinal: false };
    case "progress":
      return { status: 183, isFinal: false };
    case "answer":
      return { status: 200, isFinal: true };
    case "reject":
      return { status: status < 300 ? 603 : status, isFinal: true };
    case "endOfferer":
    case "endAnswerer":
      return { status: 487, isFinal: true };
    case "unanswered":
      return { status: 408, isFinal: true };
    default:
      return undefined;
  }
}

function isGone(leg: Leg): boolean {
  return leg.type === "sip" ? leg.state === "ended" : isOver(leg);
}
