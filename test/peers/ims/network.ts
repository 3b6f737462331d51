// A network of its own for each core: a /24 of loopback that nobody else on this machine uses.

import type { Address } from "../relay.ts";

export const SIP_PORT = 5060;

/** Last part of each node's address. */
export const HOSTS = {
  pcscf: 10,
  icscf: 20,
  scscf: 30,
  hss: 40,
  presence: 50,
  /** Nothing: for the relay under test, whose name the core resolves. */
  relay: 60,
  /** Where copies of what passes go. */
  tap: 97,
  /** Accepts over UDP and TCP, never answers. */
  sink: 98,
  /** Nothing listens: refused. */
  dead: 99,
} as const;

export type HostName = keyof typeof HOSTS;

/** Where the claim stands: no node's, no phone's. */
const CLAIM_HOST = 254;
const TRIES = 50;

export class Network implements Disposable {
  /** "127.93.7" */
  readonly prefix: string;
  readonly #claim: Deno.Listener;

  private constructor(prefix: string, claim: Deno.Listener) {
    this.prefix = prefix;
    this.#claim = claim;
  }

  /** Takes a free one. It stays ours until it is disposed of, or until this process ends however it ends. */
  static claim(): Network {
    let reason: unknown;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      // 127.0 and 127.1 are where people and distributions put things by hand.
      const prefix = `127.${2 + random(253)}.${random(256)}`;
      try {
        const claim = Deno.listen({ hostname: `${prefix}.${CLAIM_HOST}`, port: SIP_PORT });
        const network = new Network(prefix, claim);
        reason = network.#occupied();
        if (reason === undefined) return network;
        claim.close();
      } catch (error) {
        reason = error;
      }
    }
    throw new Error(`No loopback network is free: ${reason}`);
  }

  host(last: number | HostName): string {
    return `${this.prefix}.${typeof last === "number" ? last : HOSTS[last]}`;
  }

  address(last: number | HostName): Address {
    return { host: this.host(last), port: SIP_PORT };
  }

  [Symbol.dispose](): void {
    this.#claim.close();
  }

  /** The claim keeps other cores away; this finds anybody else, such as a listener on all addresses. */
  #occupied(): unknown {
    try {
      for (const name of Object.keys(HOSTS) as HostName[]) {
        const hostname = this.host(name);
        Deno.listen({ hostname, port: SIP_PORT }).close();
        Deno.listenDatagram({ transport: "udp", hostname, port: SIP_PORT }).close();
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
