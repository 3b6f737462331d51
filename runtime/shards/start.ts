// The relay in several processes.

import type { Config } from "../config/config.ts";
import { ListenError } from "../listen_error.ts";
import { createLog } from "../log.ts";
import { hostPort } from "../sip/address.ts";
import { stopOnSignals } from "../stop.ts";
import { MEETING_PLACE } from "./count.ts";
import { Supervisor } from "./supervisor.ts";

/** @throws ListenError, StartError */
export async function startShards(config: Config, shards: number): Promise<void> {
  probe(config.http);
  // Of mode 0700: who can reach the shards' sockets is trusted as a shard is.
  const directory = await Deno.makeTempDir({ dir: MEETING_PLACE, prefix: "ropeway-" });
  const log = createLog({ level: config.logLevel });
  const supervisor = new Supervisor({ config, shards, directory, log });
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
  // Only now: who reads `ready` may send a signal at once.
  console.log([...lines, "ready"].join("\n"));
}

/** Shards share their HTTP port, and would share it with another relay of ours as well: nobody may have it yet. */
function probe({ host, port }: Config["http"]): void {
  if (port === 0) return;
  try {
    Deno.listen({ hostname: host, port }).close();
  } catch (error) {
    throw new ListenError(`http ${hostPort(host, port)}`, error);
  }
}
