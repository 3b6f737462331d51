// The stage for calls from a phone to a browser, bob, and for calls through a lossy hop.

import { BODIES, type Called, type CalledOptions, wayOf } from "./called.ts";
import { startDns } from "./dns.ts";
import { Hop } from "./hop.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type Sipp, startSipp } from "./sipp.ts";

export interface Calling {
  readonly relay: Relay;
  readonly bob: LiveBrowser;
  readonly phone: Sipp;
}

/** The phone's address-of-record: a stranger to the domain. */
const STRANGER = "phone@elsewhere.example";

export async function calling(
  options: CalledOptions,
  story: (stage: Calling) => Promise<void>,
): Promise<void> {
  const { scenario, transport = "udp", values, dialect = "roap.ims", answer, calls = 1, seconds = 25 } =
    options;
  await using stack = new AsyncDisposableStack();
  const way = await wayOf(transport, stack);
  await using relay = await startRelay(way.args);
  if (way.hop !== undefined) way.hop.relay = relay.tls[0];
  await using bob = await openBrowser(relay, "bob", answer === undefined ? { dialect } : { dialect, answer });
  await using phone = await startSipp({
    scenario,
    calls,
    seconds,
    to: way.hop?.inner ?? relay[transport][0]!,
    ...way.sipp,
    values: { ...BODIES, target: "bob@ropeway.local", from: STRANGER, ...values },
  });
  await story({ relay, bob, phone });
}

/** As `calling`, over UDP with a hop in between. `prepare` says what is to be lost before the first message goes. */
export async function callingThroughHop(
  options: CalledOptions & { readonly prepare?: (hop: Hop) => void },
  story: (stage: Calling & { readonly hop: Hop }) => Promise<void>,
): Promise<void> {
  const { scenario, values, dialect = "roap.ims", answer, prepare } = options;
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob", answer === undefined ? { dialect } : { dialect, answer });
  using hop = new Hop();
  hop.relay = relay.udp[0];
  prepare?.(hop);
  await using phone = await startSipp({
    scenario,
    to: hop.inner,
    advertise: hop.outer,
    values: { ...BODIES, target: "bob@ropeway.local", from: STRANGER, ...values },
  });
  await story({ relay, bob, phone, hop });
}

/** As `called`, over UDP with a hop in between. */
export async function calledThroughHop(
  options: CalledOptions,
  story: (stage: Called & { readonly hop: Hop }) => Promise<void>,
): Promise<void> {
  const { scenario, values, dialect = "roap.ims", answer } = options;
  using hop = new Hop();
  await using phone = await startSipp({
    scenario,
    advertise: hop.outer,
    values: { ...BODIES, ...values },
  });
  hop.phone = phone.address;
  await using dns = await startDns("ims.example", [["udp", hop.outer]]);
  await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
  await using alice = await openBrowser(
    relay,
    "alice",
    answer === undefined ? { dialect } : { dialect, answer },
  );
  await story({ relay, dns, alice, phone, hop });
}
