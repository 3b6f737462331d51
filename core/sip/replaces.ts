// Which leg a Replaces value means (RFC 3891 section 3).

import type { Table } from "../table.ts";
import { legKey, type SipLeg } from "./session/leg.ts";

export interface Replaced {
  readonly leg: SipLeg;
  /** own: the leg is to be replaced. other: it is seen from its peer's side, so whoever the peer speaks with is (we stand for both ends of a call). */
  readonly end: "own" | "other";
  readonly earlyOnly: boolean;
}

/** Undefined: no dialog of ours. A value that names none, or is malformed, is none of ours either. */
export function findReplaced(value: string, legs: Table<SipLeg>): Replaced | undefined {
  const [callId = "", ...parameters] = value.split(";").map((part) => part.trim());
  const tagOf = (name: string) => {
    const found = parameters.filter((each) => each.toLowerCase().startsWith(`${name}=`));
    return found.length === 1 ? found[0]!.slice(name.length + 1) : "";
  };
  const [toTag, fromTag] = [tagOf("to-tag"), tagOf("from-tag")];
  if (toTag === "" || fromTag === "") return undefined;
  const earlyOnly = parameters.some((each) => each.toLowerCase() === "early-only");
  const own = legOf(legs, { callId, localTag: toTag, remoteTag: fromTag });
  if (own !== undefined) return { leg: own, end: "own", earlyOnly };
  const other = legOf(legs, { callId, localTag: fromTag, remoteTag: toTag });
  return other === undefined ? undefined : { leg: other, end: "other", earlyOnly };
}

/** What names a confirmed dialog of ours to its peer's side: "" = there is none. */
export function replacesOf(leg: SipLeg): string {
  if (leg.chosen < 0) return "";
  const { callId, localTag, remoteTag } = leg.forks[leg.chosen]!.dialog;
  return remoteTag === "" ? "" : `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}

function legOf(
  legs: Table<SipLeg>,
  { callId, localTag, remoteTag }: { callId: string; localTag: string; remoteTag: string },
): SipLeg | undefined {
  const leg = legs.get(legKey(callId, localTag));
  const isIt = leg?.forks.some(({ dialog }) =>
    dialog.localTag === localTag && dialog.remoteTag === remoteTag
  );
  return isIt === true ? leg : undefined;
}
