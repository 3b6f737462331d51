// Numbers of the ROAP half and of the envelope. Untyped constants: AssemblyScript and TypeScript both compile this file.

// Message types. The first five are the draft's, the others come with the WebSocket subprotocol roap.ims. 0 = unreadable.
export const ROAP_OFFER = 1;
export const ROAP_ANSWER = 2;
export const ROAP_OK = 3;
export const ROAP_SHUTDOWN = 4;
export const ROAP_ERROR = 5;
export const ROAP_WAITING = 6;
export const ROAP_RINGING = 7;
export const ROAP_PRANSWER = 8;
export const ROAP_CANDIDATE = 9;
export const ROAP_INFO = 10;
export const ROAP_MESSAGE = 11;
export const ROAP_SUBSCRIBE = 12;
export const ROAP_NOTIFY = 13;
export const ROAP_PUBLISH = 14;
export const ROAP_OFFER_REQUEST = 15;
export const ROAP_REFER = 16;

// Error types. 0 = absent.
export const ERROR_TYPE_NOMATCH = 1;
export const ERROR_TYPE_TIMEOUT = 2;
export const ERROR_TYPE_REFUSED = 3;
export const ERROR_TYPE_CONFLICT = 4;
export const ERROR_TYPE_DOUBLECONFLICT = 5;
export const ERROR_TYPE_FAILED = 6;

// Faults of a ROAP message, 100 to 199.
export const FAULT_NOT_JSON = 100;
export const FAULT_NOT_OBJECT = 101;
export const FAULT_TRAILING_TEXT = 102;
export const FAULT_TOO_DEEP = 103;
export const FAULT_BAD_ESCAPE = 104;
export const FAULT_DUPLICATE_MEMBER = 105;
export const FAULT_MISSING_MEMBER = 106;
export const FAULT_MEMBER_TYPE = 107;
export const FAULT_MEMBER_NUMBER = 108;
export const FAULT_MEMBER_TOO_LONG = 109;
export const FAULT_UNKNOWN_TYPE = 110;
export const FAULT_UNKNOWN_ERROR_TYPE = 111;

// Dialect that an envelope is in. 0 = no message.
export const PROTOCOL_ROAP = 1;
export const PROTOCOL_SIP = 2;
export const PROTOCOL_INTERNAL = 3;

// Where in its dialog a message stands.
export const PHASE_BEGIN = 1;
export const PHASE_CONTINUE = 2;
export const PHASE_END = 3;

// Flags of an envelope.
export const FLAG_BODY = 1;
export const FLAG_MORE_COMING = 2;
export const FLAG_RESPONSE = 4;
export const FLAG_SEQ = 8; // seq is present

// What the call knows when it maps a message. Called and calling are the SIP side's part in it.
export const CONTEXT_NONE = 0; // no session yet
export const CONTEXT_EARLY_CALLED = 1; // our SIP leg sent the INVITE, no final response yet
export const CONTEXT_EARLY_CALLING = 2; // our SIP leg was called and has not answered finally
export const CONTEXT_ESTABLISHED = 3;
export const CONTEXT_ENDING = 4; // CANCEL, BYE or SHUTDOWN is out, its answer is not here yet
