// Fills the intermediate message from what a reader has just read.

import { METHOD_ACK, METHOD_BYE, METHOD_CANCEL } from "./codes";
import { clear64 } from "./copy";
import * as layout from "./envelope_layout";
import { ENVELOPE, ROAP, SIP } from "./layout";
import * as sip from "./layout";
import * as code from "./roap_codes";
import * as roap from "./roap_layout";

/** Called once a ROAP message is read; after a fault there is no envelope. */
export function envelopeFromRoap(): void {
  clear64(ENVELOPE);
  if (load<u32>(ROAP, roap.ROAP_FAULT << 2) != 0) return;
  const type = roapWord(roap.MEMBER_MESSAGE_TYPE);
  const offerer = roapWord(roap.MEMBER_OFFERER_SESSION_ID);
  const answerer = roapWord(roap.MEMBER_ANSWERER_SESSION_ID);
  const sdp = roapWord(roap.MEMBER_SDP);
  const body = sdp != 0 ? sdp : roapWord(roap.MEMBER_CONTENT);
  const hasSeq = (load<u32>(ROAP, roap.ROAP_PRESENT << 2) & (1 << roap.MEMBER_SEQ)) != 0;
  let flags: u32 = body != 0 ? code.FLAG_BODY : 0;
  if (hasSeq) flags |= code.FLAG_SEQ;
  if (roapWord(roap.MEMBER_MORE_COMING) != 0) flags |= code.FLAG_MORE_COMING;
  let phase: u32 = answerer == 0 ? code.PHASE_BEGIN : code.PHASE_CONTINUE;
  if (type == code.ROAP_SHUTDOWN) phase = code.PHASE_END;
  set(layout.ENVELOPE_PROTOCOL, code.PROTOCOL_ROAP);
  set(layout.ENVELOPE_PHASE, phase);
  set(layout.ENVELOPE_NAME, type);
  set(layout.ENVELOPE_SEQ, roapWord(roap.MEMBER_SEQ));
  set(layout.ENVELOPE_FLAGS, flags);
  set(layout.ENVELOPE_SOURCE, roapWord(roap.MEMBER_FROM));
  set(layout.ENVELOPE_TARGET, roapWord(roap.MEMBER_TO));
  set(layout.ENVELOPE_TRANSACTION, offerer);
  set(layout.ENVELOPE_KEY, offerer);
  set(layout.ENVELOPE_KEY + 1, answerer);
  set(layout.ENVELOPE_ERROR_TYPE, roapWord(roap.MEMBER_ERROR_TYPE));
  set(layout.ENVELOPE_STATUS, roapWord(roap.MEMBER_STATUS));
  set(layout.ENVELOPE_BODY, body);
}

/** Called once a SIP message is read; after a fault there is no envelope. */
export function envelopeFromSip(): void {
  clear64(ENVELOPE);
  if (sipWord(sip.SIP_FAULT) != 0) return;
  const isRequest = sipWord(sip.SIP_IS_REQUEST) != 0;
  const method = sipWord(sip.SIP_METHOD);
  const body = sipWord(sip.SIP_BODY);
  let flags: u32 = code.FLAG_SEQ;
  if (body != 0) flags |= code.FLAG_BODY;
  if (!isRequest) flags |= code.FLAG_RESPONSE;
  let phase: u32 = code.PHASE_CONTINUE;
  if (method == METHOD_BYE || method == METHOD_CANCEL) phase = code.PHASE_END;
  else if (isRequest && sipWord(sip.SIP_TO_TAG) == 0 && method != METHOD_ACK) phase = code.PHASE_BEGIN;
  set(layout.ENVELOPE_PROTOCOL, code.PROTOCOL_SIP);
  set(layout.ENVELOPE_PHASE, phase);
  set(layout.ENVELOPE_NAME, isRequest ? method : sipWord(sip.SIP_STATUS));
  set(layout.ENVELOPE_SEQ, sipWord(sip.SIP_CSEQ));
  set(layout.ENVELOPE_FLAGS, flags);
  set(layout.ENVELOPE_SOURCE, sipWord(sip.SIP_FROM_URI));
  set(layout.ENVELOPE_TARGET, sipWord(sip.SIP_TO_URI));
  set(layout.ENVELOPE_TRANSACTION, sipWord(sip.SIP_BRANCH));
  set(layout.ENVELOPE_KEY, sipWord(sip.SIP_CALL_ID));
  set(layout.ENVELOPE_KEY + 1, sipWord(sip.SIP_FROM_TAG));
  set(layout.ENVELOPE_KEY + 2, sipWord(sip.SIP_TO_TAG));
  set(layout.ENVELOPE_STATUS, isRequest ? 0 : sipWord(sip.SIP_STATUS));
  set(layout.ENVELOPE_METHOD, method);
  set(layout.ENVELOPE_BODY, body);
}

export function set(word: i32, value: u32): void {
  store<u32>(ENVELOPE + (word << 2), value);
}

export function get(word: i32): u32 {
  return load<u32>(ENVELOPE + (word << 2));
}

/** Contexts that a mapping table has a column for. */
export const CONTEXTS: i32 = 5;

export function cell(table: usize, row: i32, context: i32): i32 {
  return <i32> load<u16>(table + ((row * CONTEXTS + context) << 1));
}

/** Phase of a message in the other dialect. */
export function setPhase(context: i32, ends: bool): void {
  let phase: u32 = code.PHASE_CONTINUE;
  if (ends || context == code.CONTEXT_ENDING) phase = code.PHASE_END;
  else if (context == code.CONTEXT_NONE) phase = code.PHASE_BEGIN;
  set(layout.ENVELOPE_PHASE, phase);
}

function roapWord(member: i32): u32 {
  return load<u32>(ROAP + ((roap.ROAP_MEMBERS + member) << 2));
}

function sipWord(word: i32): u32 {
  return load<u32>(SIP + (word << 2));
}
