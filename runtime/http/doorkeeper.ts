// Who comes in as whom: without a login whoever is on this machine, as the one that he says; with one, whoever has a token, from anywhere.

import type { Millis } from "../../core/context.ts";
import { isUser } from "../../wasm/uri.ts";
import type { Logins } from "../login/logins.ts";
import type { AccessRules, Asking } from "./access.ts";
import { refuseAccess, refuseOrigin } from "./access.ts";
import type { Refusal } from "./refusal.ts";

/** Who is let in. */
export interface Admitted {
  readonly user: string;
  /** Milliseconds since 1970. Undefined: it does not end. */
  readonly expires: Millis | undefined;
}

export interface Visit {
  /** The peer's address. */
  readonly remote: string;
  readonly url: URL;
  readonly rules: AccessRules;
}

/** Why nobody is let in from there; undefined = it depends on who it is. */
export function refusePlace(
  request: Asking,
  { remote, rules }: Visit,
  logins: Logins | undefined,
): Refusal | undefined {
  return logins === undefined ? refuseAccess(request, remote, rules) : refuseOrigin(request, rules);
}

/** Who it is, the place being right. With a login it takes its time. */
export function askWho(
  request: Asking,
  { url }: Visit,
  logins: Logins | undefined,
): Admitted | Refusal | Promise<Admitted | Refusal> {
  if (logins !== undefined) return logins.ask(request, url);
  const user = userOf(url);
  return typeof user === "string" ? { user, expires: undefined } : user;
}

function userOf(url: URL): string | Refusal {
  const user = url.searchParams.get("user");
  if (user === null || user === "") return { status: 400, reason: "Parameter user is missing" };
  if (!isUser(user)) return { status: 400, reason: "Parameter user cannot be the user part of a SIP URI" };
  return user;
}
