// A TLS connection whose handshake is done, and which is gone when it is closed.

import type { Stream } from "../net/stream.ts";
import type { Descriptors } from "./descriptors.ts";

export class TlsStream implements Stream {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  readonly #connection: Deno.TlsConn;
  readonly #descriptors: Descriptors | undefined;
  #writes = 0;
  #closed = false;

  constructor(connection: Deno.TlsConn, descriptors: Descriptors | undefined) {
    this.#connection = connection;
    this.#descriptors = descriptors;
    this.localAddr = connection.localAddr;
    this.remoteAddr = connection.remoteAddr;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#connection.read(buffer);
  }

  /** Rejects once it is closed: Deno would go on taking bytes that nobody gets. */
  async write(bytes: Uint8Array): Promise<number> {
    if (this.#closed) throw new Deno.errors.BadResource("The connection is closed");
    this.#writes++;
    try {
      return await this.#connection.write(bytes);
    } finally {
      this.#writes--;
    }
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  /** Deno itself would wait, for ever, for a peer to take what was written to it. */
  close(): void {
    this.#closed = true;
    if (this.#writes > 0) this.#descriptors?.cutSoon(this);
    this.#connection.close();
  }
}
