// What a fault of any reader means, in words and as a SIP status.

import { roapFault } from "./roap_fault.ts";
import { type Fault, sipFault } from "./sip_fault.ts";

/** What a FAULT_* means, in words. */
export function faultText(code: number): string {
  return fault(code)?.text ?? `Unknown fault ${code}`;
}

/** The SIP status that a request with this fault gets. 0 = cannot be answered. */
export function faultStatus(code: number): number {
  return fault(code)?.status ?? 0;
}

function fault(code: number): Fault | undefined {
  return sipFault(code) ?? roapFault(code);
}
