// A browser that speaks SIP over its WebSocket (RFC 7118): a phone that reaches one address alone, and that nobody reaches but by its connection.

import { Phone } from "./phone.ts";
import type { PhoneOptions } from "./phone_options.ts";
import { Registration } from "./registration.ts";
import type { RelayNode } from "./relay_node.ts";
import type { Address, Network } from "./network.ts";

export interface WebSocketPhoneOptions extends Omit<PhoneOptions, "network" | "user" | "at"> {
  /** Last number of its address, 10.0.0.x, and of its port: another number is another connection. */
  readonly last: number;
  readonly password?: string;
  /** Of RFC 5626: registers a flow of its own. */
  readonly regId?: number;
  readonly instance?: string;
}

export class WebSocketPhone extends Phone {
  readonly registration: Registration;
  readonly #node: RelayNode;

  constructor(
    { network, node }: { network: Network; node: RelayNode },
    user: string,
    options: WebSocketPhoneOptions,
  ) {
    const { last, password = "secret", regId = 0, instance = `<urn:uuid:${user}>`, ...manners } = options;
    const at: Address = { transport: "ws", host: `10.0.0.${last}`, port: 40_000 + last };
    const contactHost = `${user}${last}.invalid`;
    // Whatever a message's addresses say: there is one connection.
    const flow = {
      after: network.after.bind(network),
      attach: network.attach.bind(network),
      send: (bytes: Uint8Array) => network.send(bytes, { from: at, to: node.webSockets }),
    };
    super({ domain: "ropeway.test", ...manners, network: flow, user, at, contactHost });
    this.#node = node;
    const contact = `<sip:${user}@${contactHost};transport=ws>`;
    this.registration = new Registration({
      network: flow,
      phone: this,
      password,
      peer: node.webSockets,
      contact: regId === 0 ? contact : `${contact};reg-id=${regId};+sip.instance="${instance}"`,
      lines: [["Supported", "path, gruu, outbound"]],
    });
  }

  /** Calls over its connection. */
  dial(requestUri: string, sdp: string, lines: readonly (readonly [string, string])[] = []): void {
    this.call(requestUri, { sdp, peer: this.#node.webSockets, lines });
  }

  /** Its connection is gone, and the relay knows. */
  leave(): void {
    this.#node.hungUp(this.at);
  }
}
