// Reads application/reginfo+xml (RFC 3680 section 5) for core.

import { parseXml, XmlElement } from "@rgrove/parse-xml";
import type { RegContact, RegInfo } from "../core/ims/reg_info.ts";

/** undefined: it is no such document. Prefixes of names are passed over, and so is what the RFC does not know. */
export function readRegInfo(text: string): RegInfo | undefined {
  let root: XmlElement | null;
  try {
    root = parseXml(text).root;
  } catch {
    // not well-formed, or nested deeper than the stack
    return undefined;
  }
  if (root === null || nameOf(root) !== "reginfo") return undefined;
  const version = numberOf(root.attributes.version);
  if (version < 0) return undefined;
  return { version, registrations: childrenOf(root, "registration").map(registrationOf) };
}

function registrationOf(element: XmlElement): RegInfo["registrations"][number] {
  const { aor = "", state = "" } = element.attributes;
  return { aor, state, contacts: childrenOf(element, "contact").map(contactOf) };
}

function contactOf(element: XmlElement): RegContact {
  const { state = "", event = "", expires, "retry-after": retryAfter } = element.attributes;
  const [uri] = childrenOf(element, "uri");
  return {
    uri: uri?.text.trim() ?? "",
    state,
    event,
    expires: numberOf(expires),
    retryAfter: numberOf(retryAfter),
  };
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child): child is XmlElement =>
    child instanceof XmlElement && nameOf(child) === name
  );
}

function nameOf({ name }: XmlElement): string {
  return name.slice(name.indexOf(":") + 1);
}

/** -1 = none. */
function numberOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : -1;
}
