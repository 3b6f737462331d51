// The INVITE client transaction: RFC 3261 section 17.1.1 with RFC 6026 section 7.2.
//
//               │ INVITE sent
//         ┌─────▼─────┐  timer B, transport error
//      ┌──┤  calling  ├───────────────────────────┐
//      │  └─┬───┬─────┘                           │
//      │    │   │ 1xx                             │
//      │    │ ┌─▼──────────┐  64·T1 after CANCEL  │
//      │    │ │ proceeding ├─────────────────────►│
//      │    │ └─┬──────┬───┘                      │
//      │ 2xx│   │2xx   │ 300–699                  │
//      │  ┌─▼───▼────┐ │                          │
//      │  │ accepted │ │                          │
//      │  └────┬─────┘ │                          │
//      │300–699│       │                          │
//      │  ┌────┼───────▼──┐  timer D,        ┌────▼───────┐
//      └──►    │completed ├─────────────────►│ terminated │
//         └────┼──────────┘  transport error └────▲───────┘
//              └──────────────────────────────────┘ timer M

import type { StateTable } from "../../machine/table.ts";

export type InviteClientState = "calling" | "proceeding" | "accepted" | "completed" | "terminated";

export type InviteClientEvent =
  | "provisional"
  | "success"
  | "failure"
  | "timerA"
  | "timerB"
  | "timerD"
  | "timerM"
  /** No final response 64·T1 after the CANCEL (RFC 3261 section 9.1). */
  | "timerCancel"
  | "transportError";

/**
 * The order in a cell: timers, then what is sent, then the user. What the user does to the transaction finds the new state, and
 * a message that cannot be written leaves no record without its timer.
 */
export type InviteClientEffect =
  | "repeat"
  | "restartA"
  | "stopTimers"
  | "sendCancel"
  | "ack"
  | "startD"
  | "startM"
  | "end"
  | "tellResponse"
  | "tellTimeout"
  | "tellTransportError";

export const inviteClient: StateTable<InviteClientState, InviteClientEvent, InviteClientEffect> = {
  calling: {
    provisional: ["proceeding", "stopTimers", "sendCancel", "tellResponse"],
    success: ["accepted", "stopTimers", "startM", "tellResponse"],
    failure: ["completed", "stopTimers", "startD", "ack", "tellResponse"],
    timerA: ["calling", "repeat", "restartA"],
    timerB: ["terminated", "end", "tellTimeout"],
    timerD: "never",
    timerM: "never",
    timerCancel: "never",
    transportError: ["terminated", "end", "tellTransportError"],
  },
  proceeding: {
    provisional: ["proceeding", "tellResponse"],
    success: ["accepted", "stopTimers", "startM", "tellResponse"],
    failure: ["completed", "stopTimers", "startD", "ack", "tellResponse"],
    timerA: "never",
    timerB: "never",
    timerD: "never",
    timerM: "never",
    timerCancel: ["terminated", "end", "tellTimeout"],
    // The INVITE has arrived, and nothing is sent in this state: a late report changes nothing.
    transportError: "ignore",
  },
  accepted: {
    provisional: "ignore",
    success: ["accepted", "tellResponse"],
    failure: "ignore",
    timerA: "never",
    timerB: "never",
    timerD: "never",
    timerM: ["terminated", "end"],
    timerCancel: "never",
    transportError: "ignore",
  },
  completed: {
    provisional: "ignore",
    success: "ignore",
    failure: ["completed", "ack"],
    timerA: "never",
    timerB: "never",
    timerD: ["terminated", "end"],
    timerM: "never",
    timerCancel: "never",
    transportError: ["terminated", "end", "tellTransportError"],
  },
  // The record is in no table any more, and its timers are cancelled.
  terminated: {
    provisional: "never",
    success: "never",
    failure: "never",
    timerA: "never",
    timerB: "never",
    timerD: "never",
    timerM: "never",
    timerCancel: "never",
    transportError: "never",
  },
};
