// The record of the SIP message in the window: its words, and its first fault.

import { clear64, clearRun } from "./copy";
import { SIP, SIP_CHAIN_COUNT, SIP_FAULT, SIP_FAULT_HEADER, SIP_FAULT_OFFSET, SIP_FIELDS } from "./layout";
import * as layout from "./layout";
import { windowStart } from "./window";

const RECORD_BYTES: u32 = (SIP_FIELDS + SIP_CHAIN_COUNT) << 2;

/** Empties the decoded fields and the chains. Lines need no clearing: a chain leads to written ones only. */
export function clearRecord(length: u32): void {
  // In a row, since addresses that the engine knows need no check.
  clear64(SIP);
  clear64(SIP + 64);
  clear64(SIP + 128);
  clear64(SIP + 192);
  clear64(SIP + 256);
  clear64(SIP + 320);
  clear64(SIP + 384);
  clear64(SIP + 448);
  clear64(SIP + 512);
  if (RECORD_BYTES != 576) clearRun(SIP + 576, RECORD_BYTES - 576);
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
  put(SIP_FAULT_OFFSET, at - windowStart());
}
