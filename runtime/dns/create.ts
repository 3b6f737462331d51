// The resolver of one shard, over real questions.

import type { Millis } from "../../core/context.ts";
import type { Config } from "../config/config.ts";
import { CryptoRandom } from "../random.ts";
import { asking, type AskOptions } from "./ask.ts";
import { cached } from "./cache.ts";
import { familiesOf, transportsOf } from "./reach.ts";
import { Resolver } from "./resolver.ts";

/** What it learns, answers and dead addresses, is this shard's own. */
export function createResolver(
  config: Pick<Config, "sip" | "dns">,
  options: Partial<Pick<AskOptions, "patience" | "system">> = {},
): Resolver {
  const now = (): Millis => performance.now();
  const random = new CryptoRandom();
  const ask = asking({ dns: config.dns, now, randomId: () => random.uint32() & 0xffff, ...options });
  return new Resolver({
    ask: cached(ask, { now }),
    chance: () => random.uint32() / 2 ** 32,
    now,
    speaks: transportsOf(config),
    families: familiesOf(config),
  });
}
