// What this user agent takes (RFC 3261 sections 20.1 and 20.5): lines of so many messages that the writer keeps them.

import { keepLine } from "../../wasm/sip_writer.ts";

export const allowLine = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, INFO, REFER, NOTIFY";

/** Of a message that says nothing more. */
export const allowLines: readonly string[] = [allowLine];

export const acceptLine = "Accept: application/sdp";

for (const line of [allowLine, acceptLine]) keepLine(line);
