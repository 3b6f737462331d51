// The servers that this machine has, all started.

import { missing } from "../../test/programs.ts";
import { janusVersion, PROGRAMS as JANUS, startJanus } from "./targets/janus.ts";
import { kamailioVersion, PROGRAMS as KAMAILIO, startKamailio } from "./targets/kamailio.ts";
import { startRopeway } from "./targets/ropeway.ts";
import type { Target } from "./targets/target.ts";

/** What all of them need. */
export const PEERS: readonly string[] = [...KAMAILIO, ...JANUS];

export interface Peers {
  /** Ropeway first, with either of its dialects. */
  readonly targets: readonly Target[];
  /** From JSON to SIP as Ropeway is, but at lower rates. */
  readonly gateways: readonly Target[];
  /** Who is not installed. */
  readonly absent: readonly string[];
}

/** `port`: the generator's SIP side. What is started is stopped with the stack. */
export async function peersHere(
  stack: AsyncDisposableStack,
  port: number,
): Promise<Peers> {
  const relay = { port, phones: 0, password: "", args: [] };
  const targets: Target[] = [
    stack.use(await startRopeway({ ...relay, browser: "roap" })),
    stack.use(await startRopeway({ ...relay, browser: "sip" })),
  ];
  const absent: string[] = [];
  if (kamailioVersion() === undefined) {
    absent.push(`Kamailio is not here: no ${missing(KAMAILIO).join(", ")}`);
  } else {
    targets.push(stack.use(await startKamailio()));
  }
  const gateways: Target[] = [];
  if (janusVersion() === undefined) {
    absent.push(`Janus is not here: no ${missing(JANUS).join(", ")}`);
  } else {
    gateways.push(stack.use(await startJanus()));
  }
  return { targets, gateways, absent };
}
