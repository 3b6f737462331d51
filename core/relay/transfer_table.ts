// What becomes of a transfer (RFC 3515): somebody in a call asks for the other end to call a third.

import { ignored, type StateTable } from "../machine/table.ts";

/** asked: whoever is to call has not said whether it will. underWay: it will, and how that fares is told. over: nothing more will be said. */
export type TransferState = "asked" | "underWay" | "over";

/**
 * accepted, refused: the answer of whoever is to call. progress: the new call rings, or the like. final: it has come to something, or to nothing. lapsed: the time
 * is over.
 */
export type TransferEvent = "accepted" | "refused" | "progress" | "final" | "lapsed";

export type TransferEffect =
  | "answerAccepted"
  | "answerRefused"
  | "answerSilence"
  | "tellTrying"
  | "tellProgress"
  | "tellFinal"
  | "tellLapsed"
  | "wait"
  | "release";

export const transferTable: StateTable<TransferState, TransferEvent, TransferEffect> = {
  asked: {
    accepted: ["underWay", "answerAccepted", "tellTrying", "wait"],
    refused: ["over", "answerRefused", "release"],
    // RFC 6665 section 4.1.2.4: the first NOTIFY may overtake the answer; a browser's OFFER may too
    progress: ["underWay", "answerAccepted", "tellProgress", "wait"],
    final: ["over", "answerAccepted", "tellFinal", "release"],
    lapsed: ["over", "answerSilence", "release"],
  },
  underWay: {
    progress: ["underWay", "tellProgress", "wait"],
    final: ["over", "tellFinal", "release"],
    lapsed: ["over", "tellLapsed", "release"],
    ...ignored("accepted", "refused"),
  },
  over: ignored("accepted", "refused", "progress", "final", "lapsed"),
};
