// The relay's session tables with their limits.

import type { RelayTables } from "../core/relay/relay.ts";
import { BoundedTable } from "./tables.ts";

/** Calls that one process holds at a time; the other limits follow from it. */
export const CALL_LIMIT = 100_000;

/** Tables for `calls` calls: a call between two browsers has two SIP legs with two keys each, and two ROAP sessions. */
export function relayTables(calls = CALL_LIMIT, browsers = 100_000): RelayTables {
  return {
    feeds: new BoundedTable(browsers),
    sessions: new BoundedTable(2 * calls),
    calls: new BoundedTable(calls),
    legs: new BoundedTable(4 * calls),
    clients: new BoundedTable(4 * calls),
    servers: new BoundedTable(4 * calls),
    exchanges: new BoundedTable(10_000),
    transfers: new BoundedTable(1_000),
    queries: new BoundedTable(10_000),
  };
}
