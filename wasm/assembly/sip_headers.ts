// The table of header fields: one row a header, with its name, its compact form, how often it may occur, who decodes it, and the
// requests or the response that must have it ("m" in RFC 3261 table 2 and in the tables of its extensions).
//
//  ROWS  8 bytes for each HEADER_*: OCCURS_* 8, DECODE_* 8, status of the response that needs it 16, bit n for METHOD_* n that needs it 32

import * as codes from "./codes";
import * as header from "./header_codes";
import * as layout from "./layout";
import { firstLine } from "./sip_lines";
import { defineHeader, NAMES_END } from "./sip_names";
import { field } from "./sip_record";

const ROWS: u32 = NAMES_END;

const ALL: u32 = 0xffff;
const INVITE: u32 = 1 << codes.METHOD_INVITE;
const PRACK: u32 = 1 << codes.METHOD_PRACK;
const UPDATE: u32 = 1 << codes.METHOD_UPDATE;
const SUBSCRIBE: u32 = 1 << codes.METHOD_SUBSCRIBE;
const NOTIFY: u32 = 1 << codes.METHOD_NOTIFY;
const PUBLISH: u32 = 1 << codes.METHOD_PUBLISH;
const REFER: u32 = 1 << codes.METHOD_REFER;

row(codes.HEADER_OTHER, "", "", header.OCCURS_LINES, header.DECODE_TEXT);
defineRows();

/** OCCURS_* of a header. */
export function headerOccurs(id: u32): u32 {
  return load<u8>(ROWS + (id << 3));
}

/** DECODE_* of a header. */
export function headerDecoder(id: u32): u32 {
  return load<u8>(ROWS + (id << 3), 1);
}

/** Status of the response that must have the header, 0 = none. */
export function headerStatus(id: u32): u32 {
  return load<u16>(ROWS + (id << 3), 2);
}

/** Bit n: a request with METHOD_* n must have the header. */
export function headerMethods(id: u32): u32 {
  return load<u32>(ROWS + (id << 3), 4);
}

/** The first header in the order of their numbers that the message in the window lacks though its method or status asks for it. 0 = none. */
export function missingHeader(): u32 {
  const request = field(layout.SIP_IS_REQUEST) != 0;
  const method: u32 = (1 as u32) << field(layout.SIP_METHOD);
  const status = field(layout.SIP_STATUS);
  for (let id: u32 = codes.HEADER_VIA; id < (layout.SIP_CHAIN_COUNT as u32); id++) {
    if (firstLine(id) != 0) continue;
    const needed = headerMethods(id);
    const asked = request
      ? (needed & method) != 0
      : needed == ALL && id != codes.HEADER_MAX_FORWARDS || headerStatus(id) == status;
    if (asked || (id == codes.HEADER_CONTENT_TYPE && field(layout.SIP_BODY) != 0)) return id;
  }
  return 0;
}

function row(
  id: u32,
  name: string,
  compact: string,
  occurs: u32,
  decoder: u32,
  methods: u32 = 0,
  status: u32 = 0,
): void {
  const at = ROWS + (id << 3);
  store<u8>(at, occurs);
  store<u8>(at, decoder, 1);
  store<u16>(at, status, 2);
  store<u32>(at, methods, 4);
  if (name.length != 0) defineHeader(id, name, compact.length == 0 ? 0 : compact.charCodeAt(0));
}

