// What this user agent takes (RFC 3261 sections 20.1 and 20.5): lines of so many messages that the writer keeps them.

import { keepLine } from "../../wasm/sip_writer.ts";

export const allowLine =
  "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, MESSAGE, INFO, REFER, NOTIFY";

/** Of a message that says nothing more. */
export const allowLines: readonly string[] = [allowLine];

/** Option tags (RFC 3261 section 19.2). */
const supported = ["100rel", "replaces"];

export const supportedLine = `Supported: ${supported.join(", ")}`;

/** Of an INVITE whose provisional responses may be reliable. */
export const inviteLines: readonly string[] = [allowLine, supportedLine];

export const requireReliableLine = "Require: 100rel";

/** Whether a request may require this (section 8.2.2.3). */
export function isSupported(tag: string): boolean {
  return supported.includes(tag.toLowerCase());
}

export const acceptLine = "Accept: application/sdp";

for (const line of [allowLine, supportedLine, requireReliableLine, acceptLine]) keepLine(line);
