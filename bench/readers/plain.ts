// The baseline: the best way of reading SIP that we know in JavaScript alone, once with the fields left in place and once as texts.

import { type Fields, type Reader, sum } from "./fields.ts";
import { endOf, type PlainMessage, readPlain } from "./plain_message.ts";

const decoder = new TextDecoder();

function textAt(text: string, place: number): string {
  return text.slice(place >>> 16, endOf(place));
}

function read(bytes: Uint8Array): PlainMessage {
  const read = readPlain(bytes);
  if (read === undefined) throw new Error("The baseline could not read the message");
  return read;
}

function fields(bytes: Uint8Array): Fields {
  const found = read(bytes);
  // One decode for all of them: slices of a text are made without copying. Places count bytes, which is the same in ASCII.
  const text = decoder.decode(bytes);
  if (text.length !== bytes.length) throw new Error("The baseline takes ASCII alone");
  return {
    start: textAt(text, found.start),
    requestUri: textAt(text, found.requestUri),
    callId: textAt(text, found.callId),
    fromUri: textAt(text, found.fromUri),
    fromTag: textAt(text, found.fromTag),
    toUri: textAt(text, found.toUri),
    toTag: textAt(text, found.toTag),
    cseq: found.cseq,
    branch: textAt(text, found.branch),
    viaHost: textAt(text, found.viaHost),
    viaPort: found.viaPort,
    maxForwards: found.maxForwards,
    contactUri: textAt(text, found.contactUri),
    contentType: textAt(text, found.contentType),
    allow: textAt(text, found.allow),
    supported: textAt(text, found.supported),
    userAgent: textAt(text, found.userAgent),
    body: textAt(text, found.body),
  };
}

/** Fields stay places and numbers, as the codec's do. */
export const plainSpans: Reader = {
  name: "JavaScript alone, spans",
  read(bytes) {
    const found = read(bytes);
    return found.start + found.requestUri + found.callId + found.fromUri + found.fromTag + found.toUri +
      found.toTag + found.cseq + found.branch + found.viaHost + found.viaPort + found.maxForwards +
      found.contactUri + found.contentType + found.allow + found.supported + found.userAgent + found.body;
  },
  fields,
};

export const plainTexts: Reader = {
  name: "JavaScript alone, texts",
  read: (bytes) => sum(fields(bytes)),
  fields,
};
