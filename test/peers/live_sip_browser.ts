// A scripted browser that speaks SIP over a real WebSocket (RFC 7118): one message a frame, no address of its own.

import { Phone } from "../scenarios/phone.ts";
import { Registration } from "../scenarios/registration.ts";
import type { Node } from "../scenarios/network.ts";
import type { PhoneOptions } from "../scenarios/phone_options.ts";
import type { Relay } from "./relay.ts";
import { until } from "./ports.ts";

const PATIENCE_MS = 10_000;

export interface LiveSipOptions {
  readonly password?: string;
  readonly invited?: NonNullable<PhoneOptions["invited"]>;
  /** Sends its messages as binary frames. */
  readonly binary?: boolean;
  /** Of RFC 5626. */
  readonly regId?: number;
}

/** The phone's network: its WebSocket. Timers go with it. */
class Wire {
  readonly socket: WebSocket;
  readonly #binary: boolean;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #node: Node | undefined;

  constructor(socket: WebSocket, binary: boolean) {
    this.socket = socket;
    this.#binary = binary;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
      this.#node?.receive(bytes, { transport: "ws", host: "relay", port: 1, flow: 1 });
    };
  }

  after(delay: number, happen: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      happen();
    }, delay);
    this.#timers.add(timer);
  }

  attach(_address: unknown, node: Node): void {
    this.#node = node;
  }

  send(bytes: Uint8Array): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(this.#binary ? bytes.slice() : new TextDecoder().decode(bytes));
    return true;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.socket.close();
  }
}

export class LiveSipBrowser extends Phone implements AsyncDisposable {
  readonly #wire: Wire;
  readonly #registration: Registration;
  readonly #ending: Promise<CloseEvent>;

  constructor(socket: WebSocket, user: string, options: LiveSipOptions) {
    const { password = "secret", invited = () => {}, binary = false, regId = 0 } = options;
    const wire = new Wire(socket, binary);
    const host = `${crypto.randomUUID().slice(0, 8)}.invalid`;
    const at = { transport: "ws", host: "127.0.0.1", port: 1 } as const;
    super({ network: wire, user, at, domain: "ropeway.local", contactHost: host, invited });
    this.#wire = wire;
    const flow = regId === 0 ? "" : `;reg-id=${regId};+sip.instance="<urn:uuid:${user}>"`;
    this.#registration = new Registration({
      network: wire,
      phone: this,
      password,
      peer: at,
      domain: "ropeway.local",
      contact: `<sip:${user}@${host};transport=ws>${flow}`,
      lines: [["Supported", "path, gruu, outbound"]],
    });
    const { promise, resolve } = Promise.withResolvers<CloseEvent>();
    this.#ending = promise;
    socket.onclose = resolve;
  }

  /** Resolves to the last response's status. */
  async register(): Promise<string> {
    this.#registration.register();
    return await until(
      () => this.#registration.status !== "" && this.#registration.answer?.start || undefined,
      { within: PATIENCE_MS, failing: () => `${this.user} has no answer to REGISTER` },
    );
  }

  dial(uri: string, sdp: string): void {
    this.call(uri, { sdp, peer: this.at });
  }

  /** Resolves when its call is in this state. */
  async reaches(state: Phone["state"]): Promise<void> {
    await until(() => this.state === state || undefined, {
      within: PATIENCE_MS,
      failing: () => `${this.user} is ${this.state}, wanted ${state}: ${this.story()}`,
    });
  }

  /** Resolves when such a message has come. */
  async gets(start: string): Promise<void> {
    await until(() => this.count(start) > 0 || undefined, {
      within: PATIENCE_MS,
      failing: () => `${this.user} got ${this.story()}, wanted ${start}`,
    });
  }

  /** Resolves to the close event when the connection is over. */
  async closes(): Promise<CloseEvent> {
    return await this.#ending;
  }

  /** The connection goes down from this side. */
  leave(): void {
    this.#wire.close();
  }

  /** Sends what no phone would. */
  sendText(text: string): void {
    this.#wire.socket.send(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.close();
    await this.#ending;
  }
}

/** Its WebSocket is open; it has said nothing yet. */
export async function openSipBrowser(
  relay: Relay,
  user: string,
  options: LiveSipOptions = {},
): Promise<LiveSipBrowser> {
  const socket = new WebSocket(`${relay.http.replace("http", "ws")}/ws`, "sip");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.onopen = () => resolve();
  socket.onerror = () => reject(new Error(`No WebSocket for ${user}`));
  await promise;
  socket.onerror = null;
  return new LiveSipBrowser(socket, user, options);
}
