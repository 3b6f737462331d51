// The ROAP region in 32-bit words from ROAP. Untyped constants: AssemblyScript and TypeScript both compile this file.
//
//  words 0 … 15    what a read found out
//  words 16 … 47   one word a member, at ROAP_MEMBERS + MEMBER_*: a span, a number or a code
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
export const MEMBER_TRANSACTION_ID = 17;
export const MEMBER_CONTENT_TYPE = 18;
export const MEMBER_REPLACES = 19;
export const MEMBER_REFER_TOKEN = 20;
// The caller's wish to stay unknown.
export const MEMBER_PRIVACY = 21;
// Members of the object `info`, and that object itself.
export const MEMBER_INFO_TYPE = 22;
export const MEMBER_SIGNAL = 23;
export const MEMBER_DURATION = 24;
export const MEMBER_INFO = 25;
// Members that only an envelope around a ROAP message has.
export const MEMBER_ROAP = 26;
export const MEMBER_ORIG = 27;
export const MEMBER_DEST = 28;
// Only written, never read.
export const MEMBER_REASON = 29;

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
export const SCOPE_ANY = 0; // the whole message and the object `roap`
export const SCOPE_OUTER = 1; // the whole message
export const SCOPE_INNER = 2; // the object `roap` of an envelope
export const SCOPE_NONE = 3; // nowhere: it is only written
export const SCOPE_INFO = 4; // the object `info`
