// What a request has to pass whoever it is for, with the answer to one that does not (RFC 3261 sections 8.2.1 to 8.2.3 and 12.2.2).

import {
  METHOD_BYE,
  METHOD_CANCEL,
  METHOD_INVITE,
  METHOD_OPTIONS,
  METHOD_OTHER,
  METHOD_PRACK,
  METHOD_REGISTER,
  METHOD_UPDATE,
  SCHEME_OTHER,
  SCHEME_SIPS,
} from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import { isProtected } from "../hop.ts";
import { acceptLine, allowLine } from "./allow.ts";
import { bodyRefusal, contentRefusal } from "./content.ts";
import type { Dialog } from "./dialog.ts";
import { isBeside } from "./own_request.ts";
import { unsupported } from "./required.ts";
import type { Response } from "./transaction/response.ts";
import type { ServerTransaction } from "./transaction/server_transaction.ts";

/** Sections 8.2.1 to 8.2.3: what a request of any kind has to pass. */
export function examine(transaction: ServerTransaction): Response | undefined {
  const { method } = transaction;
  if (method === METHOD_OTHER) return { status: 501, lines: [allowLine] };
  if (method === METHOD_CANCEL) return undefined;
  if (sip.requestScheme === SCHEME_OTHER) return { status: 416 };
  if (sip.requestScheme === SCHEME_SIPS && !isProtected(transaction.source.transport)) {
    return { status: 416, lines: ['Warning: 399 ropeway "A sips target wants TLS on its whole way"'] };
  }
  if (sip.maxForwards === 0 && method !== METHOD_OPTIONS && method !== METHOD_REGISTER) {
    return { status: 483 };
  }
  const unknown = unsupported(method);
  if (unknown.length > 0) return { status: 420, lines: [`Unsupported: ${unknown.join(", ")}`] };
  return undefined;
}

/** What needs no leg to be answered. */
export function examineInside(dialog: Dialog, method: number): Response | undefined {
  if (dialog.remoteSeq >= 0 && sip.cseq <= dialog.remoteSeq) return { status: 500 };
  dialog.remoteSeq = sip.cseq;
  if (method === METHOD_OPTIONS) return { status: 200, lines: [allowLine, acceptLine] };
  if (method === METHOD_INVITE) return contentRefusal();
  if (sip.body !== 0 && (method === METHOD_PRACK || method === METHOD_UPDATE)) return bodyRefusal();
  const isServed = method === METHOD_BYE || isBeside(method) || method === METHOD_PRACK ||
    method === METHOD_UPDATE;
  return isServed ? undefined : { status: 405, lines: [allowLine] };
}
