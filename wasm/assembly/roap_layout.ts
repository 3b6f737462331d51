// The ROAP region in 32-bit words from ROAP. Untyped constants: AssemblyScript and TypeScript both compile this file.
//
//  words 0 … 15    what a read found out
//  words 16 … 39   one word a member, at ROAP_MEMBERS + MEMBER_*: a span, a number or a code
//  words 64 … 95   a word a member, at ROAP_ENTRIES + MEMBER_*: address of its entry among the names
//  byte 0x400      names of members, a hash table of 64 entries
//  byte 0xC00      texts of messageType and errorType, a list of 32 entries

export const ROAP_FAULT = 0;
export const ROAP_FAULT_OFFSET = 1;
export const ROAP_FAULT_MEMBER = 2; // MEMBER_*, 0 = none
export const ROAP_PRESENT = 3; // bit 1 << MEMBER_*: the member is there and neither null nor empty
export const ROAP_SEEN = 4; // bit 1 << MEMBER_*: its name was met
export const ROAP_LENGTH = 5; // bytes of the message
export const ROAP_MEMBERS = 16;
export const ROAP_WORDS = 48; // words that a read clears
export const ROAP_ENTRIES = 64;

export const MEMBER_MESSAGE_TYPE = 1;
export const MEMBER_OFFERER_SESSION_ID = 2;
export const MEMBER_ANSWERER_SESSION_ID = 3;
export const MEMBER_SEQ = 4;
export const MEMBER_TIE_BREAKER = 5;
export const MEMBER_MORE_COMING = 6;
export const MEMBER_ERROR_TYPE = 7;
export const MEMBER_STATUS = 8;
export const MEMBER_TO = 9;
export const MEMBER_FROM = 10;
export const MEMBER_SET_SESSION_TOKEN = 11;
export const MEMBER_SET_RESPONSE_TOKEN = 12;
export const MEMBER_SESSION_TOKEN = 13;
export const MEMBER_RESPONSE_TOKEN = 14;
export const MEMBER_SDP = 15;
export const MEMBER_CONTENT = 16;
// Members that only an envelope around a ROAP message has.
export const MEMBER_ROAP = 17;
export const MEMBER_ORIG = 18;
export const MEMBER_DEST = 19;
// Only written, never read.
export const MEMBER_REASON = 20;
// The caller's wish to stay unknown.
export const MEMBER_PRIVACY = 21;

// One entry of either table: the name padded with zeros, then its length, then what it stands for.
export const NAMES_OFFSET = 0x400;
export const NAMES_COUNT = 64;
export const VALUES_OFFSET = 0xc00;
export const VALUES_COUNT = 32;
export const ENTRY_SIZE = 32;
export const ENTRY_LENGTH = 24;
export const ENTRY_ID = 25;
export const ENTRY_SCOPE = 26;

// Set in the address after a written message that is not all ASCII. No address of OUTPUT reaches it.
export const ROAP_WIDE = 0x1000000;

// Where a member's name is known.
export const SCOPE_ANY = 0;
export const SCOPE_OUTER = 1; // the whole message
export const SCOPE_INNER = 2; // the object `roap` of an envelope
export const SCOPE_NONE = 3; // nowhere: it is only written
