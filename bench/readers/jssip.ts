// JsSIP's parser, made from the grammar of RFC 3261.

import { parseMessage } from "jssip/lib/Parser.js";
import type { Fields, Reader } from "./fields.ts";

interface Uri {
  readonly user: string;
  readonly host: string;
  toString(): string;
}

interface Message {
  readonly method: string;
  readonly status_code?: number;
  readonly ruri?: Uri;
  readonly via: { readonly host: string; readonly port?: number };
  readonly via_branch: string;
  readonly from: { readonly uri: Uri };
  readonly from_tag?: string;
  readonly to: { readonly uri: Uri };
  readonly to_tag?: string;
  readonly call_id: string;
  readonly cseq: number;
  readonly body: string;
  readonly headers: { readonly Contact?: readonly { readonly parsed: { readonly uri: Uri } }[] };
  getHeader(name: string): string | undefined;
}

const decoder = new TextDecoder();

function parse(bytes: Uint8Array): Message {
  const message: Message | undefined = parseMessage(decoder.decode(bytes), {});
  if (message === undefined) throw new Error("JsSIP could not read the message");
  return message;
}

function fields(bytes: Uint8Array): Fields {
  const message = parse(bytes);
  const maxForwards = message.getHeader("max-forwards");
  return {
    start: message.status_code === undefined ? message.method : String(message.status_code),
    requestUri: message.ruri?.toString() ?? "",
    callId: message.call_id,
    fromUri: message.from.uri.toString(),
    fromTag: message.from_tag ?? "",
    toUri: message.to.uri.toString(),
    toTag: message.to_tag ?? "",
    cseq: message.cseq,
    branch: message.via_branch,
    viaHost: message.via.host,
    viaPort: message.via.port ?? 0,
    maxForwards: maxForwards === undefined ? -1 : Number(maxForwards),
    contactUri: message.headers.Contact?.[0]?.parsed.uri.toString() ?? "",
    contentType: message.getHeader("content-type") ?? "",
    allow: message.getHeader("allow") ?? "",
    supported: message.getHeader("supported") ?? "",
    userAgent: message.getHeader("user-agent") ?? "",
    body: message.body,
  };
}

export const jssip: Reader = {
  name: "JsSIP",
  // Its URIs stay the objects that it makes: writing them out again is not reading.
  read(bytes) {
    const message = parse(bytes);
    return message.cseq + message.call_id.length + message.via_branch.length + message.via.host.length +
      message.from.uri.host.length + message.to.uri.host.length + message.body.length +
      (message.headers.Contact?.[0]?.parsed.uri.host.length ?? 0) +
      (message.getHeader("allow")?.length ?? 0) +
      (message.getHeader("supported")?.length ?? 0) + (message.getHeader("user-agent")?.length ?? 0);
  },
  fields,
};
