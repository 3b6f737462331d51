// The non-INVITE client transaction: RFC 3261 section 17.1.2.
//
//          │ request sent
//     ┌────▼───┐ 1xx  ┌────────────┐
//     │ trying ├─────►│ proceeding │
//     └─┬────┬─┘      └─┬────────┬─┘
//       │    │ 200–699  │        │ timer F, transport error
//       │  ┌─▼──────────▼─┐    ┌─▼──────────┐
//       │  │  completed   ├───►│ terminated │
//       │  └──────────────┘ K  └─▲──────────┘
//       └────────────────────────┘ timer F, transport error
//
// Timer K has the record end at once: repeats are taken without one (client_transactions.ts).

import type { StateTable } from "../../machine/table.ts";

export type NonInviteClientState = "trying" | "proceeding" | "completed" | "terminated";

export type NonInviteClientEvent =
  | "provisional"
  | "final"
  | "timerE"
  | "timerF"
  | "timerK"
  | "transportError";

export type NonInviteClientEffect =
  | "repeat"
  | "restartE"
  /** From now on timer E is T2. */
  | "restartEAtT2"
  | "stopTimers"
  | "startK"
  | "end"
  | "tellResponse"
  | "tellTimeout"
  | "tellTransportError";

export const nonInviteClient: StateTable<NonInviteClientState, NonInviteClientEvent, NonInviteClientEffect> =
  {
    trying: {
      provisional: ["proceeding", "tellResponse"],
      final: ["completed", "stopTimers", "startK", "tellResponse"],
      timerE: ["trying", "repeat", "restartE"],
      timerF: ["terminated", "end", "tellTimeout"],
      timerK: "never",
      transportError: ["terminated", "end", "tellTransportError"],
    },
    proceeding: {
      provisional: ["proceeding", "tellResponse"],
      final: ["completed", "stopTimers", "startK", "tellResponse"],
      timerE: ["proceeding", "repeat", "restartEAtT2"],
      timerF: ["terminated", "end", "tellTimeout"],
      timerK: "never",
      transportError: ["terminated", "end", "tellTransportError"],
    },
    completed: {
      provisional: "ignore",
      final: "ignore",
      timerE: "never",
      timerF: "never",
      timerK: ["terminated", "end"],
      // A late report about a request that was answered.
      transportError: "ignore",
    },
    // The record is in no table any more, and its timers are cancelled.
    terminated: {
      provisional: "never",
      final: "never",
      timerE: "never",
      timerF: "never",
      timerK: "never",
      transportError: "never",
    },
  };
