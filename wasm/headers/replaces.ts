// Replaces (RFC 3891 6.1), Join (RFC 3911) and Target-Dialog (RFC 4538): a dialog, named by the one who sees it from outside.

import { HEADER_TARGET_DIALOG } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import type { Cursor, Malformed } from "./cursor.ts";

export interface Replaces {
  readonly callId: string;
  /** The tag of the end that gets the header; of Target-Dialog `local-tag`. */
  readonly toTag: string;
  /** Of Target-Dialog `remote-tag`. */
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

/** `header`: which of the three. */
export function readReplaces(cursor: Cursor, header: number, value: Span): Replaces | Malformed {
  cursor.open(value);
  const id = cursor.callId();
  const found = id === "" ? undefined : cursor.params();
  const isTarget = header === HEADER_TARGET_DIALOG;
  const toTag = found?.get(isTarget ? "local-tag" : "to-tag") ?? "";
  const fromTag = found?.get(isTarget ? "remote-tag" : "from-tag") ?? "";
  if (found === undefined || toTag === "" || fromTag === "") return cursor.malformed(header);
  return { callId: id, toTag, fromTag, earlyOnly: found.has("early-only") };
}
