// The relay's reader of URIs.

import { codec } from "./codec.ts";
import type { UriReader } from "./uri_reader.ts";

export type { UriReader };
export const uri: UriReader = codec.uri;

/** Whether text can stand as the user part of a SIP URI as it is: 1 to 256 characters. */
export function isUser(text: string): boolean {
  return uri.isUser(text);
}

/** Whether text is a token (RFC 3261 25.1). */
export function isToken(text: string): boolean {
  return uri.isToken(text);
}
