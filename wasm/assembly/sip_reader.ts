import { FAULT_EMPTY, FAULT_TOO_LONG } from "./codes";

export function readSip(length: i32): i32 {
  if (length < 0 || length > 65536) return FAULT_TOO_LONG;
  return FAULT_EMPTY;
}
