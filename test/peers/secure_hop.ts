// A hop between the relay, which speaks TLS to it, and a phone that only has TCP. It reads nothing: the phone's Via and Contact say TLS and name `outer`.
//
//   relay ◄── TLS ──► outer | hop | inner ◄── TCP ──► phone

import type { CertificateFiles } from "../certificate_files.ts";
import { LOOPBACK } from "./ports.ts";
import type { Address } from "./relay.ts";

export class SecureHop implements AsyncDisposable {
  /** A phone that is called. */
  phone: Address | undefined;
  /** Whom a phone calls that connects to `inner`. */
  relay: Address | undefined;
  readonly #files: CertificateFiles;
  readonly #outer: Deno.TlsListener;
  readonly #inner: Deno.Listener;
  readonly #connections = new Set<Deno.Conn>();
  readonly #carrying = new Set<Promise<void>>();
  /** What is for the phone goes here, and what it says goes there. */
  #toPhone: Promise<Deno.Conn> | undefined;
  #toRelay: Deno.Conn | undefined;

  constructor(files: CertificateFiles) {
    this.#files = files;
    const { certificate, key } = files.authority.issue({ names: [LOOPBACK, "ims.example"] });
    this.#outer = Deno.listenTls({ hostname: LOOPBACK, port: 0, cert: certificate, key });
    this.#inner = Deno.listen({ hostname: LOOPBACK, port: 0 });
    this.#keep(this.#takeRelay());
    this.#keep(this.#takePhone());
  }

  get outer(): Address {
    return addressOf(this.#outer);
  }

  get inner(): Address {
    return addressOf(this.#inner);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#outer.close();
    this.#inner.close();
    for (const connection of this.#connections) close(connection);
    while (this.#carrying.size > 0) await Promise.all(this.#carrying);
  }

  async #takeRelay(): Promise<void> {
    for await (const relay of this.#outer) {
      this.#connections.add(relay);
      const phone = await (this.#toPhone ??= this.#callPhone());
      this.#toRelay ??= relay;
      this.#keep(this.#carry(relay, () => phone));
    }
  }

  async #callPhone(): Promise<Deno.Conn> {
    const { host: hostname, port } = this.phone!;
    const phone = await Deno.connect({ hostname, port });
    this.#connections.add(phone);
    this.#keep(this.#carry(phone, () => this.#toRelay));
    return phone;
  }

  async #takePhone(): Promise<void> {
    for await (const phone of this.#inner) {
      this.#connections.add(phone);
      const { host: hostname, port } = this.relay!;
      const caCerts = [this.#files.authority.certificate];
      const relay = await Deno.connectTls({ hostname, port, caCerts });
      this.#connections.add(relay);
      this.#toPhone = Promise.resolve(phone);
      this.#toRelay = relay;
      this.#keep(this.#carry(phone, () => relay));
      this.#keep(this.#carry(relay, () => phone));
    }
  }

  async #carry(from: Deno.Conn, to: () => Deno.Conn | undefined): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) return;
      let sent = 0;
      while (sent < count) sent += await to()!.write(buffer.subarray(sent, count));
    }
  }

  /** Whatever breaks when a connection ends is no news: the phone and the browser say whether all went well. */
  #keep(work: Promise<void>): void {
    const settled = work.catch(() => {}).finally(() => this.#carrying.delete(settled));
    this.#carrying.add(settled);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The other side has.
  }
}

function addressOf({ addr }: Deno.Listener): Address {
  const { hostname, port } = addr as Deno.NetAddr;
  return { host: hostname, port };
}
