// The structured log: one JSON object a line on standard error, written before the call returns, so that the last words
// of a process are not lost.

import { pino } from "pino";
import type { LogLevel } from "./config/config.ts";

/** What happened, `text` in sentence case, with its facts beside it. No user's SIP address and no SDP above debug. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** `shard`: which one speaks, where there are several. */
export function createLog({ level, shard }: { level: LogLevel; shard?: number }): Log {
  const destination = pino.destination({ fd: 2, sync: true });
  // Nobody reads standard error any more: the relay goes on without its log.
  destination.on("error", () => {});
  return pino({
    level,
    base: shard === undefined ? null : { shard },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    messageKey: "text",
  }, destination);
}
