// The codec: one call indexes the message and decodes the routing fields, spans come out. The message lies in its memory already, in a slot that a
// transport receives into, or is copied there.

import { HEADER_ALLOW, HEADER_SUPPORTED, HEADER_USER_AGENT } from "../../wasm/assembly/codes.ts";
import { codec, load, openReceived, received } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { type Fields, type Reader, type ReaderInPlace, sum } from "./fields.ts";

const SLOTS = codec.memory.receiveSlots;
let slot = 0;

function read(length: number): void {
  const fault = sip.read(length);
  if (fault !== 0) throw new Error(`The codec could not read the message: fault ${fault}`);
}

/** Moves to the next slot, as the relay does in a batch. */
export function openNext(length: number): number {
  slot = slot + 1 < SLOTS ? slot + 1 : 0;
  return openReceived(slot, length);
}

/** Puts copies of a message into all slots. */
export function receive(bytes: Uint8Array): void {
  for (let nth = 0; nth < SLOTS; nth++) received(nth, bytes.length).set(bytes);
}

function fieldsOf(length: number): Fields {
  read(length);
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

function spansOf(length: number): number {
  read(length);
  return sip.requestUri + sip.callId + sip.fromUri + sip.fromTag + sip.toUri + sip.toTag + sip.cseq +
    sip.branch +
    sip.viaHost + sip.viaPort + sip.maxForwards + sip.contactUri + sip.contentType +
    sip.value(HEADER_ALLOW) +
    sip.value(HEADER_SUPPORTED) + sip.value(HEADER_USER_AGENT) + sip.body + sip.methodText + sip.status;
}

/** As the relay uses it: received by recvmmsg, the fields stay spans and numbers in the codec's memory. */
export const ropewayInPlace: ReaderInPlace = {
  name: "Ropeway, spans, in place",
  receive,
  read: (length) => spansOf(openNext(length)),
  fields: (length) => fieldsOf(openNext(length)),
};

/** What came over a stream, or where there is no recvmmsg. */
export const ropeway: Reader = {
  name: "Ropeway, spans, copied in",
  read: (bytes) => spansOf(load(bytes)),
  fields: (bytes) => fieldsOf(load(bytes)),
};

/** Every field made a text too, which the relay does for few: the like of what the others answer. */
export const ropewayTexts: Reader = {
  name: "Ropeway, texts, copied in",
  read: (bytes) => sum(fieldsOf(load(bytes))),
  fields: (bytes) => fieldsOf(load(bytes)),
};
