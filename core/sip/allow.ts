// What this user agent takes (RFC 3261 sections 20.1 and 20.5): lines of so many messages that the writer keeps them.

import { keepLine } from "../../wasm/sip_writer.ts";

export const allowLine =
  "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, MESSAGE, INFO, REFER, NOTIFY";

/** Of a message that says nothing more. */
export const allowLines: readonly string[] = [allowLine];

/** Option tags (RFC 3261 section 19.2). */
const supported = ["100rel", "replaces", "timer"];

export const supportedLine = `Supported: ${supported.join(", ")}`;

const timerLine = "Supported: timer";

/** Of an INVITE whose provisional responses may be reliable. */
export const inviteLines: readonly string[] = [allowLine, supportedLine];

/** Of one whose provisional responses may not be. */
export const askingLines: readonly string[] = [allowLine, timerLine];

export const requireReliableLine = "Require: 100rel";

export const requireTimerLine = "Require: timer";

/** Whether a request may require this (section 8.2.2.3). */
export function isSupported(tag: string): boolean {
  return supported.includes(tag.toLowerCase());
}

export const acceptLine = "Accept: application/sdp";

for (const line of [allowLine, supportedLine, timerLine, requireReliableLine, requireTimerLine, acceptLine]) {
  keepLine(line);
}
