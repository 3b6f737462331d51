// Whether two SIP or SIPS URIs are the same for a registrar: RFC 3261 section 19.1.4.

import { canonicalHost } from "../sip/ip_address.ts";

/** Parameters that one URI alone may not have: their absence means something else than their default value. */
const NEVER_ALONE: readonly string[] = ["user", "ttl", "method", "maddr", "transport"];
/** RFC 2396 section 2.2: an escape of one of these is not the character itself. */
const RESERVED = ";/?:@&=+$,";

interface Parts {
  readonly scheme: string;
  readonly userInfo: string | undefined;
  readonly hostPort: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
}

/** Compares two texts that have passed as SIP or SIPS URIs. Not transitive, as the RFC remarks. Never throws. */
export function sameUri(left: string, right: string): boolean {
  if (left === right) return true;
  const a = partsOf(left);
  const b = partsOf(right);
  return a.scheme === b.scheme && a.userInfo === b.userInfo && a.hostPort === b.hostPort &&
    sameParameters(a.parameters, b.parameters) && sameHeaders(a.headers, b.headers);
}

/** Whether both name the same user at the same host and port, whatever the parameters. */
export function sameAddress(left: string, right: string): boolean {
  if (left === right) return true;
  const a = partsOf(left);
  const b = partsOf(right);
  return a.scheme === b.scheme && a.userInfo === b.userInfo && a.hostPort === b.hostPort;
}

/**
 * The user of an address-of-record in its canonical form (section 10.3, step 5): every escape undone. For look-ups only: the
 * result may hold any character, so it is no user part of a URI.
 */
export function unescapeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not UTF-8: the name of nobody
  }
}

/** Escapes of unreserved characters undone, the rest with upper-case digits: one text for all spellings that are equal. */
function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (escape, digits: string) => {
    const code = parseInt(digits, 16);
    const character = String.fromCharCode(code);
    return code > 0x20 && code < 0x7f && character !== "%" && !RESERVED.includes(character)
      ? character
      : escape.toUpperCase();
  });
}

function partsOf(text: string): Parts {
  const colon = text.indexOf(":");
  // A user part may hold ";" and "?" as they are, what follows it no "@".
  const at = text.lastIndexOf("@");
  const rest = text.slice(Math.max(colon, at) + 1);
  const [address = "", headers = ""] = splitOnce(rest, "?");
  const [hostPort = "", parameters = ""] = splitOnce(address, ";");
  return {
    scheme: text.slice(0, colon).toLowerCase(),
    userInfo: at < 0 ? undefined : unescaped(text.slice(colon + 1, at)),
    hostPort: canonicalHostPort(hostPort),
    parameters: fields(parameters, ";"),
    headers: fields(headers, "&"),
  };
}

function canonicalHostPort(text: string): string {
  const end = text.startsWith("[") ? text.indexOf("]") : -1;
  return end < 0 ? text.toLowerCase() : `[${canonicalHost(text.slice(1, end))}]${text.slice(end + 1)}`;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function fields(text: string, separator: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (text === "") return found;
  for (const field of text.split(separator)) {
    const [name = "", value = ""] = splitOnce(field, "=");
    found.set(unescaped(name).toLowerCase(), unescaped(value).toLowerCase());
  }
  return found;
}

function sameParameters(a: Parts["parameters"], b: Parts["parameters"]): boolean {
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other !== undefined && other !== value) return false;
  }
  return NEVER_ALONE.every((name) => a.has(name) === b.has(name));
}

function sameHeaders(a: Parts["headers"], b: Parts["headers"]): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}
