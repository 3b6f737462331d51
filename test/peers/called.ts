// The stage for calls from a browser, alice, to a phone of ims.example: relay, dnsmasq, sipp.

import type { Dnsmasq } from "../dnsmasq.ts";
import { startDns } from "./dns.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { type Relay, startRelay } from "./relay.ts";
import type { Transport } from "./ports.ts";
import { describe, hold } from "./sdp.ts";
import { type Sipp, startSipp } from "./sipp.ts";

export interface Called {
  readonly relay: Relay;
  readonly dns: Dnsmasq;
  readonly alice: LiveBrowser;
  readonly phone: Sipp;
}

export interface CalledOptions {
  readonly scenario: string;
  readonly transport?: Transport;
  readonly values?: Readonly<Record<string, string>>;
  readonly calls?: number;
  readonly seconds?: number;
  readonly dialect?: "roap" | "roap.ims";
  /** Whether alice sends the OKs that are due by herself; true unless said otherwise. */
  readonly polite?: boolean;
  /** Alice answers changes of the session with this. */
  readonly answer?: string;
}

/** What the phones' scenarios say. */
export const BODIES = {
  sdp: describe("phone"),
  early: describe("early"),
  other: describe("other"),
  hold: hold("phone"),
};

export async function called(options: CalledOptions, story: (stage: Called) => Promise<void>): Promise<void> {
  const { scenario, transport = "udp", values, dialect = "roap.ims", answer, polite = true, seconds = 25 } =
    options;
  await using phone = await startSipp({ scenario, transport, seconds, values: { ...BODIES, ...values } });
  await using dns = await startDns("ims.example", [[transport, phone.address]]);
  await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
  await using alice = await openBrowser(
    relay,
    "alice",
    answer === undefined ? { dialect, polite } : { dialect, polite, answer },
  );
  await story({ relay, dns, alice, phone });
}
