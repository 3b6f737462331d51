// Writes ROAP messages into the output arena (draft-jennings-rtcweb-signaling-01), strict: members sorted, nothing optional.

import { ROAP_PUBLISH } from "./assembly/codes.ts";
import { TEXT, TEXT_SIZE } from "./assembly/layout.ts";
import { stageBody } from "./body.ts";
import { type Body, encodeAt, finishOutput, outputStart, type Written } from "./codec.ts";
import { writeRoap as write } from "./codec.wasm";
import { memberName } from "./roap.ts";

export interface RoapHead {
  /** ROAP_*. */
  readonly type: number;
  /** This and every other text: "" = absent. */
  readonly offererSessionId: string;
  readonly answererSessionId: string;
  /** 0 to 2^32-1. -1 = absent. */
  readonly seq: number;
  /** 0 to 2^32-1. -1 = absent. */
  readonly tieBreaker: number;
  /** Written when true. */
  readonly moreComing: boolean;
  /** ERROR_TYPE_*. 0 = absent. */
  readonly errorType: number;
  /** SIP status. 0 = absent. */
  readonly status: number;
  /** Any text. */
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  readonly sessionToken: string;
  readonly responseToken: string;
}

const notUtf8 = 0;
const full = -1;
const brokenField = -100;

/**
 * Writes one message. The body becomes `sdp`, in INFO, MESSAGE, SUBSCRIBE, NOTIFY and PUBLISH `content`; undefined: it is
 * no UTF-8, so that JSON cannot carry it. Throws RangeError when the arena is full or a number is out of range, Error when
 * a text other than the reason has a control character: both are our own mistakes.
 */
export function writeRoap(head: RoapHead, body: Body): Written | undefined {
  refuseNumbers(head);
  const fields = encodeAt(
    TEXT,
    TEXT_SIZE,
    `${head.answererSessionId}\n${head.from}\n${head.offererSessionId}\n${head.responseToken}\n${head.sessionToken}\n${head.to}`,
  );
  const reason = head.reason === "" ? 0 : encodeAt(TEXT + fields, TEXT_SIZE - fields, head.reason);
  const { address, length } = stageBody(body);
  const end = write(
    outputStart(),
    head.type,
    head.seq,
    head.tieBreaker,
    head.moreComing ? 1 : 0,
    head.errorType,
    head.status,
    fields,
    reason,
    address,
    length,
  );
  if (end > 0) return finishOutput(end);
  if (end === notUtf8) return undefined;
  if (end === full) throw new RangeError("Output arena is full");
  throw new Error(`Control character in field ${memberName(brokenField - end)}`);
}

/** A number outside its range would be written as another one. */
function refuseNumbers(head: RoapHead): void {
  if (!(head.type >= 1 && head.type <= ROAP_PUBLISH)) throw new RangeError(`Message type ${head.type}`);
  if (!(head.errorType >= 0 && head.errorType <= 6)) throw new RangeError(`Error type ${head.errorType}`);
  if (!(head.status >= 0 && head.status <= 699)) throw new RangeError(`Status ${head.status}`);
  if (!(head.seq >= -1 && head.seq <= 0xffffffff)) throw new RangeError(`seq ${head.seq}`);
  if (!(head.tieBreaker >= -1 && head.tieBreaker <= 0xffffffff)) {
    throw new RangeError(`tieBreaker ${head.tieBreaker}`);
  }
}
