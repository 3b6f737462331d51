// The addresses that datagrams go to, as the kernel wants them: read from text once.

import { type Family, nameOf } from "../../net/sockaddr.ts";

const LIMIT = 10_000;

export class Destinations {
  readonly #family: Family;
  readonly #names = new Map<string, Uint32Array>();

  constructor({ family }: { family: Family }) {
    this.#family = family;
  }

  /** The words of a socket address without its port; undefined when a socket of this family cannot send there. */
  of(host: string): Uint32Array | undefined {
    const known = this.#names.get(host);
    if (known !== undefined) return known;
    const name = nameOf(host, this.#family);
    if (name === undefined) return undefined;
    if (this.#names.size >= LIMIT) this.#names.clear();
    this.#names.set(host, name);
    return name;
  }
}
