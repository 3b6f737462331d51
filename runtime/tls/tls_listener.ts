// A listening TLS socket, whose certificate can be changed while it listens.
//
// Deno's own listener keeps the certificate it was opened with, so a new one is opened on the same port, and the old one closed when nobody is
// on his way to it any more. Who is connected, or in the middle of a handshake, goes on with what he has.

import type { Millis } from "../../core/context.ts";
import { AcceptLoop } from "../net/accept_loop.ts";
import type { StreamAcceptor, StreamListener } from "../net/stream.ts";
import type { Descriptors } from "./descriptors.ts";
import type { Handshakes } from "./handshakes.ts";
import type { Identity } from "./identity.ts";
import { TlsStream } from "./tls_stream.ts";

/** Whose TCP connection is being set up with the old listener has so long to finish that. */
const CONNECTING_TIME: Millis = 3_000;

export interface TlsListenerOptions {
  readonly identity: Identity;
  readonly handshakes: Handshakes;
  readonly descriptors: Descriptors | undefined;
  /** Other processes of ours have the port too. Else nobody may. */
  readonly isShared?: boolean;
  /** Protocols to agree on, the preferred one first (ALPN). */
  readonly protocols?: readonly string[];
}

export class TlsListener implements StreamListener {
  readonly host: string;
  readonly port: number;
  readonly #hostname: string;
  readonly #options: TlsListenerOptions;
  #identity: Identity;
  #listener: Deno.TlsListener;
  #acceptor: StreamAcceptor | undefined;
  #loop: AcceptLoop<Deno.TlsConn> | undefined;
  /** Of the listener before. */
  #retiring: AcceptLoop<Deno.TlsConn> | undefined;
  #renewal: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** @throws Error of the operating system, or of the certificate */
  constructor({ host, port }: { host: string; port: number }, options: TlsListenerOptions) {
    // The port is shared with ourselves when the certificate changes, and so with whoever else asks for it to be: not with another relay.
    if (port !== 0 && options.isShared !== true) Deno.listen({ hostname: host, port }).close();
    this.#hostname = host;
    this.#options = options;
    this.#identity = options.identity;
    this.#listener = this.#open(port);
    this.host = this.#listener.addr.hostname;
    this.port = this.#listener.addr.port;
  }

  start(acceptor: StreamAcceptor): void {
    this.#acceptor = acceptor;
    this.#loop = this.#accept(acceptor);
  }

  /**
   * Resolves when new connections are served with this certificate.
   *
   * @throws Error; the old one stays then.
   */
  renew(identity: Identity): Promise<void> {
    const renewed = this.#renewal.then(() => this.#renew(identity));
    this.#renewal = renewed.catch(() => {});
    return renewed;
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #renew(identity: Identity): Promise<void> {
    // One listener and its successor, never more: `steer` counts on it.
    await this.#retiring?.close();
    if (this.#closed !== undefined) return;
    const [oldIdentity, oldListener, oldLoop] = [this.#identity, this.#listener, this.#loop];
    this.#identity = identity;
    try {
      this.#listener = this.#open(this.port);
    } catch (error) {
      this.#identity = oldIdentity;
      throw error;
    }
    if (this.#acceptor === undefined || oldLoop === undefined) return oldListener.close();
    this.#loop = this.#accept(this.#acceptor);
    this.#retiring = oldLoop;
    const { isShared, descriptors } = this.#options;
    const isSteered = isShared !== true && descriptors?.steer(this.#listener.addr) === true;
    const retired = oldLoop.retire(isSteered ? CONNECTING_TIME : 0);
    if (!isSteered) await retired;
  }

  async #close(): Promise<void> {
    if (this.#loop === undefined) this.#listener.close();
    else await Promise.all([this.#loop.close(), this.#retiring?.close()]);
  }

  #open(port: number): Deno.TlsListener {
    const { certificate: cert, key } = this.#identity;
    const listener = Deno.listenTls({
      hostname: this.#hostname,
      port,
      cert,
      key,
      reusePort: true,
      ...(this.#options.protocols === undefined ? {} : { alpnProtocols: [...this.#options.protocols] }),
    });
    this.#options.descriptors?.hurry(listener.addr);
    return listener;
  }

  #accept(acceptor: StreamAcceptor): AcceptLoop<Deno.TlsConn> {
    const { handshakes } = this.#options;
    return new AcceptLoop(this.#listener, {
      accepted: (stream) => handshakes.begin(stream, (done) => this.#admit(done, acceptor)),
      exhausted: (error) => acceptor.exhausted(error),
      room: () => handshakes.room(),
    });
  }

  #admit(stream: Deno.TlsConn, acceptor: StreamAcceptor): void {
    if (this.#closed === undefined) acceptor.accepted(new TlsStream(stream, this.#options.descriptors));
    else stream.close();
  }
}
