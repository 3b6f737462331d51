// What a request requires of us (RFC 3261 section 8.2.2.3).

import { HEADER_REQUIRE, METHOD_REGISTER } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import { isSupported } from "./allow.ts";

const NOTHING: readonly string[] = [];

/** Option tags in Require of the request in the window that it may not require. */
export function unsupported(method: number): readonly string[] {
  const lines = sip.count(HEADER_REQUIRE);
  if (lines === 0) return NOTHING;
  // the registrar knows it (RFC 5626 section 6)
  const isKnown = (tag: string) =>
    isSupported(tag) || (method === METHOD_REGISTER && tag.toLowerCase() === "outbound");
  const tags: string[] = [];
  for (let at = 0; at < lines; at++) {
    const listed = sip.text(sip.value(HEADER_REQUIRE, at)).split(",").map((tag) => tag.trim());
    tags.push(...listed.filter((tag) => !isKnown(tag)));
  }
  return tags;
}
