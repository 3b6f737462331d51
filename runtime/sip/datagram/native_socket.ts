// A UDP socket of Linux: Deno waits for the first datagram, the C library moves all others, in batches.
//
//   receive() ──first──┐
//   recvmmsg ──slots───┴─► loop, one input after the other ──► noted, where they lie ──flush──► sendmmsg
//                                                                            refused for now │  ▲
//                                                                                    backlog ▼──┘ a little later
//
// A failure on the way (ICMP) is in the socket's queue of errors. Deno does not wake for it: the next call that sends or receives says so, and
// after a send the queue is looked at for a while.

import { setImmediate } from "node:timers";
import type { Millis } from "../../../core/context.ts";
import type { Arrival } from "../../../core/sip/arrival.ts";
import { quotedTransaction } from "../../../core/sip/quoted_request.ts";
import { codec, INPUT_LIMIT } from "../../../wasm/codec.ts";
import type { Inputs } from "../../input.ts";
import type { Log } from "../../log.ts";
import { plainAddress } from "../address.ts";
import { Arrivals } from "./arrivals.ts";
import {
  type Datagram,
  type DatagramCounts,
  type DatagramSocket,
  QUEUE_BYTES_LIMIT,
  QUEUE_LIMIT,
  type SocketEvents,
} from "./datagram_socket.ts";
import { type Bound, dropsOf } from "./descriptor.ts";
import { Destinations } from "./destinations.ts";
import { ErrorQueue } from "./error_queue.ts";
import { isStray } from "./stray.ts";
import { EAGAIN, EINTR, EMSGSIZE, ENOBUFS, ENOMEM, type Libc } from "./libc.ts";
import { ReceiveBatch } from "./receive_batch.ts";
import { type Noted, SendBatch } from "./send_batch.ts";
import { AF_INET, AF_INET6 } from "./sockaddr.ts";

/** Datagrams received before others get their turn. */
const TURN = 64;
/** A receive buffer that another socket's bytes never touch. */
const FIRST_BYTES = INPUT_LIMIT + 1;
/** Reports of other datagrams that may stand before one that is to be sent. */
const REPORTS = 8;
/** Receiving may be refused that often in a row, for reports of datagrams of ours, before it rests. */
const FAILURES = 100;
const RECOVERY: Millis = 100;
const RETRY: Millis = 2;
/** How often reports are looked for: soon after a send, then more and more seldom. A host that does not exist is reported after some 3 s. */
const SOONEST_LOOK: Millis = 10;
const LATEST_LOOK: Millis = 5_000;
const DATAGRAM_LIMIT = 65_535;

export interface NativeSocketOptions extends SocketEvents {
  readonly connection: Deno.DatagramConn;
  readonly libc: Libc;
  readonly bound: Bound;
  readonly log: Log;
}

export class NativeSocket implements DatagramSocket {
  readonly host: string;
  readonly port: number;
  readonly kind = "batched";
  readonly #connection: Deno.DatagramConn;
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #log: Log;
  readonly #events: SocketEvents;
  readonly #arrivals: Arrivals;
  readonly #destinations: Destinations;
  readonly #incoming: ReceiveBatch;
  readonly #outgoing: SendBatch;
  readonly #reports: ErrorQueue;
  readonly #decoder = new TextDecoder();
  /** What the operating system would not take yet, in its order: everything else waits behind it. */
  #backlog: Noted[] = [];
  #backlogBytes = 0;
  #failed: string[] = [];
  #received = 0;
  #lost = 0;
  #failures = 0;
  #dropped = 0;
  #closed = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #nextLook: Millis = SOONEST_LOOK;

