// Replaces (RFC 3891 6.1), Join (RFC 3911) and Target-Dialog (RFC 4538): a dialog, named by the one who sees it from outside.

import { HEADER_TARGET_DIALOG } from "../assembly/codes.ts";
import type { Span } from "../codec.ts";
import { callId, type Malformed, malformed, open, params } from "./cursor.ts";

export interface Replaces {
  readonly callId: string;
  /** The tag of the end that gets the header; of Target-Dialog `local-tag`. */
  readonly toTag: string;
  /** Of Target-Dialog `remote-tag`. */
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

/** `header`: which of the three. */
export function readReplaces(header: number, value: Span): Replaces | Malformed {
  open(value);
  const id = callId();
  const found = id === "" ? undefined : params();
  const isTarget = header === HEADER_TARGET_DIALOG;
  const toTag = found?.get(isTarget ? "local-tag" : "to-tag") ?? "";
  const fromTag = found?.get(isTarget ? "remote-tag" : "from-tag") ?? "";
  if (found === undefined || toTag === "" || fromTag === "") return malformed(header);
  return { callId: id, toTag, fromTag, earlyOnly: found.has("early-only") };
}
