// The program: reads what it is told, starts the relay, and ends with 0 when stopped, with 2 when it cannot start.

import { isIP } from "node:net";
import { Relay } from "../core/relay/relay.ts";
import { type Config, ConfigError } from "./config/config.ts";
import { help } from "./config/help.ts";
import { readConfig } from "./config/read.ts";
import { createResolver } from "./dns/resolver.ts";
import { hash } from "./hash.ts";
import { readPage } from "./http/page.ts";
import { ListenError } from "./listen_error.ts";
import { createLog } from "./log.ts";
import { CryptoRandom } from "./random.ts";
import { startServer } from "./server.ts";
import { stopOnSignals } from "./stop.ts";

const CANNOT_START = 2;

if (import.meta.main) {
  try {
    const config = readConfig(Deno.args);
    if (config === "help") console.log(help({ colour: Deno.stdout.isTerminal() && !Deno.noColor }));
    else await start(config);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ListenError)) throw error;
    console.error(error.message);
    Deno.exit(CANNOT_START);
  }
}

async function start(config: Config): Promise<void> {
  const lines: string[] = [];
  const server = startServer(config, {
    createRelay: (config, tables, admission) =>
      new Relay({ config, tables, random: new CryptoRandom(), hash, now: performance.now(), admission }),
    resolver: createResolver({ dns: config.dns, families: familiesOf(config) }),
    log: createLog({ level: config.logLevel }),
    page: await readPage(new URL("./page/", import.meta.url)),
    print: (line) => lines.push(line),
  });
  stopOnSignals(server, Deno.exit);
  // Only now: who reads `ready` may send a signal at once.
  console.log(lines.join("\n"));
}

/** IP versions that the SIP listeners can send to: an address of the other would only cost the time to fail. */
function familiesOf({ sip }: Config): (4 | 6)[] {
  const speaks = (family: number) =>
    // A name may stand for either, and the unspecified IPv6 address takes both.
    sip.some(({ host }) => isIP(host) === family || isIP(host) === 0 || host === "::");
  return ([4, 6] as const).filter(speaks);
}
