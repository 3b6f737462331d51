// RAck (RFC 3262 7.2).

import { HEADER_RACK } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import type { Cursor, Malformed } from "./cursor.ts";

export interface Rack {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

const limit = 0x7fffffff;

export function readRack(cursor: Cursor, value: Span): Rack | Malformed {
  cursor.open(value);
  const rseq = cursor.number(0xffffffff);
  const cseq = rseq < 0 ? -1 : cursor.number(limit);
  const method = cseq < 0 ? "" : cursor.token();
  return method === "" || !cursor.done() ? cursor.malformed(HEADER_RACK) : { rseq, cseq, method };
}
