// The record of the SIP message in the window: its words, and its first fault.

import { clearRun } from "./copy";
import {
  INPUT,
  SIP,
  SIP_CHAIN_COUNT,
  SIP_FAULT,
  SIP_FAULT_HEADER,
  SIP_FAULT_OFFSET,
  SIP_FIELDS,
} from "./layout";
import * as layout from "./layout";

/** Empties the decoded fields and the chains. Lines need no clearing: a chain leads to written ones only. */
export function clearRecord(length: u32): void {
  clearRun(SIP, (SIP_FIELDS + SIP_CHAIN_COUNT) << 2);
  put(layout.SIP_LENGTH, length);
  put(layout.SIP_MAX_FORWARDS, -1);
  put(layout.SIP_EXPIRES, -1);
  put(layout.SIP_CONTACT_EXPIRES, -1);
  put(layout.SIP_CONTENT_LENGTH, -1);
}

export function put(word: u32, value: u32): void {
  store<u32>(SIP + (word << 2), value);
}

export function field(word: u32): u32 {
  return load<u32>(SIP + (word << 2));
}

/** Keeps the first fault: its code, the header it is in (0 = none) and where. */
export function fault(code: u32, header: u32, at: u32): void {
  if (field(SIP_FAULT) != 0) return;
  put(SIP_FAULT, code);
  put(SIP_FAULT_HEADER, header);
  put(SIP_FAULT_OFFSET, at - INPUT);
}
