// The codec: read into the envelope, mapped, written; the body goes from the window to the output and is nobody's text.

import { CONTEXT_EARLY_CALLED, CONTEXT_NONE, METHOD_INVITE, ROAP_ANSWER } from "../../wasm/assembly/codes.ts";
import { load, outputBytes, resetOutput } from "../../wasm/codec.ts";
import { envelope } from "../../wasm/envelope.ts";
import { openNext, receive } from "../readers/ropeway.ts";
import { roap } from "../../wasm/roap.ts";
import { writeRoap } from "../../wasm/roap_writer.ts";
import { sip } from "../../wasm/sip.ts";
import { keepLine, writeRequest } from "../../wasm/sip_writer.ts";
import { uri } from "../../wasm/uri.ts";
import { LEG, type Translator } from "./translation.ts";

const LINES = [LEG.allow, LEG.supported];
let start = 0;
for (const line of LINES) keepLine(line);

function invite(payload: Uint8Array): number {
  resetOutput();
  const fault = roap.read(load(payload));
  if (fault !== 0) throw new Error(`The codec refuses the OFFER: fault ${fault}`);
  if (!envelope.toSip(CONTEXT_NONE) || envelope.name !== METHOD_INVITE) {
    throw new Error("An OFFER is no INVITE");
  }
  const toUri = roap.to;
  if (uri.readSpan(toUri) !== 0) throw new Error("The codec refuses the target");
  const written = writeRequest({
    method: METHOD_INVITE,
    requestUri: LEG.requestUri,
    via: LEG.via,
    maxForwards: LEG.maxForwards,
    route: "",
    from: LEG.from,
    to: "",
    toUri,
    callId: LEG.callId,
    cseq: LEG.cseq,
    contact: LEG.contact,
    contentType: "application/sdp",
    lines: LINES,
  }, roap.sdp);
  start = written.start;
  return written.length;
}

function answer(ok: Uint8Array): number {
  resetOutput();
  const fault = sip.read(openNext(ok.length));
  if (fault !== 0) throw new Error(`The codec refuses the 200: fault ${fault}`);
  if (!envelope.toRoap(CONTEXT_EARLY_CALLED) || envelope.name !== ROAP_ANSWER) {
    throw new Error("A 200 is no ANSWER");
  }
  const written = writeRoap({
    type: ROAP_ANSWER,
    offererSessionId: LEG.offererSessionId,
    answererSessionId: LEG.answererSessionId,
    seq: LEG.seq,
    tieBreaker: -1,
    moreComing: false,
    errorType: 0,
    status: 0,
    reason: "",
    from: "",
    to: "",
    sessionToken: "",
    responseToken: "",
  }, sip.body);
  if (written === undefined) throw new Error("The codec refuses the body");
  start = written.start;
  return written.length;
}

export const ropewayTranslator: Translator = {
  name: "Ropeway",
  invite,
  receive,
  answer,
  written: (length) => outputBytes(start, length),
};
