// SIP's TLS connections: with a certificate of ours as server, and as client where a peer asks for one.

import type { Hop } from "../../core/hop.ts";
import type { Stream, StreamListener } from "../net/stream.ts";
import { connectTls } from "../tls/connect.ts";
import type { Tls } from "../tls/tls.ts";
import type { StreamKind } from "./stream_transport.ts";

export class TlsStreams implements StreamKind {
  readonly transport = "tls";
  readonly #tls: Tls;

  constructor(tls: Tls) {
    this.#tls = tls;
  }

  listen(at: { host: string; port: number }): StreamListener {
    return this.#tls.listen(at);
  }

  connect({ host, port, domain }: Hop, signal: AbortSignal): Promise<Stream> {
    const { credentials, descriptors } = this.#tls;
    return connectTls({ host, port, name: domain ?? host }, { credentials, descriptors, signal });
  }
}
