// name-addr and addr-spec with parameters (RFC 3261 20.10): Contact, Refer-To, Referred-By (RFC 3892), Path (RFC 3327), Service-Route (RFC 3608),
// P-Asserted-Identity (RFC 3325), P-Associated-URI (RFC 7315), Alert-Info, Geolocation (RFC 6442) and their like.

import { type Span, spanText } from "../codec.ts";
import { takeAddress, takenSecond } from "../codec.wasm";
import { type Malformed, malformed, open, type Params, params } from "./cursor.ts";
import { unquoted } from "../param.ts";

export interface Address {
  /** Without quotes and backslashes; "" = none. */
  readonly display: string;
  /** Without <>. Its grammar beyond its characters is uri.read()'s to check. */
  readonly uri: string;
  readonly params: Params;
}

export function readAddress(header: number, value: Span): Address | Malformed {
  open(value);
  const uri = takeAddress();
  if (uri === 0) return malformed(header);
  const display = takenSecond();
  const found = params();
  if (found === undefined) return malformed(header);
  return { display: display === 0 ? "" : unquoted(spanText(display)), uri: spanText(uri), params: found };
}
