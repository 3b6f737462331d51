// The first fault of a ROAP message: what, where, in which member. Later ones are not looked at.

import { ROAP } from "./layout";
import { ROAP_FAULT, ROAP_FAULT_MEMBER, ROAP_FAULT_OFFSET } from "./roap_layout";
import { windowStart } from "./window";

/** Member whose value is being read, 0 = none of the known ones. */
let member: i32 = 0;

export function setMember(id: i32): void {
  member = id;
}

/** Notes a fault at an address. Always 0, so that a reader of a value can return it as "no next address". */
export function refuse(code: i32, at: i32): i32 {
  if (load<u32>(ROAP, ROAP_FAULT << 2) == 0) {
    store<u32>(ROAP, code, ROAP_FAULT << 2);
    store<u32>(ROAP, <u32> at - windowStart(), ROAP_FAULT_OFFSET << 2);
    store<u32>(ROAP, member, ROAP_FAULT_MEMBER << 2);
  }
  return 0;
}
