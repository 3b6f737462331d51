// The graceful end: no new calls, then no calls, then no sockets.

import type { Millis } from "../core/context.ts";
import type { Feeds } from "./http/feeds.ts";
import type { HttpServer } from "./http/server.ts";
import type { Log } from "./log.ts";
import type { Loop } from "./loop.ts";
import type { SipTransports } from "./sip/transports.ts";

/** For the answers to BYE and SHUTDOWN. */
const ANSWER_PATIENCE: Millis = 3_000;
const CLOSE_PATIENCE: Millis = 1_000;

export interface Stopping {
  readonly http: HttpServer;
  readonly feeds: Feeds;
  readonly sip: SipTransports;
  readonly loop: Loop;
  readonly log: Log;
  /** How long calls may still go on. */
  readonly drain: Millis;
}

/** Resolves when nothing is open any more. */
export async function stop({ http, feeds, sip, loop, log, drain }: Stopping): Promise<void> {
  log.info({ drain }, "Stopping: no new calls");
  http.stopping();
  loop.deliver({ type: "drain" });
  await loop.quiet(drain);
  loop.deliver({ type: "endCalls" });
  if (!await loop.quiet(ANSWER_PATIENCE)) log.warn({}, "Calls were left without their peers' answers");
  await sip.flush(CLOSE_PATIENCE);
  await feeds.closeAll(CLOSE_PATIENCE);
  await http.close(CLOSE_PATIENCE);
  sip.close();
  loop.stop();
  log.info({}, "Stopped");
}

/** Stops on SIGTERM or SIGINT with exit code 0; a second signal does not wait for anything: 1. */
export function stopOnSignals(server: { stop(): Promise<void> }, exit: (code: number) => void): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) return exit(1);
    stopping = true;
    server.stop().then(() => exit(0), () => exit(1));
  };
  Deno.addSignalListener("SIGTERM", onSignal);
  Deno.addSignalListener("SIGINT", onSignal);
}
