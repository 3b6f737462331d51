// One parameter of a header value: `;name`, `;name=value`, `;name="quoted"` (RFC 3261 25.1 generic-param).

import { CLASS_TOKEN, CLASS_VALUE, skip, skipQuoted, skipSpace } from "./scan";

export let paramName: u32 = 0;
export let paramNameEnd: u32 = 0;
export let paramValue: u32 = 0; // 0 = the parameter has no value
export let paramValueEnd: u32 = 0; // quotes included

/** Reads the parameter whose `;` is at `at`. Address behind it and the white space after it, or 0 when malformed. */
export function readParam(at: u32): u32 {
  paramName = skipSpace(at + 1);
  paramNameEnd = skip(paramName, CLASS_TOKEN);
  paramValue = 0;
  if (paramNameEnd == paramName) return 0;
  at = skipSpace(paramNameEnd);
  if (load<u8>(at) != 0x3d) return at;
  paramValue = skipSpace(at + 1);
  paramValueEnd = load<u8>(paramValue) == 0x22 ? skipQuoted(paramValue + 1) : skip(paramValue, CLASS_VALUE);
  if (paramValueEnd == 0 || paramValueEnd == paramValue) return 0;
  return skipSpace(paramValueEnd);
}

/** Whether the value is a token, as tags and branches are. */
export function paramIsToken(): bool {
  return paramValue != 0 && skip(paramValue, CLASS_TOKEN) == paramValueEnd;
}

/** Whether a parameter that stands before this character, without white space, ends with it for sure. */
export function endsParam(character: u8): bool {
  return character == 0x3b || character == 0x0d || character == 0x2c;
}
