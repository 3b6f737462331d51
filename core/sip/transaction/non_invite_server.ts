// The non-INVITE server transaction: RFC 3261 section 17.2.2.
//
//          │ request: told to the user
//     ┌────▼───┐ 1xx  ┌────────────┐
//     │ trying ├─────►│ proceeding │
//     └─┬──────┘      └─┬────────┬─┘
//       │ 200–699       │        │ transport error
//     ┌─▼───────────────▼─┐    ┌─▼──────────┐
//     │     completed     ├───►│ terminated │
//     └───────────────────┘    └────────────┘
//                timer J, transport error
//
// Timers come first in a cell: a response that cannot be written leaves no record without its timer.

import type { StateTable } from "../../machine/table.ts";

export type NonInviteServerState = "trying" | "proceeding" | "completed" | "terminated";

export type NonInviteServerEvent =
  /** The request again. */
  | "request"
  // What the transaction user answers.
  | "provisional"
  | "final"
  | "timerJ"
  | "transportError";

export type NonInviteServerEffect =
  /** Sends the response that the user gave. */
  | "respond"
  /** Sends the last response again. */
  | "repeat"
  | "startJ"
  /** Ends the record: over a datagram transport what is left to do until timer J needs none (answered_requests.ts). */
  | "settle"
  | "end"
  | "tellTransportError";

export const nonInviteServer: StateTable<NonInviteServerState, NonInviteServerEvent, NonInviteServerEffect> =
  {
    trying: {
      request: "ignore",
      provisional: ["proceeding", "respond"],
      final: ["completed", "startJ", "respond", "settle"],
      timerJ: "never",
      // Nothing has been sent yet.
      transportError: "ignore",
    },
    proceeding: {
      request: ["proceeding", "repeat"],
      provisional: ["proceeding", "respond"],
      final: ["completed", "startJ", "respond", "settle"],
      timerJ: "never",
      transportError: ["terminated", "end", "tellTransportError"],
    },
    completed: {
      request: ["completed", "repeat"],
      provisional: "ignore",
      final: "ignore",
      timerJ: ["terminated", "end"],
      transportError: ["terminated", "end", "tellTransportError"],
    },
    // The record is in no table any more, and its timer is cancelled; its user may still answer.
    terminated: {
      request: "never",
      provisional: "ignore",
      final: "ignore",
      timerJ: "never",
      transportError: "never",
    },
  };
