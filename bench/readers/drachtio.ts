// drachtio-sip: header values by name at once, each decoded when it is asked for. It is asked for those of Fields.

import { SipMessage } from "drachtio-sip";
import { type Fields, type Reader, sum } from "./fields.ts";

interface Address {
  readonly uri: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

interface Via {
  readonly host: string;
  readonly port?: number;
  readonly params: Readonly<Record<string, string | undefined>>;
}

const decoder = new TextDecoder();

function fields(bytes: Uint8Array): Fields {
  const message = new SipMessage(decoder.decode(bytes));
  const via: Via = message.getParsedHeader("via")[0];
  const from: Address = message.getParsedHeader("from");
  const to: Address = message.getParsedHeader("to");
  const contact: readonly Address[] = message.has("contact") ? message.getParsedHeader("contact") : [];
  const cseq: { readonly seq: number } = message.getParsedHeader("cseq");
  const maxForwards: string | undefined = message.get("max-forwards");
  return {
    start: message.status === undefined ? message.method : String(message.status),
    requestUri: message.uri ?? "",
    callId: message.get("call-id"),
    fromUri: from.uri,
    fromTag: from.params["tag"] ?? "",
    toUri: to.uri,
    toTag: to.params["tag"] ?? "",
    cseq: cseq.seq,
    branch: via.params["branch"] ?? "",
    viaHost: via.host,
    viaPort: via.port ?? 0,
    maxForwards: maxForwards === undefined ? -1 : Number(maxForwards),
    contactUri: contact[0]?.uri ?? "",
    contentType: message.get("content-type") ?? "",
    allow: message.get("allow") ?? "",
    supported: message.get("supported") ?? "",
    userAgent: message.get("user-agent") ?? "",
    body: message.body,
  };
}

export const drachtio: Reader = { name: "drachtio-sip", read: (bytes) => sum(fields(bytes)), fields };
