// What a ROAP message is in SIP: a total table, a row for each kind of message, a column for each context.
//
// A cell is METHOD_* of a request, the status of a response (100 and more), or 0 where there is no counterpart.

import * as code from "./codes";
import * as layout from "./envelope_layout";
import { cell, CONTEXTS, get, set, setPhase } from "./envelope";
import { statusOfError } from "./error_type";
import * as roap from "./roap_codes";

const INVITE: u16 = <u16> code.METHOD_INVITE;
const ACK: u16 = <u16> code.METHOD_ACK;
const BYE: u16 = <u16> code.METHOD_BYE;
const CANCEL: u16 = <u16> code.METHOD_CANCEL;
const UPDATE: u16 = <u16> code.METHOD_UPDATE;
const PRACK: u16 = <u16> code.METHOD_PRACK;
const INFO: u16 = <u16> code.METHOD_INFO;
const MESSAGE: u16 = <u16> code.METHOD_MESSAGE;
const SUBSCRIBE: u16 = <u16> code.METHOD_SUBSCRIBE;
const NOTIFY: u16 = <u16> code.METHOD_NOTIFY;
const PUBLISH: u16 = <u16> code.METHOD_PUBLISH;
const REFER: u16 = <u16> code.METHOD_REFER;
/** The status that the error type stands for. */
const FAILURE: u16 = 0xffff;

const MORE_COMING_ROW: i32 = roap.ROAP_REFER;

// Contexts:     none       called     calling    established ending
// deno-fmt-ignore
const fromRoap: usize = memory.data<u16>([
  /* OFFER     */ INVITE,    UPDATE,    UPDATE,    INVITE,    0,
  /* ANSWER    */ 0,         200,       200,       200,       0,
  /* OK        */ 0,         0,         0,         ACK,       200,
  /* SHUTDOWN  */ 0,         CANCEL,    603,       BYE,       0,
  /* ERROR     */ 0,         FAILURE,   FAILURE,   FAILURE,   0,
  /* WAITING   */ 0,         0,         100,       0,         0,
  /* RINGING   */ 0,         0,         180,       0,         0,
  /* PRANSWER  */ 0,         PRACK,     183,       183,       0,
  /* CANDIDATE */ 0,         INFO,      INFO,      INFO,      0,
  /* INFO      */ 0,         INFO,      INFO,      INFO,      0,
  /* MESSAGE   */ MESSAGE,   MESSAGE,   MESSAGE,   MESSAGE,   0,
  /* SUBSCRIBE */ SUBSCRIBE, SUBSCRIBE, SUBSCRIBE, SUBSCRIBE, 0,
  /* NOTIFY    */ NOTIFY,    NOTIFY,    NOTIFY,    NOTIFY,    0,
  /* PUBLISH   */ PUBLISH,   PUBLISH,   PUBLISH,   PUBLISH,   0,
  /* OFFER_REQUEST */ 0,     0,         0,         0,         0,
  /* REFER     */ 0,         REFER,     REFER,     REFER,     0,
  /* ANSWER, more coming */ 0, 0,       183,       183,       0,
]);

/** Turns a ROAP envelope into a SIP one. 0 = it has no counterpart in this context, and stays as it is. */
export function mapToSip(context: i32): i32 {
  if (get(layout.ENVELOPE_PROTOCOL) != roap.PROTOCOL_ROAP || <u32> context >= <u32> CONTEXTS) return 0;
  const type = <i32> get(layout.ENVELOPE_NAME);
  if (type < roap.ROAP_OFFER || type > roap.ROAP_REFER) return 0;
  const flags = get(layout.ENVELOPE_FLAGS);
  const provisional = type == roap.ROAP_ANSWER && (flags & roap.FLAG_MORE_COMING) != 0;
  let name = cell(fromRoap, provisional ? MORE_COMING_ROW : type - 1, context);
  if (name == 0) return 0;
  if (name == <i32> FAILURE) {
    name = statusOfError(get(layout.ENVELOPE_ERROR_TYPE), get(layout.ENVELOPE_STATUS));
    if (name == 0) return 0;
  }
  const isResponse = name >= 100;
  set(layout.ENVELOPE_PROTOCOL, roap.PROTOCOL_SIP);
  set(layout.ENVELOPE_NAME, name);
  set(layout.ENVELOPE_STATUS, isResponse ? name : 0);
  set(layout.ENVELOPE_METHOD, isResponse ? answered(type, context) : name);
  if (isResponse) set(layout.ENVELOPE_FLAGS, flags | roap.FLAG_RESPONSE);
  const ends = name == code.METHOD_BYE || name == code.METHOD_CANCEL || (isResponse && name >= 300);
  setPhase(context, ends && !(type == roap.ROAP_ERROR && context == roap.CONTEXT_ESTABLISHED));
  return 1;
}

/** The request that a response made of this ROAP message answers. */
function answered(type: i32, context: i32): i32 {
  if (type == roap.ROAP_OK) return code.METHOD_BYE;
  // The one offer that comes to a called leg before its INVITE is answered is an UPDATE's.
  return context == roap.CONTEXT_EARLY_CALLED ? code.METHOD_UPDATE : code.METHOD_INVITE;
}
