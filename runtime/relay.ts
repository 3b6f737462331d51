// Core's relay with chance and hashes of this machine.

import type { Admission } from "../core/admission.ts";
import type { Millis } from "../core/context.ts";
import { Relay, type RelayConfig, type RelayTables } from "../core/relay/relay.ts";
import { hash } from "./hash.ts";
import { CryptoRandom } from "./random.ts";

export function createRelay(
  { config, tables, admission, now }: {
    config: RelayConfig;
    tables: RelayTables;
    admission: Admission;
    now: Millis;
  },
): Relay {
  return new Relay({ config, tables, random: new CryptoRandom(), hash, now, admission });
}
