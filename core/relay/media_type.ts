// Content types as they cross: what a browser says becomes a header value, and the other way round.

import { HEADER_CONTENT_TYPE } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";

/** The default, which a message to a browser does without. */
export const plainText = "text/plain";

/** Characters of a Content-Type that passes. */
export const longestType = 256;

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const MEDIA_TYPE = new RegExp(
  `^${TOKEN}/${TOKEN}(?: ?; ?${TOKEN}=(?:${TOKEN}|"[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*"))*$`,
);

/** Whether a text is a type, a subtype and parameters (RFC 3261 section 20.15), and nothing else. */
export function isMediaType(text: string): boolean {
  return text.length <= longestType && MEDIA_TYPE.test(text);
}

/** The Content-Type of the SIP message in the window, or its default: without parameters when they are odd, "" when it is none at all. */
export function typeOfWindow(otherwise: string): string {
  if (sip.contentType === 0) return otherwise;
  const whole = sip.text(sip.value(HEADER_CONTENT_TYPE));
  if (isMediaType(whole)) return whole;
  const bare = sip.text(sip.contentType);
  return isMediaType(bare) ? bare : "";
}

/** A media type as a browser is told it: "" for the default. */
export function typeForBrowser(type: string): string {
  return type.toLowerCase() === plainText ? "" : type;
}
