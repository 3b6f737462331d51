// What routers and hosts report of datagrams that did not arrive (ICMP), from the socket's queue of errors.

import { EINTR, type Libc, type SocketOption } from "./libc.ts";
import { addressOf, MessageTable } from "./message_table.ts";

export const IP_RECVERR: SocketOption = { level: 0, name: 11 };
export const IPV6_RECVERR: SocketOption = { level: 41, name: 25 };

const COUNT = 8;
/** Batches taken at once: whoever makes reports up must not keep us at it. */
const BATCHES = 64;
/** More than a report quotes: an ICMP message has at most 576 bytes (RFC 1812 section 4.3.2.3), over IPv6 1,280. */
const QUOTE_BYTES = 1_280;
const CONTROL_BYTES = 256;
const CONTROL_HEAD = 16;

// struct sock_extended_err: origin, and type and code as they stood in the report.
const ORIGIN_ICMP = 2;
const ORIGIN_ICMP6 = 3;
const UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;
const PARAMETER_PROBLEM = 12;
const UNREACHABLE_6 = 1;
const PARAMETER_PROBLEM_6 = 4;

export class ErrorQueue {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #table = new MessageTable({ count: COUNT, controlBytes: CONTROL_BYTES });
  readonly #quotes = new Uint8Array(COUNT * QUOTE_BYTES);

  constructor({ libc, descriptor }: { libc: Libc; descriptor: number }) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    const base = addressOf(this.#quotes);
    for (let entry = 0; entry < COUNT; entry++) {
      this.#table.setStretch(entry, base + entry * QUOTE_BYTES, QUOTE_BYTES);
    }
  }

  /**
   * Takes the reports; how many there were. `onRefused` gets the beginning of a datagram that will never arrive there, valid until it returns
   * (RFC 3261 section 18.4: host, network, port or protocol unreachable, parameter problem). Others are passed over: the next copy may arrive.
   */
  take(onRefused: (quote: Uint8Array) => void): number {
    let taken = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const count = this.#libc.recverrors(this.#descriptor, this.#table.pointer(0), COUNT);
      if (count === -EINTR) continue;
      for (let entry = 0; entry < count; entry++) {
        const start = entry * QUOTE_BYTES;
        if (this.#isFinal(entry)) {
          onRefused(this.#quotes.subarray(start, start + this.#table.moved(entry)));
        }
        this.#table.reset(entry);
      }
      taken += Math.max(count, 0);
      if (count < COUNT) break;
    }
    return taken;
  }

  #isFinal(entry: number): boolean {
    const { words } = this.#table;
    const start = this.#table.controlAt(entry);
    const end = this.#table.controlLength(entry);
    for (let at = 0; at + CONTROL_HEAD + 8 <= end;) {
      const word = start + at / 4;
      const length = words[word]!;
      const [level, name] = [words[word + 2], words[word + 3]];
      const isReport = (level === IP_RECVERR.level && name === IP_RECVERR.name) ||
        (level === IPV6_RECVERR.level && name === IPV6_RECVERR.name);
      if (isReport) {
        const report = words[word + 5]!;
        return isFinal({ origin: report & 0xff, type: report >>> 8 & 0xff, code: report >>> 16 & 0xff });
      }
      if (length < CONTROL_HEAD) return false;
      at += length + 7 & ~7;
    }
    return false;
  }
}

function isFinal({ origin, type, code }: { origin: number; type: number; code: number }): boolean {
  switch (origin) {
    case ORIGIN_ICMP:
      return (type === UNREACHABLE && code !== FRAGMENTATION_NEEDED) || type === PARAMETER_PROBLEM;
    case ORIGIN_ICMP6:
      return type === UNREACHABLE_6 || type === PARAMETER_PROBLEM_6;
    default:
      return false;
  }
}
