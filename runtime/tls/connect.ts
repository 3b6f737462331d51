// A TLS connection of our own to a SIP peer: its certificate has to be for the name that was asked for (RFC 5922 section 7).

import type { Descriptors } from "./descriptors.ts";
import type { Credentials } from "./identity.ts";
import { TlsStream } from "./tls_stream.ts";

/** How Deno takes a name to check that is not the address to connect to, where it presents a certificate as well. */
const SERVER_NAME = Symbol.for("unstableServerName");

export interface TlsTarget {
  /** An IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** The name to ask for (SNI) and to check; an IP address is checked as such. */
  readonly name: string;
}

export interface ConnectTlsOptions {
  readonly credentials: Credentials;
  readonly descriptors: Descriptors | undefined;
  readonly signal: AbortSignal;
}

/** Resolves when the handshake is done. Rejects with the cause, which for a certificate says what is wrong with it. */
export async function connectTls(target: TlsTarget, options: ConnectTlsOptions): Promise<TlsStream> {
  const { descriptors, signal } = options;
  const stream = await begin(target, options);
  const stop = () => {
    // Closed alone it would wait for the peer.
    descriptors?.cut([stream]);
    stream.close();
  };
  if (signal.aborted) stop();
  signal.throwIfAborted();
  signal.addEventListener("abort", stop);
  try {
    await stream.handshake();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    stream.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return new TlsStream(stream, descriptors);
}

async function begin(
  { host, port, name }: TlsTarget,
  { credentials: { identity, authorities }, descriptors, signal }: ConnectTlsOptions,
): Promise<Deno.TlsConn> {
  const caCerts = [...authorities];
  if (identity === undefined) {
    const stream = await Deno.connect({ hostname: host, port, signal });
    stream.setNoDelay(true);
    return await Deno.startTls(stream, { hostname: name, caCerts });
  }
  // Deno.startTls presents no certificate. Were the name not taken, the address would be checked: nobody is believed wrongly.
  const named: Deno.ConnectTlsOptions & Deno.TlsCertifiedKeyPem & Record<symbol, string> = {
    hostname: host,
    port,
    caCerts,
    cert: identity.certificate,
    key: identity.key,
    [SERVER_NAME]: name,
  };
  const stream = await Deno.connectTls(named);
  descriptors?.hurryOne(stream);
  return stream;
}