function defineRows(): void {
  row(codes.HEADER_VIA, "Via", "v", header.OCCURS_LIST, header.DECODE_READER, ALL);
  row(codes.HEADER_FROM, "From", "f", header.OCCURS_ONCE, header.DECODE_READER, ALL);
  row(codes.HEADER_TO, "To", "t", header.OCCURS_ONCE, header.DECODE_READER, ALL);
  row(codes.HEADER_CALL_ID, "Call-ID", "i", header.OCCURS_ONCE, header.DECODE_READER, ALL);
  row(codes.HEADER_CSEQ, "CSeq", "", header.OCCURS_ONCE, header.DECODE_READER, ALL);
  row(codes.HEADER_MAX_FORWARDS, "Max-Forwards", "", header.OCCURS_ONCE, header.DECODE_READER, ALL);
  row(codes.HEADER_CONTENT_LENGTH, "Content-Length", "l", header.OCCURS_ONCE, header.DECODE_READER);
  row(codes.HEADER_CONTENT_TYPE, "Content-Type", "c", header.OCCURS_ONCE, header.DECODE_READER);
  row(
    codes.HEADER_CONTACT,
    "Contact",
    "m",
    header.OCCURS_LIST,
    header.DECODE_READER,
    INVITE | UPDATE | SUBSCRIBE | NOTIFY | REFER,
  );
  row(codes.HEADER_ROUTE, "Route", "", header.OCCURS_LIST, header.DECODE_READER);
  row(codes.HEADER_RECORD_ROUTE, "Record-Route", "", header.OCCURS_LIST, header.DECODE_READER);
  row(codes.HEADER_EXPIRES, "Expires", "", header.OCCURS_ONCE, header.DECODE_READER);
  row(codes.HEADER_REQUIRE, "Require", "", header.OCCURS_LIST, header.DECODE_VALUE, 0, 421);
  row(codes.HEADER_SUPPORTED, "Supported", "k", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_PROXY_REQUIRE, "Proxy-Require", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_UNSUPPORTED, "Unsupported", "", header.OCCURS_LIST, header.DECODE_VALUE, 0, 420);
  row(codes.HEADER_ALLOW, "Allow", "", header.OCCURS_LIST, header.DECODE_VALUE, 0, 405);
  row(codes.HEADER_ACCEPT, "Accept", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_AUTHORIZATION, "Authorization", "", header.OCCURS_LINES, header.DECODE_CHALLENGE);
  row(
    codes.HEADER_PROXY_AUTHORIZATION,
    "Proxy-Authorization",
    "",
    header.OCCURS_LINES,
    header.DECODE_CHALLENGE,
  );
  row(
    codes.HEADER_WWW_AUTHENTICATE,
    "WWW-Authenticate",
    "",
    header.OCCURS_LINES,
    header.DECODE_CHALLENGE,
    0,
    401,
  );
  row(
    codes.HEADER_PROXY_AUTHENTICATE,
    "Proxy-Authenticate",
    "",
    header.OCCURS_LINES,
    header.DECODE_CHALLENGE,
    0,
    407,
  );
  row(
    codes.HEADER_AUTHENTICATION_INFO,
    "Authentication-Info",
    "",
    header.OCCURS_LINES,
    header.DECODE_CHALLENGE,
  );
  row(codes.HEADER_RSEQ, "RSeq", "", header.OCCURS_ONCE, header.DECODE_NUMBER);
  row(codes.HEADER_RACK, "RAck", "", header.OCCURS_ONCE, header.DECODE_RACK, PRACK);
  row(
    codes.HEADER_EVENT,
    "Event",
    "o",
    header.OCCURS_ONCE,
    header.DECODE_EVENT,
    SUBSCRIBE | NOTIFY | PUBLISH,
  );
  row(codes.HEADER_ALLOW_EVENTS, "Allow-Events", "u", header.OCCURS_LIST, header.DECODE_VALUE, 0, 489);
  row(
    codes.HEADER_SUBSCRIPTION_STATE,
    "Subscription-State",
    "",
    header.OCCURS_ONCE,
    header.DECODE_SUBSCRIPTION_STATE,
    NOTIFY,
  );
  row(codes.HEADER_REFER_TO, "Refer-To", "r", header.OCCURS_ONCE, header.DECODE_ADDRESS, REFER);
  row(codes.HEADER_REFERRED_BY, "Referred-By", "b", header.OCCURS_ONCE, header.DECODE_ADDRESS);
  row(codes.HEADER_REPLACES, "Replaces", "", header.OCCURS_ONCE, header.DECODE_REPLACES);
  row(
    codes.HEADER_SESSION_EXPIRES,
    "Session-Expires",
    "x",
    header.OCCURS_ONCE,
    header.DECODE_SESSION_EXPIRES,
  );
  row(codes.HEADER_MIN_SE, "Min-SE", "", header.OCCURS_ONCE, header.DECODE_SESSION_EXPIRES, 0, 422);
  row(codes.HEADER_MIN_EXPIRES, "Min-Expires", "", header.OCCURS_ONCE, header.DECODE_NUMBER, 0, 423);
  row(codes.HEADER_PATH, "Path", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_SERVICE_ROUTE, "Service-Route", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_P_ASSERTED_IDENTITY, "P-Asserted-Identity", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(
    codes.HEADER_P_PREFERRED_IDENTITY,
    "P-Preferred-Identity",
    "",
    header.OCCURS_LIST,
    header.DECODE_ADDRESS,
  );
  row(codes.HEADER_PRIVACY, "Privacy", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_P_ASSOCIATED_URI, "P-Associated-URI", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(
    codes.HEADER_P_ACCESS_NETWORK_INFO,
    "P-Access-Network-Info",
    "",
    header.OCCURS_LIST,
    header.DECODE_VALUE,
  );
  row(codes.HEADER_RETRY_AFTER, "Retry-After", "", header.OCCURS_FIRST, header.DECODE_RETRY_AFTER);
  row(codes.HEADER_REASON, "Reason", "", header.OCCURS_LIST, header.DECODE_REASON);
  row(codes.HEADER_WARNING, "Warning", "", header.OCCURS_LIST, header.DECODE_WARNING);
  row(codes.HEADER_USER_AGENT, "User-Agent", "", header.OCCURS_FIRST, header.DECODE_TEXT);
  row(codes.HEADER_SERVER, "Server", "", header.OCCURS_FIRST, header.DECODE_TEXT);
  row(codes.HEADER_SUBJECT, "Subject", "s", header.OCCURS_FIRST, header.DECODE_TEXT);
  row(codes.HEADER_DATE, "Date", "", header.OCCURS_FIRST, header.DECODE_DATE);
  row(codes.HEADER_TIMESTAMP, "Timestamp", "", header.OCCURS_FIRST, header.DECODE_TEXT);
  row(codes.HEADER_CONTENT_ENCODING, "Content-Encoding", "e", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_CONTENT_DISPOSITION, "Content-Disposition", "", header.OCCURS_FIRST, header.DECODE_VALUE);
  row(codes.HEADER_CONTENT_LANGUAGE, "Content-Language", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_SIP_ETAG, "SIP-ETag", "", header.OCCURS_ONCE, header.DECODE_TEXT);
  row(codes.HEADER_SIP_IF_MATCH, "SIP-If-Match", "", header.OCCURS_ONCE, header.DECODE_TEXT);
  row(codes.HEADER_ACCEPT_CONTACT, "Accept-Contact", "a", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_REJECT_CONTACT, "Reject-Contact", "j", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_REQUEST_DISPOSITION, "Request-Disposition", "d", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_ALERT_INFO, "Alert-Info", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_CALL_INFO, "Call-Info", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_ERROR_INFO, "Error-Info", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_MIME_VERSION, "MIME-Version", "", header.OCCURS_FIRST, header.DECODE_TEXT);
  row(codes.HEADER_INFO_PACKAGE, "Info-Package", "", header.OCCURS_ONCE, header.DECODE_VALUE);
  row(codes.HEADER_RECV_INFO, "Recv-Info", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_GEOLOCATION, "Geolocation", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_PRIORITY, "Priority", "", header.OCCURS_FIRST, header.DECODE_VALUE);
  row(codes.HEADER_ORGANIZATION, "Organization", "", header.OCCURS_FIRST, header.DECODE_TEXT);
  row(codes.HEADER_IN_REPLY_TO, "In-Reply-To", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_JOIN, "Join", "", header.OCCURS_ONCE, header.DECODE_REPLACES);
  row(codes.HEADER_P_EARLY_MEDIA, "P-Early-Media", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_P_CHARGING_VECTOR, "P-Charging-Vector", "", header.OCCURS_FIRST, header.DECODE_VALUE);
  row(codes.HEADER_P_CALLED_PARTY_ID, "P-Called-Party-ID", "", header.OCCURS_FIRST, header.DECODE_ADDRESS);
  row(codes.HEADER_P_VISITED_NETWORK_ID, "P-Visited-Network-ID", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_P_PREFERRED_SERVICE, "P-Preferred-Service", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_P_ASSERTED_SERVICE, "P-Asserted-Service", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_IDENTITY, "Identity", "y", header.OCCURS_LINES, header.DECODE_TEXT);
  row(codes.HEADER_HISTORY_INFO, "History-Info", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_DIVERSION, "Diversion", "", header.OCCURS_LIST, header.DECODE_ADDRESS);
  row(codes.HEADER_ACCEPT_ENCODING, "Accept-Encoding", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_ACCEPT_LANGUAGE, "Accept-Language", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_SECURITY_CLIENT, "Security-Client", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_SECURITY_SERVER, "Security-Server", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_SECURITY_VERIFY, "Security-Verify", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_REPLY_TO, "Reply-To", "", header.OCCURS_FIRST, header.DECODE_ADDRESS);
  row(codes.HEADER_FLOW_TIMER, "Flow-Timer", "", header.OCCURS_FIRST, header.DECODE_NUMBER);
  row(codes.HEADER_USER_TO_USER, "User-to-User", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(
    codes.HEADER_P_CHARGING_FUNCTION_ADDRESSES,
    "P-Charging-Function-Addresses",
    "",
    header.OCCURS_LIST,
    header.DECODE_VALUE,
  );
  row(codes.HEADER_GEOLOCATION_ROUTING, "Geolocation-Routing", "", header.OCCURS_FIRST, header.DECODE_VALUE);
  row(codes.HEADER_GEOLOCATION_ERROR, "Geolocation-Error", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_FEATURE_CAPS, "Feature-Caps", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_SESSION_ID, "Session-ID", "", header.OCCURS_FIRST, header.DECODE_VALUE);
  row(codes.HEADER_TARGET_DIALOG, "Target-Dialog", "", header.OCCURS_ONCE, header.DECODE_REPLACES);
  row(codes.HEADER_REFER_SUB, "Refer-Sub", "", header.OCCURS_FIRST, header.DECODE_VALUE);
  row(codes.HEADER_RESOURCE_PRIORITY, "Resource-Priority", "", header.OCCURS_LIST, header.DECODE_VALUE);
  row(codes.HEADER_MAX_BREADTH, "Max-Breadth", "", header.OCCURS_ONCE, header.DECODE_NUMBER);
}
