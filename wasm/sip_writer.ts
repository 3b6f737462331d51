// The relay's writer of SIP messages.

import { codec } from "./codec.ts";
import type { Body, Written } from "./memory.ts";
import type { RequestHead, ResponseHead } from "./sip_message_writer.ts";

export { reasonPhrase } from "./reason_phrase.ts";
export type { RequestHead, ResponseHead };

const writer = codec.sipWriter;

/** Keeps a line that many messages have, as SipWriter says. */
export function keepLine(line: string): void {
  writer.keepLine(line);
}

/** Writes a request, as SipWriter says. */
export function writeRequest(head: RequestHead, body: Body): Written {
  return writer.writeRequest(head, body);
}

/** Writes a response, as SipWriter says. */
export function writeResponse(head: ResponseHead, body: Body): Written {
  return writer.writeResponse(head, body);
}

/** A method's name. Throws RangeError for METHOD_OTHER and what is no METHOD_*. */
export function methodName(method: number): string {
  return writer.methodName(method);
}
