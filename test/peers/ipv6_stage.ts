// The stage for calls over IPv6: a relay that listens on ::1 alone, phones that wait there or call from there.

import { CertificateFiles } from "../certificate_files.ts";
import { LOOPBACK6, text } from "./ports.ts";
import { openRawPhone, type RawPhone, rawPhoneOn, waitingRawPhone } from "./raw_phone.ts";
import { type Address, type Relay, startRelay } from "./relay.ts";

export type SipTransport = "udp" | "tcp" | "tls";

/** The name that waiting phones' certificates are for, beside their address. */
export const PHONES = "ims.example";

/** What the relay shows, for the address that it has, and the authority of everybody's certificates. */
export async function certificates(): Promise<CertificateFiles> {
  return await CertificateFiles.make({ names: [LOOPBACK6] });
}

/** A relay with every kind of listener on ::1, and none elsewhere. */
export async function startOnSix(files: CertificateFiles, args: readonly string[] = []): Promise<Relay> {
  const listeners = ["udp", "tcp", "tls"].flatMap((kind) => ["--sip", `${kind}:[${LOOPBACK6}]:0`]);
  return await startRelay(["--http", `[${LOOPBACK6}]:0`, ...listeners, ...files.args, ...args]);
}

/** Of a listener on ::1, as it stands in a sip URI. */
export function placeIn(address: Address, transport: SipTransport): string {
  return `${text(address)}${transport === "udp" ? "" : `;transport=${transport}`}`;
}

/** Where somebody can be called. */
export interface Waiting extends Disposable {
  readonly address: Address;
  /** Resolves when the relay has come, over TCP and TLS by one more connection. */
  comes(): Promise<RawPhone>;
}

/** A phone that waits on ::1. Its certificate is the authority's, for `PHONES`. */
export function waits(transport: SipTransport, { authority }: CertificateFiles): Waiting {
  if (transport === "udp") {
    const phone = waitingRawPhone(LOOPBACK6);
    return {
      address: phone.address,
      comes: () => Promise.resolve(phone),
      [Symbol.dispose]: () => phone[Symbol.dispose](),
    };
  }
  const at = { hostname: LOOPBACK6, port: 0 };
  const { certificate, key } = authority.issue({ names: [PHONES, LOOPBACK6] });
  const listener = transport === "tcp" ? Deno.listen(at) : Deno.listenTls({ ...at, cert: certificate, key });
  const phones: RawPhone[] = [];
  return {
    address: { host: LOOPBACK6, port: (listener.addr as Deno.NetAddr).port },
    comes: async () => {
      const phone = rawPhoneOn(await listener.accept() as Deno.TcpConn);
      phones.push(phone);
      return phone;
    },
    [Symbol.dispose]() {
      for (const phone of phones) phone[Symbol.dispose]();
      listener.close();
    },
  };
}

/** A phone at ::1 that talks to the relay's listener. */
export async function callsFrom(
  { relay, files, transport }: { relay: Relay; files: CertificateFiles; transport: SipTransport },
): Promise<RawPhone> {
  if (transport !== "tls") return await openRawPhone(relay, transport);
  const { host, port } = relay.tls[0]!;
  const connection = await Deno.connect({ hostname: host, port });
  // checked as the address that was called
  return rawPhoneOn(
    await Deno.startTls(connection, { hostname: host, caCerts: [files.authority.certificate] }),
  );
}
