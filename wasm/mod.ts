/**
 * The codecs of Ropeway as a library: SIP (RFC 3261) and ROAP messages read, mapped and written, URIs, streams cut into
 * messages. For Deno as it stands; `deno task lib` makes plain JavaScript and types of it for Node.js and browsers.
 * README.md beside it has examples.
 *
 * @module
 */

export { createCodec, loadCodec, loadModule, type Source } from "./loader.ts";
export { faultStatus, faultText } from "./fault.ts";
export { INPUT_LIMIT } from "./memory.ts";
export { reasonPhrase } from "./reason_phrase.ts";
// deno-lint-ignore house/no-barrel -- the one face of the library: who uses it cannot know which file has what
export * from "./assembly/codes.ts";
// deno-lint-ignore house/no-barrel
export * from "./assembly/header_codes.ts";

export { isMalformed, type Malformed, type Params } from "./headers/cursor.ts";
export { type AkaNonce, isAka, readAkaNonce } from "./headers/aka.ts";

export type { HeaderReader } from "./header_reader.ts";
export type { Address } from "./headers/address.ts";
export type { Challenge } from "./headers/challenge.ts";
export type { Event } from "./headers/event.ts";
export type { Rack } from "./headers/rack.ts";
export type { Reason } from "./headers/reason.ts";
export type { Replaces } from "./headers/replaces.ts";
export type { RetryAfter } from "./headers/retry_after.ts";
export type { SessionExpires } from "./headers/session_expires.ts";
export type { SubscriptionState } from "./headers/subscription_state.ts";
export type { Value } from "./headers/value.ts";
export type { Warning } from "./headers/warning.ts";
export type { Codec } from "./instance.ts";
export type { Body, Span, Written } from "./memory.ts";
export type { HeaderRow, HeaderTable } from "./header_table.ts";
export type { SipReader } from "./sip_reader.ts";
export type { RoapReader } from "./roap_reader.ts";
export type { Envelope } from "./envelope_view.ts";
export type { UriReader } from "./uri_reader.ts";
export type { CodecFramer, Frame } from "./framer.ts";
export type { RequestHead, ResponseHead } from "./sip_message_writer.ts";
export type { RoapHead } from "./roap_message_writer.ts";
