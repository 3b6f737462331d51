// The relay in several processes.

import type { Config, Endpoint } from "../config/config.ts";
import { ListenError } from "../listen_error.ts";
import { createLog } from "../log.ts";
import { renewOnSignal } from "../renewal.ts";
import { hostPort } from "../sip/address.ts";
import { stopOnSignals } from "../stop.ts";
import { MEETING_PLACE } from "./count.ts";
import { readCredentials } from "../tls/identity.ts";
import { Supervisor } from "./supervisor.ts";

/** @throws ConfigError, ListenError, StartError */
export async function startShards(config: Config, shards: number): Promise<void> {
  const credentials = readCredentials(config);
  probe("http", config.http);
  if (config.https !== undefined) probe("https", config.https);
  // Of mode 0700: who can reach the shards' sockets is trusted as a shard is.
  const directory = await Deno.makeTempDir({ dir: MEETING_PLACE, prefix: "ropeway-" });
  const log = createLog({ level: config.logLevel });
  const supervisor = new Supervisor({ config, shards, directory, log, credentials });
  const clear = () => Deno.removeSync(directory, { recursive: true });
  let lines: readonly string[];
  try {
    lines = await supervisor.start();
  } catch (error) {
    clear();
    throw error;
  }
  stopOnSignals(supervisor, (code) => {
    supervisor.kill();
    clear();
    Deno.exit(code);
  });
  renewOnSignal(config, {
    log,
    renew: (credentials) => supervisor.renew(credentials),
    renewLogin: (login) => supervisor.renewLogin(login),
  });
  // Only now: who reads `ready` may send a signal at once.
  console.log([...lines, "ready"].join("\n"));
}

/** Shards share their HTTP port, and would share it with another relay of ours as well: nobody may have it yet. */
function probe(name: string, { host, port }: Endpoint): void {
  if (port === 0) return;
  try {
    Deno.listen({ hostname: host, port }).close();
  } catch (error) {
    throw new ListenError(`${name} ${hostPort(host, port)}`, error);
  }
}
