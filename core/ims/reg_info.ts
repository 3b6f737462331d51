// The reg event package's word of a registration (RFC 3680 sections 3.5 and 5), as the runtime has read it out of its XML.

import type { Registration } from "./registration.ts";
import type { Word } from "./registrations.ts";

export interface RegContact {
  readonly uri: string;
  readonly state: string;
  readonly event: string;
  /** Seconds; -1 = not said. */
  readonly expires: number;
  readonly retryAfter: number;
}

export interface RegInfo {
  readonly version: number;
  readonly registrations: readonly {
    readonly aor: string;
    readonly state: string;
    readonly contacts: readonly RegContact[];
  }[];
}

/** Reads application/reginfo+xml, undefined = it is none. Lent by the runtime. */
export type RegInfoReader = (text: string) => RegInfo | undefined;

/**
 * The event of a contact that ends it for good. Others want a new registration, at once (section 5.3); so does "unregistered": it was not we who did that, or not
 * in this life, and a registrar may tell us late what a relay with our Contact did before it was started again.
 */
const FINAL = "rejected";

/** What the document says of our own contact, undefined = nothing that concerns us. A contact that is not listed may be so under another form. */
export function wordOf(info: RegInfo, { identity, token }: Registration): Word | undefined {
  const marks = [`:${token}@`, `:${token.toUpperCase()}@`];
  const isOurs = ({ uri }: RegContact) => marks.some((mark) => uri.includes(mark));
  const own = info.registrations.filter(({ aor }) => aor === identity.uri);
  for (const { contacts } of own.length > 0 ? own : info.registrations) {
    const contact = contacts.find(isOurs);
    if (contact === undefined) continue;
    const { state, event, expires, retryAfter } = contact;
    if (state === "active") {
      return event === "shortened" && expires >= 0 ? { event: "shortened", seconds: expires } : undefined;
    }
    if (state !== "terminated") continue;
    if (event === FINAL) return { event: "ended" };
    return event === "probation"
      ? { event: "probation", retryAfter: 1000 * Math.max(0, retryAfter) }
      : { event: "lost" };
  }
  // some registrars do not list what is gone, and only say that nothing is left (section 5.1)
  return own.length > 0 && own.every(isOver) ? { event: "lost" } : undefined;
}

function isOver({ state, contacts }: RegInfo["registrations"][number]): boolean {
  return state === "terminated" && contacts.length === 0;
}
