// One value of Via (RFC 3261 20.42, 25.1, RFC 3581). Laxer than the grammar: hosts of the field have underscores.

import { isHost, isPort } from "./plain_uri.ts";
import { isToken, type PlainValue } from "./plain_value.ts";

export interface PlainVia {
  readonly viaHost: string;
  readonly viaPort: number;
  readonly viaTransportText: string;
  readonly viaRport: boolean;
  readonly viaMaddr: string;
  readonly branch: string;
}

const TOKEN = "[A-Za-z0-9\\-.!%*_+`'~]+";
const SLASH = "[ \\t]*/[ \\t]*";
const SENT = new RegExp(
  `${TOKEN}${SLASH}${TOKEN}${SLASH}(${TOKEN})[ \\t]+(\\[[0-9A-Fa-f:.]*\\]|[A-Za-z0-9.\\-_]+)[ \\t]*(?::[ \\t]*(\\d+)[ \\t]*)?`,
  "y",
);

/** Undefined when it is malformed. */
export function readVia(value: PlainValue): PlainVia | undefined {
  const sent = value.take(SENT);
  const parameters = sent === undefined ? undefined : value.parameters();
  if (sent === undefined || parameters === undefined) return undefined;
  const [, transport = "", host = "", port] = sent;
  if (host.startsWith("[") && !isHost(host)) return undefined;
  if (port !== undefined && !isPort(port)) return undefined;
  const branches = parameters.filter(({ name }) => name === "branch");
  const rports = parameters.filter(({ name }) => name === "rport");
  const maddrs = parameters.filter(({ name }) => name === "maddr");
  if (branches.length > 1 || rports.length > 1 || maddrs.length > 1) return undefined;
  if (branches.some(({ value }) => !isToken(value)) || maddrs.some(({ value }) => value === undefined)) {
    return undefined;
  }
  if (rports.some(({ value }) => value !== undefined && !isPort(value))) return undefined;
  return {
    viaHost: host,
    viaPort: port === undefined ? 0 : Number(port),
    viaTransportText: transport.toUpperCase(),
    viaRport: rports.length > 0,
    viaMaddr: maddrs[0]?.value ?? "",
    branch: branches[0]?.value ?? "",
  };
}
