// What the table of header fields says of each. Untyped constants: AssemblyScript and TypeScript both compile this file.

// How often a header may occur (RFC 3261 7.3.1).
export const OCCURS_ONCE = 1; // a second line is a fault: somebody acts on the value
export const OCCURS_FIRST = 2; // once by its grammar, but nobody acts on it: later lines are passed over
export const OCCURS_LINES = 3; // on many lines, one value each: a comma is part of the value
export const OCCURS_LIST = 4; // on many lines, and comma-joined

// Who decodes a value. READER: sip.read does, or part of it; the others on demand, each a file of wasm/headers/.
export const DECODE_READER = 1;
export const DECODE_TEXT = 2; // as it stands
export const DECODE_NUMBER = 3;
export const DECODE_VALUE = 4; // anything with parameters: value.ts
export const DECODE_ADDRESS = 5;
export const DECODE_CHALLENGE = 6;
export const DECODE_DATE = 7;
export const DECODE_EVENT = 8;
export const DECODE_RACK = 9;
export const DECODE_REASON = 10;
export const DECODE_REPLACES = 11;
export const DECODE_RETRY_AFTER = 12;
export const DECODE_SESSION_EXPIRES = 13;
export const DECODE_SUBSCRIPTION_STATE = 14;
export const DECODE_WARNING = 15;
