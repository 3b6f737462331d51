// Where a request has its token: browsers cannot set headers of a WebSocket, but name its subprotocols (RFC 6455 section 4.1); programs have the
// Authorization header, and where there is nothing else the query (RFC 6750 section 2).

import type { Asking } from "../http/access.ts";

/** Characters. A head has room for so much and what browsers put beside it. */
export const TOKEN_LIMIT = 6_144;
/** What a subprotocol begins with that is none but a token. All characters of a JWT may stand in a subprotocol's name. */
const ELEMENT = "token.";
const QUERY = ["access_token", "token"];

/** The request's token; undefined = it has none; SEVERAL = more than one, which RFC 6750 section 2 forbids. */
export function tokenOf({ headers }: Asking, url: URL): string | undefined {
  const found = [
    ...bearer(headers.get("authorization")),
    ...elements(headers.get("sec-websocket-protocol")),
    ...QUERY.flatMap((name) => url.searchParams.getAll(name)),
  ];
  return found.length > 1 ? SEVERAL : found[0];
}

/** No token looks so. */
export const SEVERAL = " ";

function bearer(header: string | null): string[] {
  const [, token] = /^bearer +(\S+)$/i.exec(header ?? "") ?? [];
  return token === undefined ? [] : [token];
}

function elements(header: string | null): string[] {
  return (header ?? "").split(",").map((element) => element.trim()).filter((element) =>
    element.startsWith(ELEMENT)
  ).map((element) => element.slice(ELEMENT.length));
}
