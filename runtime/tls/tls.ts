// All of one process' TLS: its credentials, the listeners that use them, and the handshakes with strangers.

import type { Log } from "../log.ts";
import type { Libc } from "../net/libc.ts";
import { Descriptors } from "./descriptors.ts";
import { type HandshakeLimits, Handshakes } from "./handshakes.ts";
import { type Credentials, doubtsAbout, type Identity } from "./identity.ts";
import { TlsListener } from "./tls_listener.ts";

export interface TlsOptions {
  readonly credentials: Credentials;
  readonly log: Log;
  readonly limits?: Partial<HandshakeLimits> | undefined;
  /** The C library, where it may be called. Closed by its owner, after us. */
  readonly libc?: Libc | undefined;
}

export class Tls {
  readonly descriptors: Descriptors | undefined;
  readonly #log: Log;
  readonly #handshakes: Handshakes;
  readonly #listeners = new Set<TlsListener>();
  #credentials: Credentials;

  constructor({ credentials, log, limits, libc }: TlsOptions) {
    this.#log = log;
    this.#credentials = credentials;
    this.descriptors = libc === undefined ? undefined : new Descriptors(libc);
    this.#handshakes = new Handshakes({ log, descriptors: this.descriptors, limits });
    this.#doubt();
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  get counts(): Handshakes["counts"] {
    return this.#handshakes.counts;
  }

  /** @throws Error of the operating system, or of the certificate; RangeError without a certificate. */
  listen(
    { host, port, isShared = false, protocols }: {
      host: string;
      port: number;
      isShared?: boolean;
      protocols?: readonly string[];
    },
  ): TlsListener {
    const { identity } = this.#credentials;
    if (identity === undefined) throw new RangeError("TLS needs a certificate to listen");
    const listener = new TlsListener({ host, port }, {
      identity,
      handshakes: this.#handshakes,
      descriptors: this.descriptors,
      isShared,
      ...(protocols === undefined ? {} : { protocols }),
    });
    this.#listeners.add(listener);
    return listener;
  }

  /** Whoever connects from now on, and whomever we connect to, meets these. What cannot be used leaves the old ones, and an error in the log. */
  async renew(credentials: Credentials): Promise<void> {
    const { identity } = credentials;
    try {
      if (identity !== undefined) {
        tryOut(identity);
        await Promise.all([...this.#listeners].map((listener) => listener.renew(identity)));
      }
    } catch (error) {
      this.#log.error({ error: String(error) }, "The new certificate cannot be used: the old one stays");
      return;
    }
    this.#credentials = credentials;
    this.#log.info({}, "Certificates have been read anew");
    this.#doubt();
  }

  /** Ends handshakes that are under way. Listeners and connections are their owners' to close. */
  close(): void {
    this.#handshakes.close();
    this.descriptors?.close();
  }

  #doubt(): void {
    const { identity } = this.#credentials;
    const doubt = identity === undefined ? undefined : doubtsAbout(identity);
    if (doubt !== undefined) this.#log.warn({}, doubt);
  }
}

/** Before any listener is given up for it. */
function tryOut({ certificate: cert, key }: Identity): void {
  Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }).close();
}
