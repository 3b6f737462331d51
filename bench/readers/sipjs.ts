// SIP.js's parser, made from the grammar of RFC 3261. Its types ask for those of a browser, so what is used of it is named here.

import { Parser } from "sip.js/lib/core/messages/parser.js";
import type { Fields, Reader } from "./fields.ts";

interface Uri {
  readonly host: string;
  toString(): string;
}

interface Address {
  readonly uri: Uri;
}

interface Message {
  readonly method?: string;
  readonly statusCode?: number;
  readonly ruri?: Uri;
  readonly via: { readonly host: string; readonly port?: number };
  readonly viaBranch: string;
  readonly from: Address;
  readonly fromTag?: string;
  readonly to: Address;
  readonly toTag?: string;
  readonly callId: string;
  readonly cseq: number;
  readonly body: string;
  getHeader(name: string): string | undefined;
  parseHeader(name: string): Address | undefined;
}

const decoder = new TextDecoder();
/** Nothing is said: these messages are good ones. */
const log = { error() {}, warn() {}, log() {}, debug() {} };
// Its own types say neither what a Via nor what a Contact is.
const parseMessage = Parser.parseMessage as unknown as (text: string, logger: unknown) => Message | undefined;

function parse(bytes: Uint8Array): Message {
  const message = parseMessage(decoder.decode(bytes), log);
  if (message === undefined) throw new Error("SIP.js could not read the message");
  return message;
}

function fields(bytes: Uint8Array): Fields {
  const message = parse(bytes);
  const maxForwards = message.getHeader("max-forwards");
  return {
    start: message.statusCode === undefined ? message.method ?? "" : String(message.statusCode),
    requestUri: message.ruri?.toString() ?? "",
    callId: message.callId,
    fromUri: message.from.uri.toString(),
    fromTag: message.fromTag ?? "",
    toUri: message.to.uri.toString(),
    toTag: message.toTag ?? "",
    cseq: message.cseq,
    branch: message.viaBranch,
    viaHost: message.via.host,
    viaPort: message.via.port ?? 0,
    maxForwards: maxForwards === undefined ? -1 : Number(maxForwards),
    contactUri: contact(message)?.toString() ?? "",
    contentType: message.getHeader("content-type") ?? "",
    allow: message.getHeader("allow") ?? "",
    supported: message.getHeader("supported") ?? "",
    userAgent: message.getHeader("user-agent") ?? "",
    body: message.body,
  };
}

/** Decoded while the message was read; this only asks for it. */
function contact(message: Message): Uri | undefined {
  return message.getHeader("contact") === undefined ? undefined : message.parseHeader("contact")?.uri;
}

export const sipjs: Reader = {
  name: "SIP.js",
  // Its URIs stay the objects that it makes: writing them out again is not reading.
  read(bytes) {
    const message = parse(bytes);
    return message.cseq + message.callId.length + message.viaBranch.length + message.via.host.length +
      message.from.uri.host.length + message.to.uri.host.length + message.body.length +
      (contact(message)?.host.length ?? 0) + (message.getHeader("allow")?.length ?? 0) +
      (message.getHeader("supported")?.length ?? 0) + (message.getHeader("user-agent")?.length ?? 0);
  },
  fields,
};
