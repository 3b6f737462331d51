// A listening TCP socket in Deno's hands.

import { AcceptLoop } from "./accept_loop.ts";
import type { StreamAcceptor, StreamListener } from "./stream.ts";

export class TcpListener implements StreamListener {
  readonly host: string;
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  #loop: AcceptLoop<Deno.TcpConn> | undefined;

  /** @throws Error of the operating system */
  constructor({ host, port, reusePort = false }: { host: string; port: number; reusePort?: boolean }) {
    this.#listener = Deno.listen({ hostname: host, port, reusePort });
    this.host = this.#listener.addr.hostname;
    this.port = this.#listener.addr.port;
  }

  start(acceptor: StreamAcceptor): void {
    this.#loop = new AcceptLoop(this.#listener, {
      accepted: (stream) => acceptor.accepted(stream),
      exhausted: (error) => acceptor.exhausted(error),
    });
  }

  async close(): Promise<void> {
    if (this.#loop === undefined) this.#listener.close();
    else await this.#loop.close();
  }
}
