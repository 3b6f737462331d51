// The graceful end: no new calls, then no calls, then no sockets.

import type { Millis } from "../core/context.ts";
import type { RelayTables } from "../core/relay/relay.ts";
import type { Feeds } from "./http/feeds.ts";
import type { HttpServer } from "./http/server.ts";
import type { RelayInputs } from "./input.ts";
import type { Log } from "./log.ts";
import type { Loop } from "./loop.ts";
import type { Overload } from "./overload/overload.ts";
import type { SipTransports } from "./sip/transports.ts";

/** For the answers to BYE and SHUTDOWN, and to the REGISTERs that end registrations at an IMS. */
const ANSWER_PATIENCE: Millis = 3_000;
const CLOSE_PATIENCE: Millis = 1_000;
/** The same signal again this soon is no second one: a terminal's Ctrl-C reaches us both itself and through `deno task`. */
const ECHO: Millis = 500;

export interface Stopping {
  readonly relay: RelayInputs;
  readonly tables: Pick<RelayTables, "legs" | "sessions">;
  readonly http: HttpServer;
  readonly feeds: Feeds;
  readonly sip: SipTransports;
  readonly loop: Loop;
  readonly overload: Overload;
  readonly log: Log;
  /** How long calls may still go on. */
  readonly drain: Millis;
  /** Waits until the siblings are as far: what this shard has left they may still need. */
  readonly together?: ((step: StopStep) => Promise<void>) | undefined;
}

/** drained: no call goes on. ended: the end of each has its answer. */
export type StopStep = "drained" | "ended";

/** Resolves when nothing is open any more. */
export async function stop(stopping: Stopping): Promise<void> {
  const { relay, tables, http, feeds, sip, loop, overload, log, drain } = stopping;
  const { together = () => Promise.resolve() } = stopping;
  log.info({ drain }, "Stopping: no new calls");
  http.stopping();
  loop.deliver({ type: "drain" });
  await loop.until(() => relay.calls === 0, drain);
  await together("drained");
  overload.close();
  loop.deliver({ type: "endCalls" });
  // A call is over when its BYE and SHUTDOWN are out; leg and session live until these have their answers.
  const answered = () => relay.calls + relay.registrations + tables.legs.size + tables.sessions.size === 0;
  if (!await loop.until(answered, ANSWER_PATIENCE)) {
    log.warn(
      { legs: tables.legs.size, sessions: tables.sessions.size, registrations: relay.registrations },
      "Not every peer has answered the end",
    );
  }
  await together("ended");
  await sip.drained(CLOSE_PATIENCE);
  await feeds.closeAll(CLOSE_PATIENCE);
  await http.close(CLOSE_PATIENCE);
  sip.close();
  loop.stop();
  log.info({}, "Stopped");
}

/** Stops on SIGTERM or SIGINT with exit code 0; a second signal does not wait for anything: 1. */
export function stopOnSignals(server: { stop(): Promise<void> }, exit: (code: number) => void): void {
  let first: { readonly signal: Deno.Signal; readonly at: Millis } | undefined;
  const onSignal = (signal: Deno.Signal) => () => {
    const now = performance.now();
    if (first === undefined) {
      first = { signal, at: now };
      server.stop().then(() => exit(0), () => exit(1));
    } else if (signal !== first.signal || now - first.at > ECHO) {
      exit(1);
    }
  };
  Deno.addSignalListener("SIGTERM", onSignal("SIGTERM"));
  Deno.addSignalListener("SIGINT", onSignal("SIGINT"));
}
