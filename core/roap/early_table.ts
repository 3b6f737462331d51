// An OFFER while the session's first one has only provisional answers: `roap.ims` alone has it, for UPDATE in an early dialog (RFC 3311). One at a time, either
// way, with the next seq; its ANSWER and OK copy that. The first OFFER stands beside it and keeps its own seq for its final ANSWER, whose description then is the
// newest of that side again.

import type { StateTable } from "../machine/table.ts";

/** theirs: the browser's OFFER is with the call. ours: ours is with the browser. */
export type EarlyState = "none" | "theirs" | "ours" | "over";

export type EarlyEvent =
  /** The browser's; against one of ours, it wins. */
  | "offer"
  /** The browser's against ours, which stands. */
  | "glare"
  | "answer"
  /** ERROR to ours. */
  | "refused"
  | "noAnswer"
  | "doChange"
  | "doChanged"
  | "doUnchanged"
  /** The session is over. */
  | "over";

export type EarlyEffect =
  | "accept"
  | "refuse"
  | "writeOffer"
  | "writeAnswer"
  | "writeOk"
  | "writeError"
  | "writeConflict"
  | "startTimer"
  | "stopTimer"
  | "report"
  | "reportChanged"
  | "reportRefused"
  | "reportPending"
  | "reportNoAnswer";

export const earlyTable: StateTable<EarlyState, EarlyEvent, EarlyEffect> = {
  none: {
    offer: ["theirs", "accept", "report"],
    glare: "never",
    answer: ["none", "refuse"],
    refused: "ignore",
    noAnswer: "never",
    doChange: ["ours", "startTimer", "writeOffer"],
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: ["over"],
  },
  theirs: {
    // an answer of ours could not tell which of the two it answers
    offer: ["theirs", "refuse"],
    glare: "never",
    answer: ["theirs", "refuse"],
    refused: "ignore",
    noAnswer: "never",
    doChange: ["theirs", "reportPending"],
    doChanged: ["none", "writeAnswer"],
    doUnchanged: ["none", "writeError"],
    over: ["over"],
  },
  ours: {
    // the call hears that ours is withdrawn before it hears of theirs
    offer: ["theirs", "stopTimer", "reportPending", "accept", "report"],
    glare: ["ours", "writeConflict"],
    answer: ["none", "stopTimer", "writeOk", "reportChanged"],
    refused: ["none", "stopTimer", "reportRefused"],
    noAnswer: ["none", "reportNoAnswer"],
    doChange: ["ours", "reportPending"],
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: ["over", "stopTimer"],
  },
  over: {
    offer: ["over", "refuse"],
    glare: "never",
    answer: ["over", "refuse"],
    refused: "ignore",
    noAnswer: "never",
    doChange: "ignore",
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: "ignore",
  },
};
