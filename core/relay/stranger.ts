// Who sends a request: a user of the domain, or a stranger to it.

import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";
import type { Context } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Bindings, ContactBinding } from "../location/bindings.ts";
import type { Registrar } from "../location/registrar.ts";
import { unescapeUser } from "../location/uri_equality.ts";
import type { Addresses } from "../sip/addresses.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import { warned } from "./warned.ts";

export interface StrangerParts {
  readonly context: Context;
  readonly addresses: Addresses;
  readonly accounts: ReadonlyMap<string, string>;
  readonly bindings: Bindings;
  readonly registrar: Registrar;
}

/**
 * Whether the sender of the request in the window is none of the domain's: true or false, or what it has to answer first. An account's name in From has to be proved, by the
 * place that it registered from or by digest; a browser's name comes from a browser alone.
 */
export function strangerOf(parts: StrangerParts, { source }: ServerTransaction): boolean | Response {
  const { addresses, accounts, bindings, context, registrar } = parts;
  if (uri.readSpan(sip.fromUri) !== 0) return { status: 400 };
  // Whatever the port: a name of ours is ours, and a person reads no further.
  const namesDomain = addresses.isDomain(uri.host);
  if (!namesDomain && !addresses.isOwn(uri.host, uri.port)) return true;
  const user = unescapeUser(uri.user);
  const known = bindings.of(user, context.now);
  if (accounts.has(user)) {
    if (known.some((binding) => binding.type === "contact" && cameFrom(binding, source))) return false;
    return registrar.authenticate(context.now) ?? false;
  }
  if (known.length > 0) return warned(403, "From names a user who is logged in elsewhere");
  // a browser may log in by this name at any time: until then it is nobody's to use, except where browsers need no password either
  if (!namesDomain || (accounts.size === 0 && isLoopback(source.host))) return true;
  return warned(403, "From names a user of this domain who is not logged in");
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

/** What Via says of the sender proves nothing: only where the request really came from counts. */
function cameFrom(binding: ContactBinding, source: Hop): boolean {
  const { transport, host, port, flow, shard } = binding.hop;
  return transport === source.transport && host === source.host &&
    (transport === "udp" ? port === source.port : flow === source.flow && shard === source.shard);
}
