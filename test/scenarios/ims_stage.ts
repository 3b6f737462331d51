// A relay that is a client of an IMS: alice's browser, her identity's home network, and phones beyond it.

import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import type { ImsIdentity } from "../../core/ims/identity.ts";
import type { RelayConfig } from "../../core/relay/relay.ts";
import { Browser, type BrowserOptions } from "./browser.ts";
import { HomeNetwork } from "./home_network.ts";
import { assertGoodManners } from "./manners.ts";
import { type Address, Network, type NetworkOptions } from "./network.ts";
import { RelayNode } from "./relay_node.ts";
import { address, header, type SipText } from "./sip_text.ts";
import { longEnough, relayAddress } from "./stage.ts";

export const homeAddress = { transport: "udp", host: "10.0.0.9", port: 5060 } as const;

export const alice: ImsIdentity = {
  uri: "sip:alice@home.test",
  privateId: "alice@home.test",
  realm: "home.test",
  home: "home.test",
  user: "alice",
  secret: { type: "password", password: "secret" },
};

export interface ImsStage {
  readonly network: Network;
  readonly node: RelayNode;
  readonly home: HomeNetwork;
}

export function imsStage(
  {
    at = homeAddress,
    hasTls = false,
    identities = [alice],
    mode = "users",
    names,
    prepare,
    network: weather,
    ...config
  }:
    & Partial<Pick<RelayConfig, "isEdge" | "accessNetwork" | "trusts" | "hears" | "accounts">>
    & {
      readonly identities?: readonly ImsIdentity[];
      readonly mode?: "users" | "pool";
      readonly prepare?: (home: HomeNetwork) => void;
      readonly network?: NetworkOptions;
      /** Where the home network is, which the relay knows by its address. */
      readonly at?: Address;
      /** Where it is by its name, and the relay knows it by that. */
      readonly names?: readonly Hop[];
      readonly hasTls?: boolean;
    } = {},
): ImsStage {
  const network = new Network(weather);
  const home = new HomeNetwork({ network, at });
  const way = at.transport === "udp" ? "" : `;transport=${at.transport}`;
  prepare?.(home);
  const node = new RelayNode({
    network,
    host: relayAddress.host,
    ims: names === undefined ? `sip:${at.host}:${at.port}${way}` : "sip:home.test",
    names: new Map(names === undefined ? [] : [["home.test", names]]),
    hasTls,
    config: { client: { mode, identities, visitedNetwork: "ropeway.test" }, ...config },
  });
  return { network, node, home };
}

export function logIn({ node }: ImsStage, user = "alice", manners: BrowserOptions = {}): Browser {
  const browser = new Browser(user, manners);
  node.open(browser, { user, dialect: "roap.ims" });
  return browser;
}

/** alice is logged in and registered. */
export function registered(options: Parameters<typeof imsStage>[0] = {}, manners: BrowserOptions = {}) {
  const set = imsStage(options);
  const browser = logIn(set, "alice", manners);
  set.network.run(1000);
  assert.equal(set.home.bindings.size, 1, set.home.story());
  return { ...set, browser };
}

/** The URI that alice is bound to. */
export function contactOf({ home }: ImsStage): string {
  return [...home.bindings.keys()][0]!;
}

export function uriOf(request: SipText, name: string): string {
  return address(header(request, name));
}

/** The relay ends: everything is taken back, nothing is left, and it kept to RFC 3261 all the time. */
export function assertLeft({ network, node }: ImsStage): void {
  node.act((relay) => relay.endCalls(network.now));
  network.run(longEnough);
  assertGoodManners(network.packets, relayAddress.host);
  assert.equal(node.relay.registrations, 0);
  assert.deepEqual(node.leftovers(), {});
}
