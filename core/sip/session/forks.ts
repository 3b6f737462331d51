// The early dialogs of an INVITE, as its responses tell them apart (RFC 3261 sections 12.1.2 and 13.2.2).

import { sip } from "../../../wasm/sip.ts";
import { type Dialog, learnFromResponse } from "../dialog.ts";
import { forkLimit, type SipLeg } from "./leg.ts";

/**
 * Number of the early dialog that the window's response belongs to, -1 when there are too many. A 2xx finds room where a provisional response has none: a
 * call whose answer is dropped would never end.
 */
export function forkOfWindow(leg: SipLeg): number {
  const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
  const ownTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
  const known = forkOf(leg, ownTag, tag);
  // the dialogs that we answered in were all made by ourselves
  if (known >= 0 || leg.role === "server") return known;
  if (sip.status < 200 && leg.chosen >= 0) return -1;
  const first = leg.forks[0]!.dialog;
  if (leg.forks.length === 1 && first.remoteTag === "") {
    learnFromResponse(first);
    return 0;
  }
  if (leg.forks.length >= (sip.status < 200 ? forkLimit : 2 * forkLimit)) return -1;
  const dialog: Dialog = { ...first, remoteTag: tag, routeSet: "", localSeq: leg.inviteSeq, remoteSeq: -1 };
  learnFromResponse(dialog);
  return leg.forks.push({ dialog, ack: undefined, sent: undefined, received: undefined }) - 1;
}

/** Index of the fork that has these tags, -1 = none. */
function forkOf({ forks }: SipLeg, localTag: string, remoteTag: string): number {
  for (let at = 0; at < forks.length; at++) {
    const { dialog } = forks[at]!;
    if (dialog.remoteTag === remoteTag && dialog.localTag === localTag) return at;
  }
  return -1;
}
