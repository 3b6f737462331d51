// The command line: each option's name, its setting and what the help says of it.

import { parseArgs } from "node:util";
import { ConfigError } from "./config.ts";

export interface Flag {
  /** Without its dashes. */
  readonly name: string;
  /** The setting it gives; "" for those that are none. */
  readonly setting: string;
  /** What its value looks like, "" = it takes none. */
  readonly value: string;
  readonly repeatable: boolean;
  readonly help: readonly string[];
}

const ONCE = { repeatable: false };
const OFTEN = { repeatable: true };

export const FLAGS: readonly Flag[] = [
  {
    name: "http",
    setting: "http",
    value: "HOST:PORT",
    ...ONCE,
    help: ["page at /, WebSocket at /ws, health", "default 127.0.0.1:8080"],
  },
  {
    name: "https",
    setting: "https",
    value: "HOST:PORT",
    ...ONCE,
    help: ["the same over TLS, with --certificate and --key"],
  },
  {
    name: "sip",
    setting: "sip",
    value: "udp:HOST:PORT",
    ...OFTEN,
    help: [
      "SIP over UDP, over TCP with tcp:HOST:PORT, or over TLS",
      "with tls:HOST:PORT; default udp and tcp on 127.0.0.1:5060",
    ],
  },
  {
    name: "certificate",
    setting: "certificate",
    value: "FILE",
    ...ONCE,
    help: [
      "who we are over TLS, in PEM, with those that vouch for it;",
      "read anew on SIGHUP, as the next two",
    ],
  },
  { name: "key", setting: "key", value: "FILE", ...ONCE, help: ["its private key, in PEM"] },
  {
    name: "ca",
    setting: "ca",
    value: "FILE",
    ...ONCE,
    help: ["whom to believe about SIP peers over TLS besides the roots", "that are known anyway"],
  },
  {
    name: "domain",
    setting: "domain",
    value: "NAME",
    ...ONCE,
    help: ["SIP domain that is served here", "default ropeway.local"],
  },
  { name: "user", setting: "users", value: "NAME:PASSWORD", ...OFTEN, help: ["account of a SIP phone"] },
  {
    name: "digest",
    setting: "digest",
    value: "ALGORITHM",
    ...OFTEN,
    help: ["how phones prove their password, preferred first", "default MD5, then SHA-256"],
  },
  {
    name: "ims",
    setting: "ims",
    value: "NAME",
    ...ONCE,
    help: [
      "where targets outside the domain go: a host name,",
      "HOST:PORT or a SIP URI, found as in RFC 3263",
    ],
  },
  {
    name: "ims-users",
    setting: "imsUsers",
    value: "FILE",
    ...ONCE,
    help: ["JSON of the identities to register at the IMS, with their secrets"],
  },
  {
    name: "ims-mode",
    setting: "imsMode",
    value: "MODE",
    ...ONCE,
    help: [
      "as whom calls go to the IMS: transparent (who is logged in), users (each",
      "browser registered as itself), pool (a registered identity lent to each call)",
      "default users with --ims-users, else transparent",
    ],
  },
  {
    name: "edge",
    setting: "edge",
    value: "",
    ...ONCE,
    help: ["be the IMS's edge proxy, not a client of the one that --ims names"],
  },
  {
    name: "access-network",
    setting: "accessNetwork",
    value: "TEXT",
    ...ONCE,
    help: ["P-Access-Network-Info in requests to the IMS"],
  },
  {
    name: "trust",
    setting: "trust",
    value: "CIDR",
    ...OFTEN,
    help: ["SIP peers that are believed in P-Asserted-Identity", "and are told it"],
  },
  {
    name: "peers",
    setting: "peers",
    value: "CIDR",
    ...OFTEN,
    help: ["SIP peers whose requests are heard; default all"],
  },
  {
    name: "dns",
    setting: "dns",
    value: "HOST:PORT",
    ...ONCE,
    help: ["resolver to ask instead of the system's"],
  },
  {
    name: "failover",
    setting: "failoverSeconds",
    value: "SECONDS",
    ...ONCE,
    help: [
      "how long one of several addresses of a name may say nothing",
      "before the next is tried; default 5, 0 = RFC 3261's 32",
    ],
  },
  {
    name: "session-expires",
    setting: "sessionExpires",
    value: "SECONDS",
    ...ONCE,
    help: [
      "how long a call may go without a sign of its SIP end's life;",
      "default 1800, 0 = as the other end likes",
    ],
  },
  {
    name: "min-se",
    setting: "minSe",
    value: "SECONDS",
    ...ONCE,
    help: ["the shortest such time that a SIP end may ask for; default 90"],
  },
  {
    name: "origin",
    setting: "origins",
    value: "ORIGIN",
    ...OFTEN,
    help: ["page elsewhere that may open the WebSocket,", "such as https://example.org"],
  },
  {
    name: "jwks",
    setting: "jwks",
    value: "FILE-OR-URL",
    ...ONCE,
    help: ["keys of the browsers' tokens (JWT, RS256 or ES256),", "with --jwt-issuer and --jwt-audience"],
  },
  {
    name: "jwt-secret",
    setting: "jwtSecret",
    value: "FILE",
    ...ONCE,
    help: ["secret shared with whoever signs tokens with HS256"],
  },
  {
    name: "jwt-issuer",
    setting: "jwtIssuer",
    value: "TEXT",
    ...ONCE,
    help: ["what iss of a token has to be"],
  },
  {
    name: "jwt-audience",
    setting: "jwtAudience",
    value: "TEXT",
    ...ONCE,
    help: ["what aud of a token has to be, or have in it"],
  },
  {
    name: "jwt-claim",
    setting: "jwtClaim",
    value: "NAME",
    ...ONCE,
    help: ["claim that names the user; default sub"],
  },
  {
    name: "browsers",
    setting: "browsers",
    value: "FILE",
    ...ONCE,
    help: [
      "JSON of browsers' users and their hashed passwords, which",
      "deno task hash makes; read anew on SIGHUP, as keys and secret",
    ],
  },
  {
    name: "per-address",
    setting: "perAddress",
    value: "COUNT",
    ...ONCE,
    help: ["HTTP connections that one address may have at a time", "default 100000"],
  },
  {
    name: "drain",
    setting: "drainSeconds",
    value: "SECONDS",
    ...ONCE,
    help: ["how long calls may go on after SIGTERM", "default 0: they end at once"],
  },
  {
    name: "shards",
    setting: "shards",
    value: "NUMBER",
    ...ONCE,
    help: [
      "processes that share the work, each with a SIP port of its own:",
      "the given one, then every second one; default the cores",
    ],
  },
  {
    name: "config",
    setting: "",
    value: "FILE",
    ...ONCE,
    help: ["settings as JSON; an option here wins over the file's"],
  },
  {
    name: "log",
    setting: "logLevel",
    value: "LEVEL",
    ...ONCE,
    help: ["debug, info, warn or error; default info"],
  },
  {
    name: "udp-buffer",
    setting: "udpBuffer",
    value: "BYTES",
    ...ONCE,
    help: ["receive and send buffer to ask for, of each UDP socket", "default 4194304"],
  },
  { name: "help", setting: "", value: "", ...ONCE, help: ["this text"] },
];

