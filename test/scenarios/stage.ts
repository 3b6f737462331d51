// What most stories need: one relay, a browser and a phone, and a look at the end that nothing is left over.

import assert from "node:assert/strict";
import { Browser, type BrowserOptions } from "./browser.ts";
import { assertGoodManners } from "./manners.ts";
import { type Address, Network, type NetworkOptions } from "./network.ts";
import { Phone } from "./phone.ts";
import type { PhoneOptions } from "./phone_options.ts";
import { RelayNode, type RelayNodeOptions } from "./relay_node.ts";

export const offerSdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
export const answerSdp = "v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n";
export const holdSdp = `${offerSdp}a=sendonly\r\n`;

export const relayAddress: Address = { transport: "udp", host: "10.0.0.1", port: 5060 };
export const phoneAddress: Address = { transport: "udp", host: "10.0.0.2", port: 5070 };

/** Longer than every timer of RFC 3261 and of the relay. */
export const longEnough = 300_000;

export interface StageOptions {
  readonly network?: NetworkOptions;
  readonly relay?: Partial<RelayNodeOptions>;
  readonly alice?: BrowserOptions & { readonly dialect?: "roap" | "roap.ims" };
  readonly invited?: PhoneOptions["invited"];
  readonly reinvited?: PhoneOptions["reinvited"];
}

export interface Stage {
  readonly network: Network;
  readonly node: RelayNode;
  readonly alice: Browser;
  readonly phone: Phone;
}

/** alice is logged in; the phone is what every foreign target leads to. */
export function stage(
  { network: weather, relay = {}, alice: manners = {}, invited, reinvited }: StageOptions = {},
): Stage {
  const network = new Network(weather);
  const node = new RelayNode({
    network,
    host: relayAddress.host,
    ims: `sip:${phoneAddress.host}:${phoneAddress.port}`,
    ...relay,
  });
  const alice = new Browser("alice", manners);
  node.open(alice, { user: "alice", dialect: manners.dialect ?? "roap.ims" });
  const phone = new Phone({
    network,
    user: "bob",
    at: phoneAddress,
    ...(invited === undefined ? {} : { invited }),
    ...(reinvited === undefined ? {} : { reinvited }),
  });
  return { network, node, alice, phone };
}

/** Another browser. */
export function addBrowser(
  { node }: Stage,
  user: string,
  { dialect = "roap.ims", name = user, ...manners }: BrowserOptions & {
    readonly dialect?: "roap" | "roap.ims";
    readonly name?: string;
  } = {},
): Browser {
  const browser = new Browser(name, manners);
  node.open(browser, { user, dialect });
  return browser;
}

/** Another phone, at an address of its own. */
export function addPhone(
  { network }: Stage,
  user: string,
  { last, transport = "udp", ...manners }: Omit<PhoneOptions, "network" | "user" | "at"> & {
    /** Last number of its address, 10.0.0.x. */
    readonly last: number;
    readonly transport?: "udp" | "tcp";
  },
): Phone {
  return new Phone({ network, user, at: { transport, host: `10.0.0.${last}`, port: 5070 }, ...manners });
}

/** A phone's answer to a call: it rings, and picks up at once. */
export function pickUp(phone: Phone): void {
  phone.ring();
  phone.answer(answerSdp);
}

/** alice has called the phone, and both are talking. */
export function browserCallsPhone(options: StageOptions = {}): Stage {
  const set = stage({ invited: pickUp, ...options });
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(1000);
  assert.equal(set.alice.session.state, "up");
  assert.equal(set.phone.state, "up");
  return set;
}

/** The phone has called alice, and both are talking. */
export function phoneCallsBrowser(options: StageOptions = {}): Stage {
  const set = stage({ ...options, alice: { answer: answerSdp, ...options.alice } });
  set.phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  set.network.run(1000);
  assert.equal(set.alice.session.state, "up");
  assert.equal(set.phone.state, "up");
  return set;
}

/** Either both have the call, or neither. */
export function assertAgreement({ alice, phone }: Stage, story = ""): void {
  const hers = alice.sessions.at(-1)?.state ?? "ended";
  const isSettled = (state: string) => state === "up" || state === "ended" || state === "idle";
  const told = `${story}\nalice ${hers}: ${alice.story()}\nphone ${phone.state}: ${phone.story()}`;
  assert.ok(isSettled(hers) && isSettled(phone.state), told);
  assert.equal(hers === "up", phone.state === "up", told);
}

/** Lets every timer run out and checks that nothing is kept of any call, and that the relay has kept to the RFC all the time. */
export function assertNothingLeft(
  { network, node }: Pick<Stage, "network" | "node">,
  { isHostile = false } = {},
): void {
  network.run(longEnough);
  // where requests are forged, one branch may stand for several
  if (!isHostile) assertGoodManners(network.packets, relayAddress.host);
  assert.deepEqual(node.leftovers(), {});
  assert.equal(node.relay.calls, 0);
}
