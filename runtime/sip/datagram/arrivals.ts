// The sources that datagrams of one socket come from: one that is known costs neither text nor object.

import type { Arrival } from "../../../core/sip/arrival.ts";
import { AF_INET } from "../../net/libc.ts";
import { hostOf, portOf } from "../../net/sockaddr.ts";

const PLACES = 4_096;
const IPV4_WORDS = 2;
const IPV6_WORDS = 7;

/** A table in which each source has one place, and shares it with some others: the last of them is the one that is known. */
export class Arrivals {
  readonly #localPort: number;
  readonly #names = new Uint32Array(PLACES * IPV6_WORDS);
  readonly #known: (Arrival | undefined)[] = new Array(PLACES).fill(undefined);

  constructor({ localPort }: { localPort: number }) {
    this.#localPort = localPort;
  }

  /** The arrival from the socket address whose words begin at `at`. */
  of(words: Uint32Array, at: number): Arrival {
    const size = (words[at]! & 0xffff) === AF_INET ? IPV4_WORDS : IPV6_WORDS;
    const names = this.#names;
    const place = placeOf(words, { at, size });
    const start = place * IPV6_WORDS;
    const known = this.#known[place];
    if (known !== undefined) {
      let same = 0;
      while (same < size && names[start + same] === words[at + same]) same++;
      if (same === size) return known;
    }
    for (let word = 0; word < size; word++) names[start + word] = words[at + word]!;
    const host = hostOf(words, at);
    const arrival: Arrival = {
      transport: "udp",
      host,
      port: portOf(words[at]!),
      flow: 0,
      localPort: this.#localPort,
    };
    this.#known[place] = arrival;
    return arrival;
  }
}

function placeOf(words: Uint32Array, { at, size }: { at: number; size: number }): number {
  let hash = 0;
  for (let word = 0; word < size; word++) {
    hash = Math.imul(hash ^ words[at + word]!, 0x9e3779b1) ^ hash >>> 15;
  }
  return (hash ^ hash >>> 16) >>> 0 & PLACES - 1;
}
