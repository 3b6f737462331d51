// Whom a claim means: a user of the domain, by name or by URI.

import { isUser } from "../../wasm/uri.ts";

/**
 * The user that a claim's value names: `alice`, `alice@DOMAIN`, `sip:alice@DOMAIN` or `sips:alice@DOMAIN`; undefined = it names no user of this domain.
 * `domain` is lower case.
 */
export function userOfClaim(value: unknown, domain: string): string | undefined {
  if (typeof value !== "string") return undefined;
  const [, scheme, rest = ""] = /^(sips?:)?(.*)$/is.exec(value) ?? [];
  const at = rest.lastIndexOf("@");
  if (at === -1) return scheme === undefined && isUser(rest) ? rest : undefined;
  const user = rest.slice(0, at);
  return rest.slice(at + 1).toLowerCase() === domain && isUser(user) ? user : undefined;
}
