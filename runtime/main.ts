// The program: reads what it is told, starts the relay, and ends with 0 when stopped, with 2 when it cannot start.

import { ConfigError } from "./config/config.ts";
import { help } from "./config/help.ts";
import { readConfig } from "./config/read.ts";
import { ListenError } from "./listen_error.ts";
import { StartError } from "./start_error.ts";
import { shardCount } from "./shards/count.ts";

const CANNOT_START = 2;

if (import.meta.main) {
  try {
    const config = readConfig(Deno.args);
    if (config === "help") {
      console.log(help({ colour: Deno.stdout.isTerminal() && !Deno.noColor }));
    } else {
      const shards = shardCount(config);
      // Only one of the two is wanted: who only looks after shards needs no relay in its memory.
      if (shards === 1) await (await import("./single.ts")).startSingle(config);
      else await (await import("./shards/start.ts")).startShards(config, shards);
    }
  } catch (error) {
    const isTold = error instanceof ConfigError || error instanceof ListenError ||
      error instanceof StartError;
    if (!isTold) throw error;
    console.error(error.message);
    Deno.exit(CANNOT_START);
  }
}
