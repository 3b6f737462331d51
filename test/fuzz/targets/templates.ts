// Heads around a body and its keys, for the ways from one dialect to the other and back.

import { FLAG_RESPONSE } from "../../../wasm/assembly/codes.ts";
import type { Span, Written } from "../../../wasm/codec.ts";
import type { Build } from "../builds.ts";

const METHODS = [
  "",
  "INVITE",
  "ACK",
  "BYE",
  "CANCEL",
  "REGISTER",
  "OPTIONS",
  "INFO",
  "PRACK",
  "UPDATE",
  "MESSAGE",
]
  .concat(["SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER"]);
const VIA = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKone;rport";
const FROM = "<sip:alice@example.org>;tag=one";
const TO = "<sip:bob@example.org>";

/** The SIP message that the envelope, already mapped, asks for. */
export function writeSip({ codec, codec: { envelope } }: Build, body: Span): Written {
  const { name, method, flags } = envelope;
  const common = { contact: "<sip:alice@192.0.2.1>", contentType: "application/sdp", lines: [] };
  if ((flags & FLAG_RESPONSE) === 0) {
    return codec.writeRequest({
      ...common,
      method: name,
      requestUri: "sip:bob@example.org",
      via: VIA,
      maxForwards: 70,
      route: "",
      from: FROM,
      to: TO,
      callId: "call",
      cseq: 1,
    }, body);
  }
  const kept = `Via: ${VIA}\nFrom: ${FROM}\nCall-ID: call\nCSeq: 1 ${METHODS[method] ?? "INVITE"}`;
  return codec.writeResponse({ ...common, status: name, reason: "", kept, to: `${TO};tag=two` }, body);
}

export interface RoapKeys {
  readonly offererSessionId: string;
  readonly answererSessionId: string;
  readonly seq: number;
}

/** The ROAP message that the envelope, already mapped, asks for. Undefined: its body is no UTF-8. */
export function writeRoap(
  { codec, codec: { envelope } }: Build,
  keys: RoapKeys,
  body: Span,
): Written | undefined {
  return codec.writeRoap({
    ...keys,
    type: envelope.name,
    tieBreaker: -1,
    moreComing: envelope.moreComing,
    errorType: envelope.errorType,
    status: envelope.errorType === 0 ? 0 : envelope.status,
    reason: "",
    from: "",
    to: "",
    sessionToken: "",
    responseToken: "",
  }, body);
}
