// How many shards there are to be, and where each one listens.

import { type Config, ConfigError, type SipListener } from "../config/config.ts";
import { SHARD_LIMIT } from "../../core/sip/shard_marks.ts";

/** Between the ports of two shards: the odd ones stay free, where SIP has its TLS (RFC 3261 section 19.1.2). */
const PORT_STEP = 2;
const HIGHEST_PORT = 65_535;

export interface Machine {
  readonly cores: number;
  /** Several processes can share one HTTP port. */
  readonly sharesPorts: boolean;
  /** We may start processes of our own kind, and have a directory for them to meet in. */
  readonly mayStart: boolean;
}

/** This machine, as far as the permissions let us use it. */
export function thisMachine(): Machine {
  const granted = (descriptor: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(descriptor).state === "granted";
  return {
    cores: navigator.hardwareConcurrency,
    sharesPorts: Deno.build.os === "linux",
    mayStart: granted({ name: "run", command: Deno.execPath() }) && granted({ name: "net" }) &&
      granted({ name: "write", path: MEETING_PLACE }) && granted({ name: "read", path: MEETING_PLACE }),
  };
}

/** Under which the shards' sockets get a directory of their own. Short: a socket's path has 108 bytes at most. */
export const MEETING_PLACE = "/tmp";

/**
 * As many as asked for; else one a core, or one alone where there cannot be more.
 *
 * @throws ConfigError
 */
export function shardCount(config: Config, machine: Machine = thisMachine()): number {
  const { cores, sharesPorts, mayStart } = machine;
  const asked = config.shards;
  if (asked !== undefined && asked > 1) {
    const lacks = !sharesPorts
      ? "needs Linux, where processes can share an HTTP port"
      : !mayStart
      ? `needs --allow-run, --allow-net, and --allow-read and --allow-write for ${MEETING_PLACE}`
      : undefined;
    if (lacks !== undefined) throw new ConfigError("shards", `Option --shards: ${asked} ${lacks}`);
  }
  const possible = sharesPorts && mayStart ? Math.min(cores, SHARD_LIMIT) : 1;
  const count = asked ?? possible;
  if (count > 1) checkPorts(config, count);
  return count;
}

/** The listeners of one shard. */
export function listenersOf(sip: readonly SipListener[], shard: number): SipListener[] {
  return sip.map((listener) => ({
    ...listener,
    port: listener.port === 0 ? 0 : listener.port + PORT_STEP * shard,
  }));
}

function checkPorts({ sip }: Config, shards: number): void {
  const taken = new Set<string>();
  for (let shard = 0; shard < shards; shard++) {
    for (const { transport, host, port } of listenersOf(sip, shard)) {
      if (port === 0) continue;
      const name = `${transport}:${host}:${port}`;
      if (port > HIGHEST_PORT) {
        throw new ConfigError("sip", `Option --sip: there is no port ${port} for shard ${shard}`);
      }
      if (taken.has(name)) {
        throw new ConfigError("sip", `Option --sip: two listeners of ${shards} shards would be ${name}`);
      }
      taken.add(name);
    }
  }
}
