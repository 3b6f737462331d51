// The stage for calls from a browser, alice, to a phone of ims.example: relay, dnsmasq, sipp.

import { CertificateFiles } from "../certificate_files.ts";
import type { Dnsmasq } from "../dnsmasq.ts";
import { startDns } from "./dns.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { type Relay, startRelay } from "./relay.ts";
import { LOOPBACK, type Way } from "./ports.ts";
import { describe, hold } from "./sdp.ts";
import { SecureHop } from "./secure_hop.ts";
import { type Sipp, startSipp } from "./sipp.ts";

export interface Called {
  readonly relay: Relay;
  readonly dns: Dnsmasq;
  readonly alice: LiveBrowser;
  readonly phone: Sipp;
}

export interface CalledOptions {
  readonly scenario: string;
  readonly transport?: Way;
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
  await using stack = new AsyncDisposableStack();
  const way = await wayOf(transport, stack);
  await using phone = await startSipp({
    scenario,
    seconds,
    values: { ...BODIES, ...values },
    ...way.sipp,
  });
  if (way.hop !== undefined) way.hop.phone = phone.address;
  await using dns = await startDns("ims.example", [[transport, way.hop?.outer ?? phone.address]]);
  const args = ["--ims", "ims.example", "--dns", dns.address, ...way.args];
  await using relay = await startRelay(args);
  await using alice = await openBrowser(
    relay,
    "alice",
    answer === undefined ? { dialect, polite } : { dialect, polite, answer },
  );
  await story({ relay, dns, alice, phone });
}

/** What sipp and the relay have to be told for a transport, and the hop that TLS takes. */
export async function wayOf(transport: Way, stack: AsyncDisposableStack) {
  if (transport !== "tls") return { hop: undefined, args: [], sipp: { transport } };
  const files = stack.use(await CertificateFiles.make({ names: [LOOPBACK] }));
  const hop = stack.use(new SecureHop(files));
  const listeners = (["udp", "tcp", "tls"] as const).flatMap((each) => ["--sip", `${each}:${LOOPBACK}:0`]);
  return {
    hop,
    args: [...listeners, ...files.args],
    sipp: { transport: "tcp", secure: true, advertise: hop.outer } as const,
  };
}
