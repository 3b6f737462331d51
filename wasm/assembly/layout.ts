// The codec's memory, one fixed block of 4 MiB. Untyped constants: AssemblyScript and TypeScript both compile this file.
//
//  0x000000  static data of the compiler
//  0x008000  TABLES       character classes and names, filled once at start
//  0x00f000  WINDOW       address of the message that is read, INPUT or a slot of RECEIVE; the same << 16
//  0x010000  INPUT        one message, at most 65,536 bytes, and padding for reads past its end
//  0x020800  SIP          index of a SIP message: decoded fields, first line of each known header, header lines
//  0x024000  ROAP         decoded members of a ROAP message
//  0x025000  ENVELOPE     the intermediate message
//  0x025200  URI          decoded parts of one URI
//  0x025400  PHRASES      header lines that are kept for all messages
//  0x026000  URI_TEXT     one URI, at most 4,096 bytes, and padding
//  0x027200  FIELD_LENGTHS, LINE_LIST   of a message to write: lengths of the fields in TEXT; of each line its length or its phrase's address
//  0x028000  TEXT         control text of a message to write; text made for the reader (keys, kept lines)
//  0x040000  BODY         a body that the caller owns, staged for writing; a stretch of a stream
//  0x051000  STREAM       what was read from a socket, at most 32,768 bytes behind 256 kept ones, and padding
//  0x060000  OUTPUT       finished messages, until the loop has drained them
//  0x200000  RECEIVE      datagrams that came at once, each in a slot of its own, where it is read

export const PAGES = 64;
export const TABLES = 0x8000;
export const WINDOW = 0xf000;
export const INPUT = 0x10000;
export const INPUT_SIZE = 0x10800;
export const SIP = 0x20800;
export const ROAP = 0x24000;
export const ENVELOPE = 0x25000;
export const URI = 0x25200;
export const PHRASES = 0x25400;
export const PHRASE_SIZE = 192; // four bytes for its length, the line with its CRLF, padding
export const PHRASE_COUNT = 16;
export const PHRASE_LIMIT = 168; // bytes of a line
export const URI_TEXT = 0x26000;
export const URI_TEXT_SIZE = 0x1000;
export const FIELD_LENGTHS = 0x27200;
export const FIELD_COUNT = 16;
export const FIELD_SDP = 0x40000000; // the length of a Content-Type that is application/sdp, and no text
export const LINE_LIST = 0x27240;
export const LINE_LIMIT = 512;
export const TEXT = 0x28000;
export const TEXT_SIZE = 0x18000;
export const BODY = 0x40000;
export const BODY_SIZE = 0x10800;
export const STREAM = 0x51000;
export const STREAM_KEPT = 0x100;
export const STREAM_SIZE = 0x8000;
export const OUTPUT = 0x60000;
export const OUTPUT_END = 0x200000;
export const RECEIVE = 0x200000;
// 39 lines of 64 bytes over a multiple of 4 KiB: the beginnings of all slots, which are what is used of most, lie evenly in the sets of the caches.
export const RECEIVE_SLOT = 0x109c0;
export const RECEIVE_SLOTS = 30;

// SIP region, in 32-bit words from SIP. A span is `offset << 16 | length` relative to the window; "-1" is the word 0xffffffff.
export const SIP_FAULT = 0;
export const SIP_FAULT_OFFSET = 1;
export const SIP_FAULT_HEADER = 2;
export const SIP_LENGTH = 3; // bytes of the message
export const SIP_ANSWERABLE = 4;
export const SIP_IS_REQUEST = 5;
export const SIP_METHOD = 6;
export const SIP_METHOD_TEXT = 7;
export const SIP_STATUS = 8;
export const SIP_REASON = 9;
export const SIP_REQUEST_URI = 10;
export const SIP_CALL_ID = 11;
export const SIP_FROM = 12; // whole value
export const SIP_FROM_DISPLAY = 13;
export const SIP_FROM_URI = 14;
export const SIP_FROM_TAG = 15;
export const SIP_TO = 16; // whole value
export const SIP_TO_DISPLAY = 17;
export const SIP_TO_URI = 18;
export const SIP_TO_TAG = 19;
export const SIP_CSEQ = 20; // number
export const SIP_VIA = 21; // topmost value, without the comma after it
export const SIP_VIA_HOST = 22;
export const SIP_VIA_PORT = 23;
export const SIP_VIA_TRANSPORT = 24;
export const SIP_VIA_RPORT = 25; // 1 = the parameter is present
export const SIP_VIA_MADDR = 26;
export const SIP_BRANCH = 27;
export const SIP_VIA_COUNT = 28;
export const SIP_MAX_FORWARDS = 29; // -1 = absent
export const SIP_EXPIRES = 30; // -1 = absent
export const SIP_CONTACT_COUNT = 31;
export const SIP_CONTACT_DISPLAY = 32;
export const SIP_CONTACT_URI = 33;
export const SIP_CONTACT = 34; // whole selected value
export const SIP_CONTACT_EXPIRES = 35; // -1 = absent
export const SIP_CONTACT_STAR = 36;
export const SIP_ROUTE_URI = 37;
export const SIP_CONTENT_TYPE = 38;
export const SIP_CONTENT_LENGTH = 39; // -1 = absent
export const SIP_BODY = 40; // span, 0 = none
export const SIP_LINE_COUNT = 41;
export const SIP_REQUEST_SCHEME = 42; // SCHEME_*
export const SIP_CONTACT_SELECTABLE = 43; // values that can be selected: none of a star
export const SIP_CONTACT_SELECTED = 44; // which one, from 0
export const SIP_CONTACT_LINE = 45; // the line that it is on, as number + 1
export const SIP_CONTACT_END = 46; // address behind it
export const SIP_FIELDS = 48; // words that a read clears
export const SIP_CHAINS = 48; // per HEADER_*: first line + 1 in the low half, last line + 1 in the high half; 0 = none
export const SIP_CHAIN_COUNT = 96;
export const SIP_LINES = 144; // per header line four words: HEADER_* | next line + 1 << 16, value span, name span (of HEADER_OTHER, else undefined), unused
export const SIP_LINE_WORDS = 4;
export const SIP_LINE_LIMIT = 256;

// URI region: two records, one of the URI in URI_TEXT or the window and one of a Request-URI, in words. A span is relative to the URI's own start, `offset << 16 | length`.
export const URI_RECORD_WORDS = 32;
export const URI_FAULT_OFFSET = 0;
export const URI_SCHEME = 1;
export const URI_USER = 2;
export const URI_HOST = 3; // IPv6 without brackets
export const URI_HOST_IS_IP = 4;
export const URI_PORT = 5;
export const URI_TRANSPORT = 6;
export const URI_MADDR = 7;
export const URI_LR = 8;
export const URI_HAS_HEADERS = 9;
export const URI_PARAMS = 10; // from the first ";" on, headers not included
export const URI_HEADERS = 11; // from the "?" on
export const URI_PASSWORD = 12;
