// Puts the client of the IMS together, where one is configured.

import type { Context } from "../context.ts";
import type { Addresses } from "../sip/addresses.ts";
import type { ClientRequests } from "../sip/client_request.ts";
import { Identities } from "./identities.ts";
import type { RelayOptions } from "./relay_config.ts";
import { wayTo } from "./router.ts";

/** @throws TypeError where identities are to be registered without an IMS, or without what authentication needs. */
export function identitiesOf(
  { config, tables, hash, cipher, readRegInfo }: RelayOptions,
  { context, requests, addresses }: { context: Context; requests: ClientRequests; addresses: Addresses },
): Identities | undefined {
  const { accessNetwork = "", client, ims, isEdge = false, shards } = config;
  if (client === undefined) return undefined;
  if (ims === undefined || cipher === undefined || readRegInfo === undefined) {
    throw new TypeError("Registration at an IMS needs its name, a cipher and a reader of reginfo");
  }
  const route = `<${/^sips?:/i.test(ims) ? ims : `sip:${ims}`};lr>`;
  return new Identities({
    context,
    requests,
    addresses,
    feeds: tables.feeds,
    config: client,
    entrance: { towards: wayTo(ims, addresses), route, isEdge, accessNetwork },
    share: { own: shards?.own ?? 0, of: shards?.listeners.length ?? 1 },
    tools: { hash, cipher, random: context.random },
    readRegInfo,
  });
}
