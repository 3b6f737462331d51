// The baseline: the best way of translating that we know in JavaScript alone. JSON.parse and JSON.stringify are the engine's own; the
// message is one template and one encodeInto into a buffer that is there already. What is ASCII is decoded by node:buffer's latin1, which with the look
// whether it is takes a little less than TextDecoder.

import { Buffer, isAscii } from "node:buffer";
import { readPlain } from "../readers/plain_message.ts";
import { LEG, type Translator } from "./translation.ts";

// deno-lint-ignore no-control-regex -- finding control characters is its purpose
const CONTROL = /[\x00-\x1f\x7f]/;
const SIP_URI = /^sips?:(?:[\w.!~*'()&=+$,;?/%-]+@)?[\w.-]+(?::\d{1,5})?(?:;[\w.!~*'()[\]/:&+$%=-]+)*$/;

const encoder = new TextEncoder();
const buffer = new Uint8Array(1 << 18);
const utf8 = new TextEncoder();
const decoder = new TextDecoder();

interface Offer {
  readonly messageType?: unknown;
  readonly offererSessionId?: unknown;
  readonly seq?: unknown;
  readonly tieBreaker?: unknown;
  readonly sdp?: unknown;
  readonly to?: unknown;
}

/** `bytes.toString("latin1")` without the look at the encoding's name; @types/node leaves it out. */
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

function textOf(bytes: Uint8Array): string {
  return isAscii(bytes) ? latin1Slice.call(bytes, 0, bytes.length) : decoder.decode(bytes);
}

function invite(payload: Uint8Array): number {
  const offer: Offer = JSON.parse(textOf(payload));
  const { messageType, offererSessionId, seq, sdp, to } = offer;
  if (
    messageType !== "OFFER" || typeof offererSessionId !== "string" || CONTROL.test(offererSessionId) ||
    typeof seq !== "number" || !(seq >= 0 && seq <= 0xffffffff) || typeof sdp !== "string" || sdp === "" ||
    typeof to !== "string" || !SIP_URI.test(to)
  ) throw new Error("The baseline refuses the OFFER");
  const whole = (length: number) =>
    `INVITE ${LEG.requestUri} SIP/2.0\r\nVia: ${LEG.via}\r\nMax-Forwards: ${LEG.maxForwards}\r\nFrom: ${LEG.from}\r\n` +
    `To: <${to}>\r\nCall-ID: ${LEG.callId}\r\nCSeq: ${LEG.cseq} INVITE\r\nContact: ${LEG.contact}\r\n${LEG.allow}\r\n` +
    `${LEG.supported}\r\nContent-Type: application/sdp\r\nContent-Length: ${length}\r\n\r\n${sdp}`;
  const message = whole(sdp.length);
  const { written } = encoder.encodeInto(message, buffer);
  if (written === message.length) return written;
  // Not ASCII, so the length in bytes is another.
  return encoder.encodeInto(whole(utf8.encode(sdp).length), buffer).written;
}

function answer(ok: Uint8Array): number {
  const message = readPlain(ok);
  if (message === undefined || !isOk(ok, message.start >>> 16)) {
    throw new Error("The baseline refuses the 200");
  }
  const from = message.body >>> 16;
  const text = JSON.stringify({
    answererSessionId: LEG.answererSessionId,
    messageType: "ANSWER",
    offererSessionId: LEG.offererSessionId,
    sdp: textOf(ok.subarray(from, from + (message.body & 0xffff))),
    seq: LEG.seq,
  });
  return encoder.encodeInto(text, buffer).written;
}

function isOk(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x32 && bytes[at + 1] === 0x30 && bytes[at + 2] === 0x30;
}

export const plainTranslator: Translator = {
  name: "JavaScript alone",
  invite,
  answer,
  written: (length) => buffer.subarray(0, length),
};
