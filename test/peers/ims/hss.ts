// The tests' hold on the HSS: faults over Cx, de-registration by the network, and what it knows.

import { header } from "../../scenarios/sip_text.ts";
import type { Network } from "./network.ts";
import type { KamailioNode } from "./node.ts";
import { exchange } from "./udp_exchange.ts";
import type { ImsUser } from "./users.ts";

type CxCommand = "uar" | "mar" | "sar" | "lir";
/** A kind of request, of everybody or of one IMPI; for lir, of one IMPU. */
export type FaultKey = CxCommand | `${CxCommand}:${string}`;
/** No answer, one delayed by so many ms, one with that Result-Code or Experimental-Result-Code, or none of these any more. */
export type Fault = "drop" | `ms:${number}` | `R${number}` | `E${number}` | "off";

/** What the HSS knows. */
export interface HssState {
  /** IMPI to the S-CSCF that serves it. */
  readonly registered: Readonly<Record<string, string>>;
  /** How many requests came since the start, by kind. */
  readonly count: Readonly<Partial<Record<CxCommand, number>>>;
  readonly faults: Readonly<Record<string, string>>;
  /** IMPI to the number of the AKA challenge that is due. */
  readonly challenges: Readonly<Record<string, number>>;
}

export async function setFault(hss: KamailioNode, key: FaultKey, fault: Fault): Promise<void> {
  if (fault !== "off") await hss.command("htable.sets", "fault", key, fault);
  // It refuses to delete what is not there.
  else if (key in (await tableOf(hss, "fault"))) await hss.command("htable.delete", "fault", key);
}

export async function setChallenge(hss: KamailioNode, user: ImsUser, challenge: number): Promise<void> {
  await hss.command("htable.seti", "next", user.impi, String(challenge));
}

export async function hssState(hss: KamailioNode): Promise<HssState> {
  const numbers = async (table: string) =>
    Object.fromEntries(
      Object.entries(await tableOf(hss, table)).map(([name, value]) => [name, Number(value)]),
    );
  return {
    registered: await tableOf(hss, "reg"),
    count: await numbers("count"),
    faults: await tableOf(hss, "fault"),
    challenges: await numbers("next"),
  };
}

/** Asks the HSS to end a user's registration; it tells the S-CSCF (RTR). @throws Error when that is refused */
export async function deregister(network: Network, user: ImsUser): Promise<void> {
  const hss = network.host("hss");
  const id = crypto.randomUUID();
  using socket = exchange({ host: hss, port: 0 }, network.address("hss"));
  const answer = await socket.request([
    "OPTIONS sip:rtr@hss SIP/2.0",
    `Via: SIP/2.0/UDP ${hss}:${socket.port};branch=z9hG4bK${id};rport`,
    "Max-Forwards: 70",
    "From: <sip:test@hss>;tag=1",
    "To: <sip:rtr@hss>",
    `Call-ID: ${id}`,
    "CSeq: 1 OPTIONS",
    `X-User: ${user.name}`,
  ]);
  if (answer.start === "200") return;
  throw new Error(`The HSS could not de-register ${user.name}: ${answer.start} ${header(answer, "server")}`);
}

async function tableOf(hss: KamailioNode, table: string): Promise<Record<string, string>> {
  const text = await hss.command("htable.dump", table);
  return Object.fromEntries(
    [...text.matchAll(/name: (.*)\n\s*value: (.*)/g)].map(([, name, value]) => [name!, value!]),
  );
}
