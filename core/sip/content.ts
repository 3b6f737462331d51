// What a request may carry (RFC 3261 section 8.2.3).

import { HEADER_ACCEPT, HEADER_CONTENT_ENCODING } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import { acceptLine } from "./allow.ts";
import type { Response } from "./transaction/response.ts";

/** Section 8.2.3, and that an INVITE has to take an answer, or the offer that it asks for. */
export function contentRefusal(): Response | undefined {
  const refusal = sip.body === 0 ? undefined : bodyRefusal();
  if (refusal !== undefined) return refusal;
  if (sip.count(HEADER_ACCEPT) > 0 && !takesSdp()) {
    return { status: 406, lines: ['Warning: 399 ropeway "Accept leaves no format for an answer"'] };
  }
  return undefined;
}

/** Section 8.2.3: a body has to be a session description, and as it is. */
export function bodyRefusal(): Response | undefined {
  if (sip.count(HEADER_CONTENT_ENCODING) > 0) return { status: 415, lines: ["Accept-Encoding: identity"] };
  const type = sip.contentType === 0 ? "" : sip.text(sip.contentType).toLowerCase();
  return type === "application/sdp" ? undefined : { status: 415, lines: [acceptLine] };
}

/** Whether Accept has application/sdp, or a range that covers it (section 20.1). */
function takesSdp(): boolean {
  for (let nth = 0; nth < sip.count(HEADER_ACCEPT); nth++) {
    const ranges = sip.text(sip.value(HEADER_ACCEPT, nth)).toLowerCase().split(",");
    for (const range of ranges) {
      if (/^\s*(?:application\s*\/\s*(?:sdp|\*)|\*\s*\/\s*\*)\s*(?:;|$)/.test(range)) return true;
    }
  }
  return false;
}
