// What tests of a relay that registers its browsers have in common.

import assert from "node:assert/strict";
import { header, type SipText } from "../../scenarios/sip_text.ts";
import { type LiveBrowser, type LiveOptions, openBrowser } from "../live_browser.ts";
import type { Relay } from "../relay.ts";
import type { Sipp } from "../sipp.ts";
import type { Ims } from "./ims.ts";
import { assertNoLeak } from "./leak.ts";
import { type Position, startRelayAtIms } from "./relay_at_ims.ts";
import { SippPhone } from "./sipp_phone.ts";
import type { ImsTest } from "./suite.ts";
import { type ImsUser, USERS } from "./users.ts";

export interface Wire {
  /** Resolves to the message that makes it so many since the tap was cleared. */
  readonly sent: (short: string, times?: number) => Promise<SipText>;
  readonly received: (short: string, times?: number) => Promise<SipText>;
  /** Those that have passed by now, without the ones that came again because nobody answered. */
  readonly allSent: (short: string) => SipText[];
  readonly allReceived: (short: string) => SipText[];
  readonly story: () => string[];
}

export interface Stage {
  readonly ims: Ims;
  readonly relay: Relay;
  readonly wire: Wire;
  /** Her browser is registered. */
  readonly alice: LiveBrowser;
  /** Bob's, registered at the P-CSCF. */
  readonly phone: SippPhone;
  /** Logs another one in: carol or frank. */
  readonly browser: (user: ImsUser, options?: LiveOptions) => Promise<LiveBrowser>;
}

export type Story = (name: string, told: (stage: Stage) => Promise<void>, options?: LiveOptions) => void;

export function placeOf(position: Position): string {
  return position === "edge" ? "as an edge proxy" : "behind the P-CSCF";
}

/** Tests with a relay for alice, carol and frank in that position, and bob's phone. At the end nothing of one side has shown on the other. */
export function storiesOf(test: ImsTest, position: Position): Story {
  return (name, told, options = {}) =>
    test(`${placeOf(position)}: ${name}`, async (ims) => {
      const { alice, bob, carol, frank } = USERS;
      const phone = new SippPhone(ims, bob);
      await phone.registers();
      ims.tap.clear();
      await using relay = await startRelayAtIms(ims, { position, users: [alice, carol, frank] });
      await using stack = new AsyncDisposableStack();
      const browsers: LiveBrowser[] = [];
      const browser = async (user: ImsUser, more: LiveOptions = {}) => {
        const opened = stack.use(await login({ ims, relay }, user, more));
        browsers.push(opened);
        return opened;
      };
      const own = await browser(alice, options);
      await told({ ims, relay, wire: wireOf(ims), alice: own, phone, browser });
      assertNoLeak(ims.tap.of(ims.network.host("relay")), browsers);
      assert.deepEqual(relay.errors.filter((line) => /"level":"error"/.test(line)), []);
    });
}

/** Between the relay and the nodes of a tapped core. */
export function wireOf({ tap, network }: Ims): Wire {
  const relay = network.host("relay");
  const all = (way: "sent" | "received", short: string) =>
    once(tap.all(relay, { way, short }).map(({ message }) => message));
  return {
    sent: (short, times) => tap.sees(relay, { way: "sent", short }, times),
    received: (short, times) => tap.sees(relay, { way: "received", short }, times),
    allSent: (short) => all("sent", short),
    allReceived: (short) => all("received", short),
    story: () => tap.story(relay),
  };
}

/** Logs a user's browser in. Resolves when it is registered. */
export async function login(
  { ims, relay }: { readonly ims: Ims; readonly relay: Pick<Relay, "webSocket"> },
  user: ImsUser,
  options: LiveOptions = {},
): Promise<LiveBrowser> {
  const { allReceived } = wireOf(ims);
  const bound = () =>
    allReceived("200 REGISTER").filter((one) => header(one, "to").includes(user.sip)).length;
  const before = bound();
  const browser = await openBrowser(relay, user.name, options);
  await ims.tap.until(() => bound() > before, `${user.name} is not registered`);
  return browser;
}

/** A browser whose call is being answered by a phone lets it begin, and ends it. */
export async function hangsUp(browser: LiveBrowser, run: Sipp): Promise<void> {
  const answer = await browser.gets((message) =>
    message.messageType === "ANSWER" && message.moreComing !== true
  );
  await run.sees("received ACK");
  browser.end();
  await browser.gets((message) => message.messageType === "OK" && message.seq! > answer.seq!);
  await run.done();
}

function once(messages: readonly SipText[]): SipText[] {
  const id = (one: SipText) =>
    `${one.start} ${header(one, "via")} ${header(one, "call-id")} ${header(one, "cseq")} ${
      header(one, "to")
    }`;
  return [...new Map(messages.map((one) => [id(one), one])).values()];
}