/** What the command line gives: settings in the shape that the schema reads, and the options that are no settings. */
export interface Flagged {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly file: string | undefined;
  readonly help: boolean;
}

/** @throws ConfigError for an option that does not exist, lacks its value, or has one too many. */
export function readFlags(args: readonly string[]): Flagged {
  const options: Record<string, { type: "string" | "boolean" }> = {};
  for (const flag of FLAGS) options[flag.name] = { type: flag.value === "" ? "boolean" : "string" };
  // Not strict: its refusals are several sentences long.
  // `deno task start -- --http …`, as npm wants it, hands the `--` on.
  const words = args[0] === "--" ? args.slice(1) : [...args];
  const { tokens } = parseArgs({ args: words, options, strict: false, tokens: true });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new ConfigError("", `Unexpected argument ${quoted(token.value)}`);
    const flag = FLAGS.find(({ name }) => token.rawName === `--${name}`);
    if (flag === undefined) throw new ConfigError("", `Unknown option ${quoted(token.rawName)}; see --help`);
    const field = flag.setting || flag.name;
    if (flag.value === "") {
      if (token.value !== undefined) throw new ConfigError(field, `Option --${flag.name} takes no value`);
      given.set(flag.name, []);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith("-"))) {
      throw new ConfigError(field, `Option --${flag.name} needs a value: ${flag.value}`);
    }
    const values = flag.repeatable ? given.get(flag.name) ?? [] : [];
    given.set(flag.name, [...values, token.value]);
  }
  const settings: Record<string, unknown> = {};
  for (const { name, setting, repeatable } of FLAGS) {
    const values = given.get(name);
    if (values === undefined || setting === "") continue;
    settings[setting] = repeatable ? values : values[0] ?? true;
  }
  if (given.has("user")) settings.users = given.get("user")?.map(readUser);
  if (given.has("per-address")) settings.perAddress = readNumber(given.get("per-address")?.[0] ?? "");
  if (given.has("failover")) settings.failoverSeconds = readNumber(given.get("failover")?.[0] ?? "");
  if (given.has("session-expires")) {
    settings.sessionExpires = readNumber(given.get("session-expires")?.[0] ?? "");
  }
  if (given.has("min-se")) settings.minSe = readNumber(given.get("min-se")?.[0] ?? "");
  if (given.has("drain")) settings.drainSeconds = readNumber(given.get("drain")?.[0] ?? "");
  if (given.has("shards")) settings.shards = readNumber(given.get("shards")?.[0] ?? "");
  if (given.has("udp-buffer")) settings.udpBuffer = readNumber(given.get("udp-buffer")?.[0] ?? "");
  return { settings, file: given.get("config")?.[0], help: given.has("help") };
}

/** A value as an error shows it: quoted, without control characters, not endless. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function readUser(text: string): [string, string] {
  const colon = text.indexOf(":");
  if (colon === -1) throw new ConfigError("users", `Option --user: ${quoted(text)} is not NAME:PASSWORD`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** A decimal number, or the text as it is for the schema to refuse. */
function readNumber(text: string): number | string {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
