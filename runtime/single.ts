// The relay in one process.

import type { Config } from "./config/config.ts";
import { createResolver } from "./dns/create.ts";
import { readPage } from "./http/page.ts";
import { createLog } from "./log.ts";
import { createRelay } from "./relay.ts";
import { renewOnSignal } from "./renewal.ts";
import { bindServer } from "./server.ts";
import { stopOnSignals } from "./stop.ts";
import { readCredentials } from "./tls/identity.ts";

/** @throws ConfigError, ListenError */
export async function startSingle(config: Config): Promise<void> {
  const credentials = readCredentials(config);
  const log = createLog({ level: config.logLevel });
  const server = bindServer(config, {
    credentials,
    createRelay: (config, tables, admission) =>
      createRelay({ config, tables, admission, now: performance.now() }),
    resolver: createResolver(config),
    log,
    page: await readPage(new URL("./page/", import.meta.url)),
  });
  await server.start();
  stopOnSignals(server, Deno.exit);
  renewOnSignal(config, {
    log,
    renew: (credentials) => server.renew(credentials),
    renewLogin: (login) => server.renewLogin(login),
  });
  // Only now: who reads `ready` may send a signal at once.
  console.log([...server.lines, "ready"].join("\n"));
}
