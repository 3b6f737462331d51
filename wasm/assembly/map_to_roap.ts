// What a SIP message is in ROAP: total tables, a row for each kind of message, a column for each context.
//
// A cell is ROAP_*, or 0 where there is no counterpart.

import * as code from "./codes";
import * as layout from "./envelope_layout";
import { cell, CONTEXTS, get, set, setPhase } from "./envelope";
import { errorTypeOf } from "./error_type";
import * as roap from "./roap_codes";

const WAITING: u16 = <u16> roap.ROAP_WAITING;
const RINGING: u16 = <u16> roap.ROAP_RINGING;
const OFFER: u16 = <u16> roap.ROAP_OFFER;
const ANSWER: u16 = <u16> roap.ROAP_ANSWER;
const OK: u16 = <u16> roap.ROAP_OK;
const SHUTDOWN: u16 = <u16> roap.ROAP_SHUTDOWN;
const ERROR: u16 = <u16> roap.ROAP_ERROR;
const INFO: u16 = <u16> roap.ROAP_INFO;
const MESSAGE: u16 = <u16> roap.ROAP_MESSAGE;
const SUBSCRIBE: u16 = <u16> roap.ROAP_SUBSCRIBE;
const NOTIFY: u16 = <u16> roap.ROAP_NOTIFY;
const PUBLISH: u16 = <u16> roap.ROAP_PUBLISH;
const REFER: u16 = <u16> roap.ROAP_REFER;
/** An ANSWER that is not the last. */
const PROVISIONAL: u16 = 0x100 | <u16> roap.ROAP_ANSWER;

// Requests that carry no body. One without a session description asks for nothing that ROAP has, UPDATE refreshes a timer.
// deno-fmt-ignore
const fromRequest: usize = memory.data<u16>([
  /* INVITE    */ 0,          0,          0,          0,          0,
  /* ACK       */ 0,          0,          0,          OK,         0,
  /* BYE       */ 0,          SHUTDOWN,   SHUTDOWN,   SHUTDOWN,   0,
  /* CANCEL    */ 0,          0,          SHUTDOWN,   0,          0,
  /* REGISTER  */ 0,          0,          0,          0,          0,
  /* OPTIONS   */ 0,          0,          0,          0,          0,
  /* INFO      */ 0,          INFO,       INFO,       INFO,       0,
  /* PRACK     */ 0,          0,          0,          0,          0,
  /* UPDATE    */ 0,          0,          0,          0,          0,
  /* MESSAGE   */ MESSAGE,    MESSAGE,    MESSAGE,    MESSAGE,    0,
  /* SUBSCRIBE */ SUBSCRIBE,  SUBSCRIBE,  SUBSCRIBE,  SUBSCRIBE,  0,
  /* NOTIFY    */ NOTIFY,     NOTIFY,     NOTIFY,     NOTIFY,     0,
  /* PUBLISH   */ PUBLISH,    PUBLISH,    PUBLISH,    PUBLISH,    0,
  /* REFER     */ 0,          REFER,      REFER,      REFER,      0,
  /* other     */ 0,          0,          0,          0,          0,
]);

// The same with a body. A body in ACK or PRACK is the answer to an offer that the INVITE asked for.
// deno-fmt-ignore
const fromRequestWithBody: usize = memory.data<u16>([
  /* INVITE    */ OFFER,      0,          0,          OFFER,      0,
  /* ACK       */ 0,          0,          0,          ANSWER,     0,
  /* BYE       */ 0,          SHUTDOWN,   SHUTDOWN,   SHUTDOWN,   0,
  /* CANCEL    */ 0,          0,          SHUTDOWN,   0,          0,
  /* REGISTER  */ 0,          0,          0,          0,          0,
  /* OPTIONS   */ 0,          0,          0,          0,          0,
  /* INFO      */ 0,          INFO,       INFO,       INFO,       0,
  /* PRACK     */ 0,          0,          ANSWER,     0,          0,
  /* UPDATE    */ 0,          OFFER,      OFFER,      OFFER,      0,
  /* MESSAGE   */ MESSAGE,    MESSAGE,    MESSAGE,    MESSAGE,    0,
  /* SUBSCRIBE */ SUBSCRIBE,  SUBSCRIBE,  SUBSCRIBE,  SUBSCRIBE,  0,
  /* NOTIFY    */ NOTIFY,     NOTIFY,     NOTIFY,     NOTIFY,     0,
  /* PUBLISH   */ PUBLISH,    PUBLISH,    PUBLISH,    PUBLISH,    0,
  /* REFER     */ 0,          REFER,      REFER,      REFER,      0,
  /* other     */ 0,          0,          0,          0,          0,
]);

