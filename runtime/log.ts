// The structured log: one JSON object a line on standard error, written before the call returns, so that the last words
// of a process are not lost.

import { pino } from "pino";
import type { LogLevel } from "./config/config.ts";

const unsafe = /[\x7f-\x9f\u2028\u2029]/g;

/** What happened, `text` in sentence case, with its facts beside it. No user's SIP address and no SDP above debug. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Which one speaks, where there are several. */
  readonly shard?: number;
  /** Takes a line with its line feed; standard error when absent. */
  readonly write?: (line: string) => void;
}

/**
 * Whatever a peer's text in it, an entry is one line: JSON leaves DEL, C1 and the line and paragraph separators as they are, but terminals and
 * readers of logs may act on them.
 */
export function createLog({ level, shard, write }: LogOptions): Log {
  const destination = write === undefined ? standardError() : { write };
  return pino({
    level,
    base: shard === undefined ? null : { shard },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    messageKey: "text",
    hooks: { streamWrite: (line) => line.replace(unsafe, escapeUnit) },
  }, destination);
}

function standardError() {
  const destination = pino.destination({ fd: 2, sync: true });
  // Nobody reads standard error any more: the relay goes on without its log.
  destination.on("error", () => {});
  return destination;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
