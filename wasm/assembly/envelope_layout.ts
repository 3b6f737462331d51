// The intermediate message in 32-bit words from ENVELOPE. Untyped constants: AssemblyScript and TypeScript both compile this file.
//
//   common header   protocol phase name seq flags source target transaction
//   control header  key key key error-type status method
//   body            a span, carried unread

export const ENVELOPE_PROTOCOL = 0;
export const ENVELOPE_PHASE = 1;
export const ENVELOPE_NAME = 2; // ROAP_*, METHOD_* or, with FLAG_RESPONSE, a status
export const ENVELOPE_SEQ = 3; // with FLAG_SEQ
export const ENVELOPE_FLAGS = 4;
export const ENVELOPE_SOURCE = 5;
export const ENVELOPE_TARGET = 6;
export const ENVELOPE_TRANSACTION = 7;
export const ENVELOPE_KEY = 8; // three spans
export const ENVELOPE_ERROR_TYPE = 11;
export const ENVELOPE_STATUS = 12; // SIP status that goes with it, 0 = none
export const ENVELOPE_METHOD = 13; // METHOD_* of a request, or of the request that a response answers
export const ENVELOPE_BODY = 14;
export const ENVELOPE_WORDS = 16;
