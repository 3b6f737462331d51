// What becomes of a request that passes through the relay on its own: MESSAGE, INFO (RFC 3428, RFC 6086).

import { ignored, type StateTable } from "../machine/table.ts";

/** waiting: nobody has taken it yet. taken: its sender has been told OK, others may still answer. over: nothing more will be said. */
export type ExchangeState = "waiting" | "taken" | "over";

/**
 * accepted, refused: one of those who were asked answers; acceptedLast, refusedLast: the last one that was still to answer. trying: it has taken as long as a
 * sender over UDP repeats more and more seldom (RFC 4320 section 4.1). silent: the time is over. abandoned: whoever asked is gone.
 */
export type ExchangeEvent =
  | "accepted"
  | "acceptedLast"
  | "refused"
  | "refusedLast"
  | "trying"
  | "silent"
  | "abandoned";

export type ExchangeEffect =
  | "answerOk"
  | "answerRefusal"
  | "answerSilence"
  | "answerTrying"
  | "noteRefusal"
  | "waitForAnswer"
  | "release";

export const exchangeTable: StateTable<ExchangeState, ExchangeEvent, ExchangeEffect> = {
  waiting: {
    accepted: ["taken", "answerOk"],
    acceptedLast: ["over", "answerOk", "release"],
    refused: ["waiting", "noteRefusal"],
    refusedLast: ["over", "noteRefusal", "answerRefusal", "release"],
    trying: ["waiting", "answerTrying", "waitForAnswer"],
    silent: ["over", "answerSilence", "release"],
    abandoned: ["over", "release"],
  },
  taken: {
    acceptedLast: ["over", "release"],
    refusedLast: ["over", "release"],
    // there is one timer: whichever of the two it was, the others have it no longer than this
    trying: ["taken", "waitForAnswer"],
    silent: ["over", "release"],
    abandoned: ["over", "release"],
    ...ignored("accepted", "refused"),
  },
  over: ignored("accepted", "acceptedLast", "refused", "refusedLast", "trying", "silent", "abandoned"),
};
