// What the faults of a ROAP message mean: words for a person, and the status that its ERROR carries.

import * as codes from "./assembly/roap_codes.ts";
import type { Fault } from "./sip_fault.ts";

const faults = new Map<number, Fault>([
  [codes.FAULT_NOT_JSON, { text: "Not JSON", status: 400 }],
  [codes.FAULT_NOT_OBJECT, { text: "Not a JSON object", status: 400 }],
  [codes.FAULT_TRAILING_TEXT, { text: "Text after the JSON object", status: 400 }],
  [codes.FAULT_TOO_DEEP, { text: "JSON nested too deeply", status: 400 }],
  [codes.FAULT_BAD_ESCAPE, { text: "Malformed escape or half a surrogate pair", status: 400 }],
  [codes.FAULT_DUPLICATE_MEMBER, { text: "Repeated member", status: 400 }],
  [codes.FAULT_MISSING_MEMBER, { text: "Missing or empty member", status: 400 }],
  [codes.FAULT_MEMBER_TYPE, { text: "Value of the wrong type", status: 400 }],
  [codes.FAULT_MEMBER_NUMBER, { text: "Number malformed or out of range", status: 400 }],
  [codes.FAULT_MEMBER_TOO_LONG, { text: "Value too long", status: 400 }],
  [codes.FAULT_UNKNOWN_TYPE, { text: "Unknown message type", status: 400 }],
  [codes.FAULT_UNKNOWN_ERROR_TYPE, { text: "Unknown error type", status: 400 }],
]);

export function roapFault(code: number): Fault | undefined {
  return faults.get(code);
}
