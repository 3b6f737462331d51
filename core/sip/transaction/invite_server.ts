// The INVITE server transaction: RFC 3261 section 17.2.1 with RFC 6026 section 7.1.
//
//            │ INVITE: told to the user; 100 after 200 ms
//     ┌──────▼─────┐ 2xx                 ┌──────────┐
//     │ proceeding ├────────────────────►│ accepted │ ACK: told to the user
//     └──────┬─────┘                     └────┬─────┘
//            │ 300–699                        │ timer L
//     ┌──────▼─────┐ timer H             ┌────▼───────┐
//     │ completed  ├────────────────────►│ terminated │
//     └──────┬─────┘                     └────▲───────┘
//            │ ACK   ┌───────────┐ timer I    │
//            └──────►│ confirmed ├────────────┘
//                    └───────────┘

import type { StateTable } from "../../machine/table.ts";

export type InviteServerState = "proceeding" | "accepted" | "completed" | "confirmed" | "terminated";

export type InviteServerEvent =
  /** The INVITE again. */
  | "request"
  | "ack"
  // What the transaction user answers.
  | "provisional"
  | "success"
  | "failure"
  /** The user has not answered for 200 ms. */
  | "timerTrying"
  | "timerG"
  | "timerH"
  | "timerI"
  | "timerL"
  | "transportError";

/**
 * The order in a cell: timers, then what is sent, then the user. What the user does to the transaction finds the new state, and
 * a message that cannot be written leaves no record without its timer.
 */
export type InviteServerEffect =
  /** Sends the response that the user gave. */
  | "respond"
  /** Sends the last response again, if there is one. */
  | "repeat"
  | "sendTrying"
  | "startG"
  | "restartG"
  | "startH"
  | "startI"
  | "startL"
  | "stopTimers"
  | "end"
  | "tellAck"
  | "tellTimeout"
  | "tellTransportError";

export const inviteServer: StateTable<InviteServerState, InviteServerEvent, InviteServerEffect> = {
  proceeding: {
    request: ["proceeding", "repeat"],
    ack: "ignore",
    provisional: ["proceeding", "stopTimers", "respond"],
    success: ["accepted", "stopTimers", "startL", "respond"],
    failure: ["completed", "stopTimers", "startG", "startH", "respond"],
    timerTrying: ["proceeding", "sendTrying"],
    timerG: "never",
    timerH: "never",
    timerI: "never",
    timerL: "never",
    transportError: ["proceeding", "tellTransportError"],
  },
  accepted: {
    request: "ignore",
    ack: ["accepted", "tellAck"],
    provisional: "ignore",
    success: ["accepted", "respond"],
    failure: "ignore",
    timerTrying: "never",
    timerG: "never",
    timerH: "never",
    timerI: "never",
    timerL: ["terminated", "end"],
    transportError: ["accepted", "tellTransportError"],
  },
  completed: {
    request: ["completed", "repeat"],
    ack: ["confirmed", "stopTimers", "startI"],
    provisional: "ignore",
    success: "ignore",
    failure: "ignore",
    timerTrying: "never",
    timerG: ["completed", "repeat", "restartG"],
    timerH: ["terminated", "end", "tellTimeout"],
    timerI: "never",
    timerL: "never",
    transportError: ["completed", "tellTransportError"],
  },
  confirmed: {
    request: "ignore",
    ack: "ignore",
    provisional: "ignore",
    success: "ignore",
    failure: "ignore",
    timerTrying: "never",
    timerG: "never",
    timerH: "never",
    timerI: ["terminated", "end"],
    timerL: "never",
    transportError: "ignore",
  },
  // The record is in no table any more, and its timers are cancelled; its user may still answer.
  terminated: {
    request: "never",
    ack: "never",
    provisional: "ignore",
    success: "ignore",
    failure: "ignore",
    timerTrying: "never",
    timerG: "never",
    timerH: "never",
    timerI: "never",
    timerL: "never",
    transportError: "never",
  },
};
