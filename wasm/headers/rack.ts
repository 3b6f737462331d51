// RAck (RFC 3262 7.2).

import { HEADER_RACK } from "../assembly/codes.ts";
import type { Span } from "../codec.ts";
import { done, type Malformed, malformed, number, open, token } from "./cursor.ts";

export interface Rack {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

const limit = 0x7fffffff;

export function readRack(value: Span): Rack | Malformed {
  open(value);
  const rseq = number(0xffffffff);
  const cseq = rseq < 0 ? -1 : number(limit);
  const method = cseq < 0 ? "" : token();
  return method === "" || !done() ? malformed(HEADER_RACK) : { rseq, cseq, method };
}
