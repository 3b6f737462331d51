// One relay, a browser and a terminal of an IMS, for what plain phones do not speak: PRACK, UPDATE, offers in all places.

import type { Hop } from "../../core/hop.ts";
import type { RelayConfig } from "../../core/relay/relay.ts";
import { Browser } from "./browser.ts";
import { type Address, Network, type NetworkOptions } from "./network.ts";
import { Registration } from "./registration.ts";
import { RelayNode } from "./relay_node.ts";
import { answerSdp, offerSdp, phoneAddress, relayAddress } from "./stage.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";

export interface TerminalStage {
  readonly network: Network;
  readonly node: RelayNode;
  readonly alice: Browser;
  readonly phone: Terminal;
  /** Registered with the relay. */
  readonly desk: Terminal | undefined;
}

export interface TerminalStageOptions extends Pick<TerminalOptions, "invited" | "changed"> {
  readonly network?: NetworkOptions;
  readonly dialect?: "roap" | "roap.ims";
  /** alice answers OFFERs with it. */
  readonly answer?: string;
  /** The IMS is known by this name only. */
  readonly name?: string;
  /** A second terminal registers as desk. */
  readonly registers?: boolean;
  readonly transport?: "udp" | "tcp";
  /** Whatever else of the relay's configuration. */
  readonly config?: Partial<RelayConfig>;
}

const deskAddress: Address = { transport: "udp", host: "10.0.0.4", port: 5070 };

/** alice is logged in; the terminal is what every foreign target leads to. */
export function terminalStage(options: TerminalStageOptions = {}): TerminalStage {
  const { name, dialect = "roap.ims", answer, registers = false, transport = "udp" } = options;
  const network = new Network(options.network);
  const at = { ...phoneAddress, transport };
  const hop: Hop = { ...at, flow: 0 };
  const uri = `sip:${at.host}:${at.port}${transport === "tcp" ? ";transport=tcp" : ""}`;
  const node = new RelayNode({
    network,
    host: relayAddress.host,
    ims: name === undefined ? uri : `sip:${name}`,
    accounts: registers ? new Map([["desk", "secret"]]) : new Map(),
    config: options.config ?? {},
    names: name === undefined ? new Map() : new Map([[name, [hop]]]),
  });
  const alice = new Browser("alice", answer === undefined ? {} : { answer });
  node.open(alice, { user: "alice", dialect });
  const manners = { network, answer: answerSdp, offer: offerSdp };
  const { invited, changed } = options;
  const phone = new Terminal({
    ...manners,
    user: "bob",
    at,
    ...(invited === undefined ? {} : { invited }),
    ...(changed === undefined ? {} : { changed }),
  });
  const desk = registers ? new Terminal({ ...manners, user: "desk", at: deskAddress }) : undefined;
  if (desk !== undefined) {
    new Registration({ network, phone: desk, password: "secret", peer: relayAddress }).register();
    network.run(500);
  }
  return { network, node, alice, phone, desk };
}