// Responses: kinds of request that ROAP sees the answer of, each with its rows of responseRow().
const KIND_NONE: i32 = 0;
const KIND_INVITE: i32 = 1;
const KIND_UPDATE: i32 = 2;
const KIND_PRACK: i32 = 3;
const KIND_BYE: i32 = 4;
const KIND_PAGE: i32 = 5;
const ROWS: i32 = 7;
// deno-fmt-ignore
const fromResponse: usize = memory.data<u16>([
  /* none    waiting        */ 0,     0,           0,           0,           0,
  /*         ringing        */ 0,     0,           0,           0,           0,
  /*         1xx            */ 0,     0,           0,           0,           0,
  /*         1xx with body  */ 0,     0,           0,           0,           0,
  /*         2xx            */ 0,     0,           0,           0,           0,
  /*         2xx with body  */ 0,     0,           0,           0,           0,
  /*         failure        */ 0,     0,           0,           0,           0,
  /* INVITE  waiting        */ 0,     WAITING,     0,           0,           0,
  /*         ringing        */ 0,     RINGING,     0,           0,           0,
  /*         1xx            */ 0,     0,           0,           0,           0,
  /*         1xx with body  */ 0,     PROVISIONAL, 0,           PROVISIONAL, 0,
  /*         2xx            */ 0,     ANSWER,      0,           ANSWER,      0,
  /*         2xx with body  */ 0,     ANSWER,      0,           ANSWER,      0,
  /*         failure        */ 0,     ERROR,       0,           ERROR,       OK,
  /* UPDATE  waiting        */ 0,     0,           0,           0,           0,
  /*         ringing        */ 0,     0,           0,           0,           0,
  /*         1xx            */ 0,     0,           0,           0,           0,
  /*         1xx with body  */ 0,     0,           0,           0,           0,
  /*         2xx            */ 0,     0,           0,           0,           0,
  /*         2xx with body  */ 0,     ANSWER,      ANSWER,      ANSWER,      0,
  /*         failure        */ 0,     ERROR,       ERROR,       ERROR,       0,
  /* PRACK   waiting        */ 0,     0,           0,           0,           0,
  /*         ringing        */ 0,     0,           0,           0,           0,
  /*         1xx            */ 0,     0,           0,           0,           0,
  /*         1xx with body  */ 0,     0,           0,           0,           0,
  /*         2xx            */ 0,     OK,          0,           0,           0,
  /*         2xx with body  */ 0,     ANSWER,      0,           0,           0,
  /*         failure        */ 0,     ERROR,       0,           0,           0,
  /* BYE     waiting        */ 0,     0,           0,           0,           0,
  /*         ringing        */ 0,     0,           0,           0,           0,
  /*         1xx            */ 0,     0,           0,           0,           0,
  /*         1xx with body  */ 0,     0,           0,           0,           0,
  /*         2xx            */ 0,     0,           0,           OK,          OK,
  /*         2xx with body  */ 0,     0,           0,           OK,          OK,
  /*         failure        */ 0,     0,           0,           OK,          OK,
  /* page    waiting        */ 0,     0,           0,           0,           0,
  /*         ringing        */ 0,     0,           0,           0,           0,
  /*         1xx            */ 0,     0,           0,           0,           0,
  /*         1xx with body  */ 0,     0,           0,           0,           0,
  /*         2xx            */ OK,    OK,          OK,          OK,          0,
  /*         2xx with body  */ OK,    OK,          OK,          OK,          0,
  /*         failure        */ ERROR, ERROR,       ERROR,       ERROR,       0,
]);

/** Turns a SIP envelope into a ROAP one. 0 = it has no counterpart in this context, and stays as it is. */
export function mapToRoap(context: i32): i32 {
  if (get(layout.ENVELOPE_PROTOCOL) != roap.PROTOCOL_SIP || <u32> context >= <u32> CONTEXTS) return 0;
  const flags = get(layout.ENVELOPE_FLAGS);
  const method = <i32> get(layout.ENVELOPE_METHOD);
  if (method < code.METHOD_INVITE || method > code.METHOD_OTHER) return 0;
  const hasBody = (flags & roap.FLAG_BODY) != 0;
  let name: i32;
  if ((flags & roap.FLAG_RESPONSE) != 0) {
    const row = responseRow(get(layout.ENVELOPE_NAME), hasBody);
    name = cell(fromResponse, kindOf(method) * ROWS + row, context);
  } else {
    name = cell(hasBody ? fromRequestWithBody : fromRequest, method - 1, context);
  }
  if (name == 0) return 0;
  const provisional = name == <i32> PROVISIONAL;
  if (provisional) name = roap.ROAP_ANSWER;
  const kept = flags & (roap.FLAG_BODY | roap.FLAG_SEQ);
  set(layout.ENVELOPE_PROTOCOL, roap.PROTOCOL_ROAP);
  set(layout.ENVELOPE_NAME, name);
  set(layout.ENVELOPE_FLAGS, provisional ? kept | roap.FLAG_MORE_COMING : kept);
  const failed = name == roap.ROAP_ERROR;
  set(layout.ENVELOPE_ERROR_TYPE, failed ? errorTypeOf(get(layout.ENVELOPE_STATUS)) : 0);
  const closed = name == roap.ROAP_OK && method == code.METHOD_BYE;
  setPhase(context, closed || name == roap.ROAP_SHUTDOWN || (failed && context != roap.CONTEXT_ESTABLISHED));
  return 1;
}

function kindOf(method: i32): i32 {
  switch (method) {
    case code.METHOD_INVITE:
      return KIND_INVITE;
    case code.METHOD_UPDATE:
      return KIND_UPDATE;
    case code.METHOD_PRACK:
      return KIND_PRACK;
    case code.METHOD_BYE:
      return KIND_BYE;
    case code.METHOD_INFO:
    case code.METHOD_MESSAGE:
    case code.METHOD_SUBSCRIBE:
    case code.METHOD_NOTIFY:
    case code.METHOD_PUBLISH:
    case code.METHOD_REFER:
      return KIND_PAGE;
    default:
      return KIND_NONE;
  }
}

/** 199 ends an early dialog and 100 has no body worth a look; 181 to 183 without body say that the call goes on. */
function responseRow(status: i32, hasBody: bool): i32 {
  if (status >= 300) return 6;
  if (status >= 200) return hasBody ? 5 : 4;
  if (hasBody && status != 100 && status != 199) return 3;
  if (status == 180) return 1;
  return status == 100 || (status >= 181 && status <= 183) ? 0 : 2;
}
