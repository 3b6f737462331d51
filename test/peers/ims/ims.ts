// An IMS core on loopback: P-CSCF, I-CSCF, S-CSCF, HSS and presence server, with a DNS server for its names. See README.md.

import { type Dnsmasq, startDnsmasq } from "../../dnsmasq.ts";
import type { Address } from "../relay.ts";
import { type NodeName, NODES, writeConfiguration } from "./configuration.ts";
import { dnsRecords } from "./dns_records.ts";
import {
  deregister,
  type Fault,
  type FaultKey,
  type HssState,
  hssState,
  setChallenge,
  setFault,
} from "./hss.ts";
import { type HostName, Network } from "./network.ts";
import { KamailioNode } from "./node.ts";
import { Tap } from "./tap.ts";
import { DOMAIN, type ImsUser } from "./users.ts";

/** What a test cannot do without: `needing(name, ...IMS_PROGRAMS)`. */
export const IMS_PROGRAMS = ["kamailio", "kamailio-ims", "kamailio-presence", "sipp", "dnsmasq"] as const;

export interface ImsOptions {
  /** SIP workers a socket of a node; 1 unless said otherwise: with more, messages overtake each other. */
  readonly workers?: number;
  /** Shared memory of a node; 64 bear about 1500 registered users. */
  readonly megabytes?: number;
  /** 1: a line a request; 3: everything. */
  readonly debug?: 1 | 2 | 3;
  /** Seconds that a registration lasts at most; 3600 unless said otherwise. */
  readonly longest?: number;
  /** Whether the nodes copy all they take and send to `ims.tap`. */
  readonly tapped?: boolean;
  /** Further options of dnsmasq, such as `--host-record=…`. */
  readonly records?: readonly string[];
}

export class Ims implements AsyncDisposable {
  readonly domain = DOMAIN;
  readonly network: Network;
  readonly dns: Dnsmasq;
  /** Configurations, logs, and whatever phones of this core write. Gone with the core. */
  readonly folder: string;
  readonly #tap: Tap | undefined;
  readonly #nodes: Map<NodeName, KamailioNode>;
  readonly #stack: AsyncDisposableStack;
  readonly #megabytes: number;

  constructor(parts: {
    network: Network;
    dns: Dnsmasq;
    folder: string;
    tap: Tap | undefined;
    nodes: Map<NodeName, KamailioNode>;
    stack: AsyncDisposableStack;
    megabytes: number;
  }) {
    this.network = parts.network;
    this.dns = parts.dns;
    this.folder = parts.folder;
    this.#tap = parts.tap;
    this.#nodes = parts.nodes;
    this.#stack = parts.stack;
    this.#megabytes = parts.megabytes;
  }

  /** Where a node listens, over UDP and TCP; `relay` is free for the relay under test, `relay.ims.test`. */
  address(host: HostName): Address {
    return this.network.address(host);
  }

  /** What passes at the nodes, of a core that was started `tapped`. */
  get tap(): Tap {
    if (this.#tap === undefined) throw new Error("This core is not tapped");
    return this.#tap;
  }

  /** What goes wrong over Cx from now on; until what it resolves to is disposed of, for who wants that. */
  async fault(key: FaultKey, fault: Fault): Promise<AsyncDisposable> {
    await setFault(this.#node("hss"), key, fault);
    return { [Symbol.asyncDispose]: () => setFault(this.#node("hss"), key, "off") };
  }

  /** De-registers a user as the home network does: by the HSS, which tells the S-CSCF. */
  async deregister(user: ImsUser): Promise<void> {
    await deregister(this.network, user);
  }

  /**
   * Resolves when nothing can reach the user any more: what has expired, or was ended by the network, stays in the S-CSCF until its
   * timer has come by, for a second or two.
   */
  async forgets(user: ImsUser): Promise<void> {
    const scscf = this.#node("scscf");
    for (const impu of [user.sip, user.sipNumber]) {
      await scscf.until(
        async () => !/contacts: \{\s*sip:/.test(await scscf.tries("ulscscf.showimpu", impu) ?? ""),
        `still knows where ${impu} is`,
      );
    }
  }

  async show(): Promise<HssState> {
    return await hssState(this.#node("hss"));
  }

  /** Makes the HSS hand out a user's AKA challenges from that one on: an old one makes the card ask for resynchronisation. */
  async rewind(user: ImsUser, challenge = 0): Promise<void> {
    await setChallenge(this.#node("hss"), user, challenge);
  }

  /** A node crashes: everything it knew is lost, its ports refuse. */
  async kill(name: NodeName): Promise<void> {
    await this.#node(name).kill();
  }

  /** Starts a node anew, after `kill` or without. Resolves when it works. */
  async restart(name: NodeName): Promise<void> {
    await this.#node(name)[Symbol.asyncDispose]();
    await this.start(name);
  }

  /** A node takes what comes, but does nothing, until `thaw`. */
  freeze(name: NodeName): void {
    this.#node(name).freeze();
  }

  thaw(name: NodeName): void {
    this.#node(name).thaw();
  }

  /** What a node has logged. */
  log(name: NodeName): string {
    return this.#node(name).log;
  }

  /** A command for a node's control socket: `command("scscf", "ulscscf.showimpu", "sip:alice@ims.test")`. */
  async command(name: NodeName, ...words: string[]): Promise<string> {
    return await this.#node(name).command(...words);
  }

  async start(name: NodeName): Promise<void> {
    const node = new KamailioNode({ name, folder: this.folder, megabytes: this.#megabytes });
    this.#nodes.set(name, node);
    await node.ready();
    await node.commands(this.#names());
    if (name !== "icscf" && name !== "scscf") return;
    await node.until(
      async () => /State: *[IR]_Open/.test(await node.tries("cdp.list_peers") ?? ""),
      "has no connection to the HSS",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }

  #node(name: NodeName): KamailioNode {
    return this.#nodes.get(name)!;
  }

  /** Nodes cannot ask a DNS server on a port of its own: their caches are told the names. */
  #names(): string[] {
    return (["pcscf", "icscf", "scscf", "presence", "relay"] as const).flatMap((host) => {
      const name = `${host}.${DOMAIN}`;
      return [
        `dns.add_a ${name} 60 ${this.network.host(host)} 2`,
        `dns.add_srv _sip._udp.${name} 60 10 10 5060 ${name} 2`,
        `dns.add_srv _sip._tcp.${name} 60 10 10 5060 ${name} 2`,
      ];
    });
  }
}

/** Starts a core of its own. Takes about a second and a half. @throws Error with the end of a log when a node does not start */
export async function startIms(options: ImsOptions = {}): Promise<Ims> {
  const { workers = 1, megabytes = 64, debug = 1, longest = 3_600, tapped = false, records = [] } = options;
  await using stack = new AsyncDisposableStack();
  const network = stack.use(Network.claim());
  const folder = await Deno.makeTempDir({ prefix: "ropeway-ims-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const dns = stack.use(await startDnsmasq([...dnsRecords(network), ...records]));
  const tap = tapped ? stack.use(new Tap(network.host("tap"))) : undefined;
  await writeConfiguration({ folder, network, workers, debug, longest, tap: tap?.address });
  const nodes = new Map<NodeName, KamailioNode>();
  stack.defer(async () => {
    await Promise.all([...nodes.values()].map((node) => node[Symbol.asyncDispose]()));
  });
  const owned = new AsyncDisposableStack();
  const ims = new Ims({ network, dns, folder, tap, nodes, stack: owned, megabytes });
  const started = await Promise.allSettled(NODES.map((name) => ims.start(name)));
  const failed = started.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  owned.use(stack.move());
  return ims;
}
