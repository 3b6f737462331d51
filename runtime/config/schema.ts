// The one schema that flags and file pass through.

import { z } from "zod";
import { isIP } from "node:net";
import { SHORTEST_SESSION } from "../../core/sip/session/session_policy.ts";
import { SHARD_LIMIT } from "../../core/sip/shard_marks.ts";
import { readNetwork } from "../net/peer_list.ts";
import type { ImsUser } from "./config.ts";
import { isHostName, readEndpoint, readListener } from "./address.ts";

const endpoint = read(readEndpoint);
const listener = read(readListener);

const file = z.string().min(1).max(4_096);

const resolver = read((text) => {
  const found = readEndpoint(text);
  if (typeof found === "string") return found;
  if (isIP(found.host) === 0) return "must give the resolver as an IP address";
  return found.port === 0 ? "has port 0, which cannot be asked" : found;
});

const domain = read((text) => isHost(text) ? { host: text.toLowerCase() } : "is not a host name")
  .transform(({ host }) => host.replace(/\.$/, ""));

const ims = read((text) => {
  if (isHost(text)) return { target: text.toLowerCase() };
  const parts = /^sip:(?:[^\s@<>"]+@)?([^\s@;?<>"]+)((?:;[^\s@;?<>"]+)*)$/i.exec(text);
  const address = parts?.[1] ?? text;
  const found = readEndpoint(address);
  if (typeof found !== "string") {
    if (found.port === 0) return "has port 0, which nothing can be sent to";
    return { target: parts === null ? `sip:${text}` : text };
  }
  return parts !== null && isHost(address) ? { target: text } : "is neither a host name nor a SIP URI";
}).transform(({ target }) => target);

const origin = read((text) => {
  const found = URL.parse(text);
  const good = found !== null && /^https?:$/.test(found.protocol) && found.origin === text.toLowerCase();
  return good ? { origin: found.origin } : "is not an origin like https://example.org";
}).transform(({ origin }) => origin);

const network = read(readNetwork);

/** RFC 7315 section 5.4: text of one line. */
const accessNetwork = z.string().min(1).max(256).regex(/^[\x20-\x7e]*$/);

/** RFC 3261 section 25.1, `user`. */
const USER = /^(?:[A-Za-z\d\-_.!~*'()&=+$,;?/]|%[\dA-Fa-f]{2}){1,256}$/;
// deno-lint-ignore no-control-regex -- they are what must not be there
const CONTROL = /[\x00-\x1f\x7f]/;

const users = z.array(z.tuple([z.string(), z.string()])).max(100_000).transform((entries, context) => {
  const found = new Map<string, string>();
  for (const [name, password] of entries) {
    const problem = !USER.test(name)
      ? "cannot be a user's name"
      : found.has(name)
      ? "is given twice"
      : password === ""
      ? "has no password"
      : CONTROL.test(password)
      ? "has a control character in its password"
      : undefined;
    // The password stays out of the message.
    if (problem !== undefined) {
      context.issues.push({ code: "custom", message: problem, input: name, path: [] });
    }
    found.set(name, password);
  }
  return found;
});

/** A claim's value or name. */
const claim = z.string().min(1).max(1_024);

export const schema = z.strictObject({
  http: endpoint.prefault("127.0.0.1:8080"),
  https: endpoint.optional(),
  sip: z.array(listener).min(1).max(64).prefault(["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]),
  certificate: file.optional(),
  key: file.optional(),
  ca: file.optional(),
  domain: domain.prefault("ropeway.local"),
  users: users.prefault([]),
  digest: z.array(z.enum(["MD5", "SHA-256"])).min(1).max(2).prefault(["MD5", "SHA-256"]),
  ims: ims.optional(),
  imsUsers: z.array(z.custom<ImsUser>()).optional(),
  imsMode: z.enum(["transparent", "users", "pool"]).optional(),
  edge: z.boolean().default(false),
  accessNetwork: accessNetwork.optional(),
  trust: z.array(network).max(1_024).prefault([]),
  peers: z.array(network).max(1_024).prefault([]),
  dns: resolver.optional(),
  failoverSeconds: z.number().min(0).max(32).default(5),
  sessionExpires: z.number().int().min(0).max(86_400).default(1_800),
  minSe: z.number().int().min(SHORTEST_SESSION).max(86_400).default(SHORTEST_SESSION),
  origins: z.array(origin).max(256).prefault([]),
  jwtSecret: file.optional(),
  jwks: file.optional(),
  jwtIssuer: claim.optional(),
  jwtAudience: claim.optional(),
  jwtClaim: claim.optional(),
  browsers: file.optional(),
  perAddress: z.number().int().min(1).max(1_000_000).default(100_000),
  drainSeconds: z.number().min(0).max(86_400).default(0),
  shards: z.number().int().min(1).max(SHARD_LIMIT).optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
  udpBuffer: z.number().int().min(4_096).max(1_073_741_824).default(4_194_304),
});

/** A text that `reader` turns into what it says, or into the problem with it. */
function read<Value extends object>(reader: (text: string) => Value | string) {
  return z.string().transform((text, context): Value => {
    const found = reader(text);
    if (typeof found !== "string") return found;
    context.issues.push({ code: "custom", message: found, input: text });
    return z.NEVER;
  });
}

function isHost(text: string): boolean {
  return isHostName(text) || (text.startsWith("[") && text.endsWith("]") && isIP(text.slice(1, -1)) === 6);
}