  constructor({ connection, libc, bound, log, onFailure, onArrival }: NativeSocketOptions) {
    const { descriptor } = bound;
    const { hostname, port } = connection.addr as Deno.NetAddr;
    this.host = hostname;
    this.port = port;
    this.#connection = connection;
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#log = log;
    this.#events = { onFailure, onArrival };
    this.#arrivals = new Arrivals({ localPort: port });
    this.#destinations = new Destinations({ family: bound.family === AF_INET6 ? AF_INET6 : AF_INET });
    this.#incoming = new ReceiveBatch({ libc, descriptor });
    this.#outgoing = new SendBatch({ libc, descriptor });
    this.#reports = new ErrorQueue({ libc, descriptor });
  }

  get counts(): DatagramCounts {
    if (!this.#closed) this.#dropped = dropsOf(this.#libc, this.#descriptor);
    return {
      received: this.#received,
      lost: this.#lost,
      failures: this.#failures,
      dropped: this.#dropped,
    };
  }

  get pending(): number {
    return this.#backlog.length + this.#outgoing.size;
  }

  send({ bytes, host, port, transaction }: Datagram): void {
    if (this.#closed) return;
    const name = this.#destinations.of(host);
    if (name === undefined || bytes.length > DATAGRAM_LIMIT) {
      this.#fail(transaction, EMSGSIZE);
      return this.#tell();
    }
    const noted = { bytes, name, port, transaction };
    if (this.#backlog.length > 0) return this.#wait({ ...noted, bytes: bytes.slice() });
    if (this.#outgoing.add(noted)) return;
    this.flush();
    if (this.#backlog.length > 0) return this.#wait({ ...noted, bytes: bytes.slice() });
    this.#outgoing.add(noted);
  }

  flush(): void {
    const batch = this.#outgoing;
    if (batch.size === 0 || this.#closed) return;
    const done = this.#transmit();
    for (let entry = done; entry < batch.size; entry++) this.#wait(batch.copy(entry));
    batch.clear();
    this.#tell();
  }

  async receive(inputs: Inputs): Promise<void> {
    const buffer = new Uint8Array(FIRST_BYTES);
    const batch = this.#incoming;
    let first: [Uint8Array, Deno.Addr] | undefined;
    let count = 0;
    const deliverAll = () => {
      if (first !== undefined) this.#deliverFirst(inputs, first);
      first = undefined;
      // Whoever has been told may have closed it, and the number may be another socket's by now.
      count = this.#closed ? 0 : batch.receive();
      for (let slot = 0; slot < count; slot++) this.#deliver(inputs, slot);
    };
    let turn = 0;
    let failures = 0;
    while (!this.#closed) {
      if (count < batch.table.count) {
        try {
          first = await this.#connection.receive(buffer) as [Uint8Array, Deno.Addr];
          failures = 0;
        } catch {
          if (this.#closed) return;
          // A report of a datagram of ours, whose text may be taken already; whether the socket works is for the next call to say.
          failures++;
          this.#look();
        }
      }
      inputs.together(deliverAll);
      if (count < 0 && count !== -EAGAIN && !this.#look()) failures += FAILURES;
      if (failures >= FAILURES) {
        this.#log.warn({ error: -count, port: this.port }, "Datagram could not be received");
        await new Promise((resolve) => setTimeout(resolve, RECOVERY));
        failures = 0;
      }
      turn += 1 + Math.max(count, 0);
      if (turn < TURN) continue;
      turn = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#dropped = dropsOf(this.#libc, this.#descriptor);
    this.#closed = true;
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#outgoing.clear();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#lookTimer);
    this.#connection.close();
  }

  #deliverFirst(inputs: Inputs, [bytes, source]: [Uint8Array, Deno.Addr]): void {
    this.#received++;
    const { hostname, port } = source as Deno.NetAddr;
    if (port === 0 || isStray(bytes, { start: 0, length: bytes.length })) return;
    const host = plainAddress(hostname);
    const arrival: Arrival = { transport: "udp", host, port, flow: 0, localPort: this.port };
    this.#events.onArrival(arrival);
    inputs.deliver({ type: "sip", arrival, bytes });
  }

  #deliver(inputs: Inputs, slot: number): void {
    const { table } = this.#incoming;
    const { memory } = codec;
    this.#received++;
    const length = table.moved(slot);
    if (table.truncated(slot)) return;
    if (isStray(memory.bytes, { start: memory.receiveOffset(slot), length })) return;
    const arrival = this.#arrivals.of(table.words, table.nameAt(slot));
    if (arrival.port === 0) return; // nobody can be answered there
    this.#events.onArrival(arrival);
    inputs.deliver({ type: "datagram", arrival, slot, length });
  }

  /** Sends the batch as far as the operating system takes it. Answers with how many entries are done: sent or refused for good. */
  #transmit(): number {
    const batch = this.#outgoing;
    let done = 0;
    let reports = 0;
    while (done < batch.size) {
      const sent = batch.send(done);
      if (sent > 0) {
        done += sent;
        reports = 0;
        // The call has swallowed what stopped it: perhaps a report.
        if (done < batch.size) this.#takeReports();
        continue;
      }
      switch (-sent) {
        case EINTR:
          continue;
        case EAGAIN:
        case ENOBUFS:
        case ENOMEM:
          return done;
        default:
          // It may be another datagram's failure that is reported here, and this one has not been tried.
          if (this.#takeReports() > 0 && ++reports < REPORTS) continue;
          this.#fail(batch.transaction(done), -sent);
          done++;
          reports = 0;
      }
    }
    this.#lookSoon();
    return done;
  }

  #wait(noted: Noted): void {
    const { length } = noted.bytes;
    if (this.#backlog.length >= QUEUE_LIMIT || this.#backlogBytes + length > QUEUE_BYTES_LIMIT) {
      this.#lost++;
      return;
    }
    this.#backlog.push(noted);
    this.#backlogBytes += length;
    this.#retryTimer ??= setTimeout(() => this.#retry(), RETRY);
  }

  #retry(): void {
    this.#retryTimer = undefined;
    const batch = this.#outgoing;
    const backlog = this.#backlog;
    let gone = 0;
    for (let stuck = false; !stuck && gone < backlog.length;) {
      for (let at = gone; at < backlog.length && batch.add(backlog[at]!); at++);
      const done = this.#transmit();
      stuck = done < batch.size;
      gone += done;
      batch.clear();
    }
    for (const { bytes } of backlog.splice(0, gone)) this.#backlogBytes -= bytes.length;
    if (backlog.length > 0) this.#retryTimer = setTimeout(() => this.#retry(), RETRY);
    this.#tell();
  }

  /** Reports are looked for soon after a send, and again as long as one may come. */
  #lookSoon(): void {
    if (this.#nextLook === SOONEST_LOOK && this.#lookTimer !== undefined) return;
    clearTimeout(this.#lookTimer);
    this.#nextLook = SOONEST_LOOK;
    this.#lookLater();
  }

  #lookLater(): void {
    this.#lookTimer = setTimeout(() => {
      this.#lookTimer = undefined;
      this.#nextLook *= 2;
      this.#look();
      if (this.#nextLook <= LATEST_LOOK && this.#lookTimer === undefined) this.#lookLater();
    }, this.#nextLook);
  }

  /** Takes the reports and tells of them. False when there was none. */
  #look(): boolean {
    if (this.#closed) return false;
    const found = this.#takeReports() > 0;
    this.#tell();
    return found;
  }

  #takeReports(): number {
    return this.#reports.take((quote) => {
      this.#failures++;
      const transaction = quotedTransaction(this.#decoder.decode(quote));
      if (transaction !== "") this.#failed.push(transaction);
    });
  }

  #fail(transaction: string, error: number): void {
    this.#failures++;
    this.#log.debug({ error }, "Datagram could not be sent");
    if (transaction !== "") this.#failed.push(transaction);
  }

  /** Only once the batch is done with: who is told may send. */
  #tell(): void {
    if (this.#failed.length === 0) return;
    const failed = this.#failed;
    this.#failed = [];
    for (const transaction of failed) this.#events.onFailure(transaction);
  }
}
