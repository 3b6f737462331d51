// Core's relay with chance and hashes of this machine.

import type { Admission } from "../core/admission.ts";
import type { Millis } from "../core/context.ts";
import { Relay, type RelayConfig, type RelayTables } from "../core/relay/relay.ts";
import { aes128, hash } from "./hash.ts";
import { CryptoRandom } from "./random.ts";
import { readRegInfo } from "./reg_info.ts";

export function createRelay(
  { config, tables, admission, now }: {
    config: RelayConfig;
    tables: RelayTables;
    admission: Admission;
    now: Millis;
  },
): Relay {
  const random = new CryptoRandom();
  return new Relay({ config, tables, random, hash, cipher: aes128, readRegInfo, now, admission });
}
