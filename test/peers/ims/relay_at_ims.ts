// The relay next door to the test core: at relay.ims.test, either a network of its own to which the S-CSCF routes, or with identities of
// ims.test, as whose edge proxy or client it registers.

import { text } from "../ports.ts";
import { type Relay, startRelay } from "../relay.ts";
import type { Ims } from "./ims.ts";
import type { ImsUser } from "./users.ts";

export const RELAY_DOMAIN = "relay.ims.test";

/** edge: the relay is its own edge proxy, next to I-CSCF and S-CSCF. client: it is a phone like others, behind the P-CSCF. */
export type Position = "edge" | "client";

export const POSITIONS: readonly Position[] = ["edge", "client"];

export interface RelayAtImsOptions {
  /**
   * What leads to the core: ims.test unless said otherwise, of a client pcscf.ims.test; failover.ims.test or slow.ims.test; or a phone's
   * contact, past the core.
   */
  readonly entry?: string;
  /** Without it the relay registers nobody. */
  readonly position?: Position;
  /** Whose secrets it has. */
  readonly users?: readonly ImsUser[];
  readonly mode?: "users" | "pool";
  /** Further options of the relay. */
  readonly args?: readonly string[];
}

/** Starts a relay at the address that the core knows as relay.ims.test. One at a time for each core. */
export async function startRelayAtIms(ims: Ims, options: RelayAtImsOptions = {}): Promise<Relay> {
  return await startRelay(await argumentsAtIms(ims, options));
}

/** The relay's command line. */
export async function argumentsAtIms(ims: Ims, options: RelayAtImsOptions): Promise<string[]> {
  const { args = [], position, users = [], mode } = options;
  const { entry = position === "client" ? `pcscf.${ims.domain}` : ims.domain } = options;
  const own = text(ims.address("relay"));
  return [
    ...["--sip", `udp:${own}`, "--sip", `tcp:${own}`],
    ...["--domain", RELAY_DOMAIN, "--ims", entry, "--dns", ims.dns.address],
    ...(users.length === 0 ? [] : ["--ims-users", await secretsFile(ims, users)]),
    ...(mode === undefined ? [] : ["--ims-mode", mode]),
    ...(position === "edge" ? ["--edge"] : []),
    ...args,
  ];
}

async function secretsFile(ims: Ims, users: readonly ImsUser[]): Promise<string> {
  const entries = users.map((user) => [user.sip, secretOf(user)]);
  const path = `${ims.folder}/relay-users.json`;
  await Deno.writeTextFile(path, JSON.stringify(Object.fromEntries(entries)));
  return path;
}

function secretOf(user: ImsUser): Record<string, string> {
  return user.auth === "digest"
    ? { password: user.password }
    : { k: user.secret.k.toHex(), op: user.secret.op.toHex() };
}
