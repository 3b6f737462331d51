// The codec: the message is copied into its memory, one call indexes it and decodes the routing fields, spans come out.

import { HEADER_ALLOW, HEADER_SUPPORTED, HEADER_USER_AGENT } from "../../wasm/assembly/codes.ts";
import { load } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { type Fields, type Reader, sum } from "./fields.ts";

function read(bytes: Uint8Array): void {
  const fault = sip.read(load(bytes));
  if (fault !== 0) throw new Error(`The codec could not read the message: fault ${fault}`);
}

function fields(bytes: Uint8Array): Fields {
  read(bytes);
  return {
    start: sip.isRequest ? sip.text(sip.methodText) : String(sip.status),
    requestUri: sip.text(sip.requestUri),
    callId: sip.text(sip.callId),
    fromUri: sip.text(sip.fromUri),
    fromTag: sip.text(sip.fromTag),
    toUri: sip.text(sip.toUri),
    toTag: sip.text(sip.toTag),
    cseq: sip.cseq,
    branch: sip.text(sip.branch),
    viaHost: sip.text(sip.viaHost),
    viaPort: sip.viaPort,
    maxForwards: sip.maxForwards,
    contactUri: sip.text(sip.contactUri),
    contentType: sip.text(sip.contentType),
    allow: sip.text(sip.value(HEADER_ALLOW)),
    supported: sip.text(sip.value(HEADER_SUPPORTED)),
    userAgent: sip.text(sip.value(HEADER_USER_AGENT)),
    body: sip.text(sip.body),
  };
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
      sip.value(HEADER_SUPPORTED) + sip.value(HEADER_USER_AGENT) + sip.body + sip.methodText + sip.status;
  },
  fields,
};

/** Every field made a text too, which the relay does for few: the like of what the others answer. */
export const ropewayTexts: Reader = {
  name: "Ropeway, all as texts",
  read: (bytes) => sum(fields(bytes)),
  fields,
};
