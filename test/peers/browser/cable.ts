// A TCP way to the relay that can be cut: what a browser sees when its network goes.

import { LOOPBACK } from "../ports.ts";
import type { Address } from "../relay.ts";

export class Cable implements Disposable {
  readonly #listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();

  /** @param relay where it leads */
  constructor(relay: Address) {
    void this.#serve(relay);
  }

  get address(): Address {
    return { host: LOOPBACK, port: this.#listener.addr.port };
  }

  /** Breaks what goes through it; what comes next gets through again. */
  cut(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  async #serve({ host, port }: Address): Promise<void> {
    for await (const inner of this.#listener) {
      const outer = await Deno.connect({ hostname: host, port });
      this.#connections.add(inner).add(outer);
      void this.#carry(inner, outer);
      void this.#carry(outer, inner);
    }
  }

  /** To the end of either. */
  async #carry(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    await from.readable.pipeTo(to.writable).catch(() => {});
    this.#connections.delete(from);
    this.#connections.delete(to);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
  }
}
