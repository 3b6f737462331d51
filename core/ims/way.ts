// How an initial request of a registered identity leaves: its Route, its first hop, and what it says of its sender (RFC 3608 section 6.1, RFC 3325 section 9.1,
// 3GPP TS 24.229 sections 5.1.2A.1 and 5.2.6.3).

import type { Hop } from "../hop.ts";
import type { Registration } from "./registration.ts";

/** Where the IMS begins. */
export interface Entrance {
  /** Its URI, or the address that it is. */
  readonly towards: string | Hop;
  /** The same as a Route value. */
  readonly route: string;
  /** We are our own edge proxy, within the network's trust; else a client of the proxy that is the entrance. */
  readonly isEdge: boolean;
  /** Value of P-Access-Network-Info, "" = none. */
  readonly accessNetwork: string;
}

export interface Way {
  readonly route: string;
  readonly towards: string | Hop;
  /** Whole header lines. */
  readonly lines: readonly string[];
}

/** The default public identity of a registration. */
export function publicIdOf({ identity, publicIds }: Registration): string {
  return publicIds[0] ?? identity.uri;
}

export function wayOf(registration: Registration, entrance: Entrance, { isPrivate = false } = {}): Way {
  const { serviceRoute } = registration;
  const { accessNetwork, isEdge } = entrance;
  const lines = [
    `${isEdge ? "P-Asserted-Identity" : "P-Preferred-Identity"}: <${publicIdOf(registration)}>`,
    ...(isPrivate ? ["Privacy: id"] : []),
    ...(accessNetwork === "" ? [] : [`P-Access-Network-Info: ${accessNetwork}`]),
  ];
  if (isEdge && serviceRoute !== "") {
    return { route: serviceRoute, towards: firstUri(serviceRoute), lines };
  }
  // TS 24.229 section 5.1.2A.1.1: the proxy stands before what the registrar has named
  const route = isEdge ? "" : [entrance.route, serviceRoute].filter((part) => part !== "").join(", ");
  return { route, towards: entrance.towards, lines };
}

/** The URI of the first of our own Route values. */
function firstUri(route: string): string {
  return route.slice(1, route.indexOf(">"));
}
