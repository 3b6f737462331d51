// The file of identities that the relay registers at an IMS. Nothing of a secret ever gets into a message.
//
//   { "sip:alice@ims.example": { "password": "…" },
//     "sip:+15550100006@ims.example": { "k": "32 hexadecimal digits", "op": "…" or "opc": "…",
//                                       "privateId": "frank@ims.example", "realm": "ims.example", "home": "ims.example", "user": "frank" } }

import { z } from "zod";
import { isHostName } from "./address.ts";
import { ConfigError, type ImsUser } from "./config.ts";

const LIMIT = 100_000;
const key = z.string().regex(/^[\da-f]{32}$/i);
// deno-lint-ignore no-control-regex -- they are what must not be there
const plain = z.string().min(1).max(256).regex(/^[^\x00-\x1f\x7f]*$/);
/** What stands between quotes in a header field as it is. */
const quotable = plain.regex(/^[\x20-\x7e]*$/);

const entry = z.strictObject({
  privateId: quotable.optional(),
  realm: quotable.optional(),
  home: z.string().refine(isHostName).optional(),
  user: plain.optional(),
  password: plain.optional(),
  k: key.optional(),
  op: key.optional(),
  opc: key.optional(),
});

/** User and host of a public identity: a SIP URI without port or parameters. */
const PUBLIC_ID = /^sip:((?:[A-Za-z\d\-_.!~*'()&=+$,;?/]|%[\dA-Fa-f]{2}){1,256})@([^\s@:;?<>]+)$/;

/**
 * Reads the file's text.
 *
 * @throws ConfigError that names the entry
 */
export function readImsUsers(text: string, path: string): ImsUser[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    // The parser's own message would quote the text.
    throw wrong(path, "is not JSON");
  }
  if (typeof entries !== "object" || entries === null || Array.isArray(entries)) {
    throw wrong(path, "is not a JSON object");
  }
  const named = Object.entries(entries);
  if (named.length === 0) throw wrong(path, "names nobody");
  if (named.length > LIMIT) throw wrong(path, `names more than ${LIMIT}`);
  const users = named.map(([uri, value]) => readEntry(uri, value, path));
  const seen = new Set<string>();
  for (const { user, uri } of users) {
    if (seen.has(user)) {
      throw wrong(path, `entry ${JSON.stringify(uri)}: user ${JSON.stringify(user)} is there twice`);
    }
    seen.add(user);
  }
  return users;
}

function readEntry(uri: string, value: unknown, path: string): ImsUser {
  const where = `entry ${JSON.stringify(uri).slice(0, 100)}`;
  const [, user = "", host = ""] = PUBLIC_ID.exec(uri) ?? [];
  if (!isHostName(host)) {
    throw wrong(path, `${where}: the name is not a public identity like sip:alice@ims.example`);
  }
  const { data, error } = entry.safeParse(value);
  if (data === undefined) {
    const issue = error?.issues[0];
    const member = issue?.code === "unrecognized_keys" ? issue.keys[0] : issue?.path[0];
    const what = issue?.code === "unrecognized_keys" ? "there is no such member" : "is not as it has to be";
    throw wrong(
      path,
      `${where}${member === undefined ? "" : `, ${JSON.stringify(String(member))}`}: ${what}`,
    );
  }
  const { k, op, opc, password, home = host, ...rest } = data;
  const isKey = k !== undefined && (op === undefined) !== (opc === undefined);
  const isNone = k === undefined && op === undefined && opc === undefined;
  if (password === undefined ? !isKey : !isNone) {
    throw wrong(path, `${where}: needs either password, or k with one of op and opc`);
  }
  const name = host.toLowerCase();
  return {
    uri: `sip:${user}@${name}`,
    privateId: rest.privateId ?? `${user}@${name}`,
    realm: rest.realm ?? name,
    home: home.toLowerCase(),
    user: rest.user ?? user,
    ...(password === undefined ? {} : { password }),
    ...(k === undefined ? {} : { k }),
    ...(op === undefined ? {} : { op }),
    ...(opc === undefined ? {} : { opc }),
  };
}

function wrong(path: string, what: string): ConfigError {
  return new ConfigError("imsUsers", `Option --ims-users: ${JSON.stringify(path)} ${what}`);
}
