// name-addr and addr-spec with parameters (RFC 3261 20.10): Contact, Refer-To, Referred-By (RFC 3892), Path (RFC 3327), Service-Route (RFC 3608),
// P-Asserted-Identity (RFC 3325), P-Associated-URI (RFC 7315), Alert-Info, Geolocation (RFC 6442) and their like.

import type { Span } from "../memory.ts";
import type { Cursor, Malformed, Params } from "./cursor.ts";

export interface Address {
  /** Without quotes and backslashes; "" = none. */
  readonly display: string;
  /** Without <>. Its grammar beyond its characters is uri.read()'s to check. */
  readonly uri: string;
  readonly params: Params;
}

export function readAddress(cursor: Cursor, header: number, value: Span): Address | Malformed {
  cursor.open(value);
  const address = cursor.address();
  const params = address === undefined ? undefined : cursor.params();
  return address === undefined || params === undefined ? cursor.malformed(header) : { ...address, params };
}
