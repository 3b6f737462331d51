// The servers that this machine has, all started, Ropeway first.

import { kamailioVersion, PACKAGES, startKamailio } from "./targets/kamailio.ts";
import { startRopeway } from "./targets/ropeway.ts";
import type { Target } from "./targets/target.ts";

/** `port`: the generator's SIP side. What is started is stopped with the stack. */
export async function peersHere(
  stack: AsyncDisposableStack,
  port: number,
): Promise<{ targets: readonly Target[]; absent: readonly string[] }> {
  const targets = [stack.use(await startRopeway({ port, phones: 0, password: "", args: [] }))];
  const absent: string[] = [];
  if (kamailioVersion() === undefined) {
    absent.push(`Kamailio is not here: apt-get install --no-install-recommends ${PACKAGES}`);
  } else {
    targets.push(stack.use(await startKamailio()));
  }
  return { targets, absent };
}
