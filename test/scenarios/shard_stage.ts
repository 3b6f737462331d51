// Two shards of one relay with a browser in each: alice at shard 0, carol at shard 1. The phone is what every foreign target leads to.

import assert from "node:assert/strict";
import { Browser, type BrowserOptions } from "./browser.ts";
import { assertGoodManners } from "./manners.ts";
import { type Address, Network, type NetworkOptions } from "./network.ts";
import { Phone } from "./phone.ts";
import type { PhoneOptions } from "./phone_options.ts";
import { Registration } from "./registration.ts";
import { RelayNode } from "./relay_node.ts";
import { ShardGroup } from "./shard_group.ts";
import { answerSdp, longEnough, phoneAddress, relayAddress } from "./stage.ts";

export interface ShardStage {
  readonly network: Network;
  readonly group: ShardGroup;
  /** Their nodes as they were at first. */
  readonly nodes: readonly [RelayNode, RelayNode];
  readonly alice: Browser;
  readonly carol: Browser;
  readonly phone: Phone;
  /** Starts a shard, which is gone, again. */
  readonly restart: (shard: number) => RelayNode;
}

export const accounts: ReadonlyMap<string, string> = new Map([["desk", "secret"]]);

/** Where a shard listens. */
export function shardAddress(shard: number, transport: "udp" | "tcp" = "udp"): Address {
  return { transport, host: relayAddress.host, port: 5060 + 2 * shard };
}

export function shardStage(
  { network: weather, invited, carol: manners = { answer: answerSdp } }: {
    network?: NetworkOptions;
    invited?: PhoneOptions["invited"];
    carol?: BrowserOptions;
  } = {},
): ShardStage {
  const network = new Network(weather);
  const group = new ShardGroup({ network, host: relayAddress.host, shards: 2 });
  const start = (own: number) =>
    new RelayNode({
      network,
      host: relayAddress.host,
      ims: `sip:${phoneAddress.host}:${phoneAddress.port}`,
      accounts,
      shard: { own, group },
    });
  const nodes = [start(0), start(1)] as const;
  const alice = login(nodes[0], "alice");
  const carol = login(nodes[1], "carol", manners);
  const phone = new Phone({
    network,
    user: "bob",
    at: phoneAddress,
    ...(invited === undefined ? {} : { invited }),
  });
  network.run(100);
  return { network, group, nodes, alice, carol, phone, restart: start };
}

export function login(node: RelayNode, user: string, manners: BrowserOptions = {}): Browser {
  const browser = new Browser(user, manners);
  node.open(browser, { user, dialect: "roap.ims" });
  return browser;
}

/** The account desk's phone, registered at a shard. */
export function deskAt(
  { network }: ShardStage,
  shard: number,
  { transport = "udp", invited = () => {} }: {
    transport?: "udp" | "tcp";
    invited?: PhoneOptions["invited"];
  },
): { phone: Phone; registration: Registration } {
  const at = { transport, host: "10.0.0.3", port: 5070 };
  const phone = new Phone({ network, user: "desk", at, domain: "ropeway.test", invited });
  const peer = shardAddress(shard, transport);
  const registration = new Registration({ network, phone, password: "secret", peer });
  registration.register();
  network.run(500);
  assert.equal(registration.status, "200");
  return { phone, registration };
}

/** Lets every timer run out: no shard that is there keeps anything of any call, and all have kept to the RFC. */
export function assertNothingLeftAnywhere({ network, group }: ShardStage): void {
  network.run(longEnough);
  assertGoodManners(network.packets, relayAddress.host);
  for (const shard of [0, 1]) {
    const node = group.node(shard);
    if (node === undefined) continue;
    assert.deepEqual(node.leftovers(), {}, `Shard ${shard}`);
    assert.equal(node.relay.calls, 0);
  }
}
