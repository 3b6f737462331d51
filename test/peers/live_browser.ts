// A scripted browser over a real WebSocket.

import { Browser, type BrowserOptions, type RoapMessage } from "../scenarios/browser.ts";
import type { Relay } from "./relay.ts";

const PATIENCE_MS = 20_000;

export type Wanted = string | ((message: RoapMessage) => boolean);

export interface LiveOptions extends BrowserOptions {
  readonly dialect?: "roap" | "roap.ims";
  /** How long a message may be waited for, in milliseconds. */
  readonly patience?: number;
}

export class LiveBrowser extends Browser implements AsyncDisposable {
  /** As they came. */
  readonly texts: string[] = [];
  readonly #ending: Promise<CloseEvent>;
  readonly #socket: WebSocket;
  readonly #patience: number;
  #seen = 0;
  #woken: (() => void) | undefined;
  /** How the relay ended the connection, "" = it stands. */
  #gone = "";

  constructor(name: string, socket: WebSocket, options: LiveOptions) {
    super(name, options);
    this.#socket = socket;
    this.#patience = options.patience ?? PATIENCE_MS;
    const { promise, resolve } = Promise.withResolvers<CloseEvent>();
    this.#ending = promise;
    this.connected({ send: (text) => socket.send(text), close: () => socket.close() });
    socket.onmessage = ({ data }) => {
      this.texts.push(String(data));
      this.receive(String(data));
      this.#woken?.();
    };
    socket.onclose = (event) => {
      this.closed(event.code);
      this.#gone = `closed with ${event.code} ${event.reason}`;
      this.#woken?.();
      resolve(event);
    };
  }

  /** Resolves to the next message that is wanted, after the last one that was. Others in between are passed over. */
  async gets(wanted: Wanted): Promise<RoapMessage> {
    const fits = typeof wanted === "string"
      ? ({ messageType }: RoapMessage) => messageType === wanted
      : wanted;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#woken?.();
    }, this.#patience);
    try {
      for (;;) {
        while (this.#seen < this.received.length) {
          const message = this.received[this.#seen++]!;
          if (fits(message)) return message;
        }
        if (late || this.#gone !== "") {
          throw new Error(`${this.name} wanted ${wanted} and got ${this.story()} ${this.#gone}`);
        }
        await new Promise<void>((resolve) => this.#woken = resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves to the close event when the relay has closed the connection. */
  async closes(): Promise<CloseEvent> {
    return await this.#ending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#ending;
  }
}

/** Logs in. */
export async function openBrowser(
  relay: Pick<Relay, "webSocket">,
  name: string,
  options: LiveOptions = {},
): Promise<LiveBrowser> {
  const socket = new WebSocket(relay.webSocket(name), options.dialect ?? "roap.ims");
  const browser = new LiveBrowser(name, socket, options);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.onopen = () => resolve();
  socket.onerror = () => reject(new Error(`No WebSocket for ${name}`));
  await promise;
  // Later errors end in a close.
  socket.onerror = null;
  return browser;
}
