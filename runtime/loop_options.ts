// What the loop is put together from.

import type { Millis } from "../core/context.ts";
import type { NameResolver } from "./dns/name_resolver.ts";
import type { FeedSender } from "./http/feed_sender.ts";
import type { Input, RelayInputs } from "./input.ts";
import type { Ladder } from "./ladder.ts";
import type { Log } from "./log.ts";
import type { Alarms } from "./net/alarms.ts";
import type { Siblings } from "./shards/sibling_outputs.ts";
import type { SipSender } from "./sip/sip_sender.ts";

/** Looks at each input that comes from outside. True: it was its own, and is done. */
export interface Watch {
  seen(input: Input): boolean;
}

export interface LoopOptions {
  readonly relay: RelayInputs;
  readonly sip: SipSender;
  readonly feeds: FeedSender;
  readonly resolver: NameResolver;
  readonly ladder: Ladder;
  readonly log: Log;
  /** Absent: there are none. */
  readonly siblings?: Siblings | undefined;
  readonly watch?: Watch;
  /** Timers of Deno's when absent. */
  readonly alarms?: Alarms | undefined;
  /** Something was asked of Deno that its event loop has to begin with. */
  readonly letGo?: (() => void) | undefined;
  /** Monotonic clock. */
  readonly now?: () => Millis;
  /** Messages to ourselves that may wait at once; more are lost, as on a full socket. */
  readonly loopLimit?: number;
}
