// The codec: the message is copied into its memory, one call indexes it and decodes the routing fields, spans come out.

import {
  HEADER_ALLOW,
  HEADER_SUPPORTED,
  HEADER_USER_AGENT,
  METHOD_OTHER,
} from "../../wasm/assembly/codes.ts";
import { load } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { methodName } from "../../wasm/sip_writer.ts";
import { type Fields, type Reader, sum } from "./fields.ts";

function read(bytes: Uint8Array): void {
  const fault = sip.read(load(bytes));
  if (fault !== 0) throw new Error(`The codec could not read the message: fault ${fault}`);
}

function fields(bytes: Uint8Array): Fields {
  read(bytes);
  const { text } = sip;
  return {
    start: sip.isRequest ? startOf() : String(sip.status),
    requestUri: text(sip.requestUri),
    callId: text(sip.callId),
    fromUri: text(sip.fromUri),
    fromTag: text(sip.fromTag),
    toUri: text(sip.toUri),
    toTag: text(sip.toTag),
    cseq: sip.cseq,
    branch: text(sip.branch),
    viaHost: text(sip.viaHost),
    viaPort: sip.viaPort,
    maxForwards: sip.maxForwards,
    contactUri: text(sip.contactUri),
    contentType: text(sip.contentType),
    allow: text(sip.value(HEADER_ALLOW)),
    supported: text(sip.value(HEADER_SUPPORTED)),
    userAgent: text(sip.value(HEADER_USER_AGENT)),
    body: text(sip.body),
  };
}

function startOf(): string {
  return sip.method === METHOD_OTHER ? sip.text(sip.methodText) : methodName(sip.method);
}

/** As the relay uses it: the fields stay spans and numbers in the codec's memory. */
export const ropeway: Reader = {
  name: "Ropeway, spans",
  read(bytes) {
    read(bytes);
    return sip.requestUri + sip.callId + sip.fromUri + sip.fromTag + sip.toUri + sip.toTag + sip.cseq +
      sip.branch +
      sip.viaHost + sip.viaPort + sip.maxForwards + sip.contactUri + sip.contentType +
      sip.value(HEADER_ALLOW) +
      sip.value(HEADER_SUPPORTED) + sip.value(HEADER_USER_AGENT) + sip.body + sip.method + sip.status;
  },
  fields,
};

/** Every field made a text too, which the relay does for few: the like of what the others answer. */
export const ropewayTexts: Reader = {
  name: "Ropeway, all as texts",
  read: (bytes) => sum(fields(bytes)),
  fields,
};
