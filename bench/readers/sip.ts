// npm `sip`: every known header decoded at once by regular expressions.

import { parse } from "sip";
import { type Fields, type Reader, sum } from "./fields.ts";

interface Address {
  readonly uri: string;
  readonly params: Readonly<Record<string, string | null>>;
}

interface Message {
  readonly method?: string;
  readonly status?: number;
  readonly uri?: string;
  readonly content: string;
  readonly headers: Readonly<Record<string, string | undefined>> & {
    readonly via: readonly {
      readonly host: string;
      readonly port?: number;
      readonly params: Readonly<Record<string, string | null>>;
    }[];
    readonly from: Address;
    readonly to: Address;
    readonly contact?: readonly Address[];
    readonly cseq: { readonly seq: number };
  };
}

const decoder = new TextDecoder();

function fields(bytes: Uint8Array): Fields {
  const { method, status, uri, content, headers }: Message = parse(decoder.decode(bytes));
  const via = headers.via[0];
  const maxForwards = headers["max-forwards"];
  return {
    start: method ?? String(status),
    requestUri: uri ?? "",
    callId: headers["call-id"] ?? "",
    fromUri: headers.from.uri,
    fromTag: headers.from.params["tag"] ?? "",
    toUri: headers.to.uri,
    toTag: headers.to.params["tag"] ?? "",
    cseq: headers.cseq.seq,
    branch: via?.params["branch"] ?? "",
    viaHost: via?.host ?? "",
    viaPort: via?.port ?? 0,
    maxForwards: maxForwards === undefined ? -1 : Number(maxForwards),
    contactUri: headers.contact?.[0]?.uri ?? "",
    contentType: headers["content-type"] ?? "",
    allow: headers["allow"] ?? "",
    supported: headers["supported"] ?? "",
    userAgent: headers["user-agent"] ?? "",
    body: content,
  };
}

export const npmSip: Reader = { name: "npm sip", read: (bytes) => sum(fields(bytes)), fields };
