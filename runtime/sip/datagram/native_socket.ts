// A UDP socket of Linux: the reactor waits, the C library moves datagrams in batches.
//
//   recvmmsg ──slots──► loop, one input after the other ──► noted, where they lie ──flush──► sendmmsg
//                                                                         refused for now │  ▲
//                                                                                 backlog ▼──┘ when there is room
//
// A failure on the way (ICMP) is in the socket's queue of errors: the reactor reports it, and so does the next call that sends or receives.

import type { Millis } from "../../../core/context.ts";
import { quotedTransaction } from "../../../core/sip/transaction/quoted_request.ts";
import { codec } from "../../../wasm/codec.ts";
import type { Inputs } from "../../input.ts";
import type { Log } from "../../log.ts";
import { EPOLLERR, EPOLLIN } from "../../net/libc.ts";
import type { Alarm } from "../../net/alarms.ts";
import type { Native } from "../../net/native.ts";
import type { Watched } from "../../net/reactor.ts";
import { AF_INET, AF_INET6 } from "../../net/libc.ts";
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

/** Reports of other datagrams that may stand before one that is to be sent. */
const REPORTS = 8;
/** After a failure to receive that is nobody's report. */
const RECOVERY: Millis = 100;
/** After a lack of memory, whose end nobody reports. */
const RETRY: Millis = 2;
const DATAGRAM_LIMIT = 65_535;

export interface NativeSocketOptions extends SocketEvents {
  readonly native: Native;
  readonly calls: Libc;
  readonly bound: Bound;
  readonly log: Log;
}

export class NativeSocket implements DatagramSocket, Watched {
  readonly host: string;
  readonly port: number;
  readonly kind = "batched";
  readonly isShared = true;
  readonly #native: Native;
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
  readonly #retryAlarm: Alarm;
  readonly #recovery: Alarm;
  #inputs: Inputs | undefined;

  constructor({ native, calls: libc, bound, log, onFailure, onArrival }: NativeSocketOptions) {
    const { descriptor, port } = bound;
    this.host = bound.host;
    this.port = port;
    this.#native = native;
    this.#retryAlarm = native.reactor.alarms.alarm(() => this.#retry());
    this.#recovery = native.reactor.alarms.alarm(() => this.#recover());
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

  receive(inputs: Inputs): void {
    this.#inputs = inputs;
    if (this.#closed || this.#native.reactor.add(this.#descriptor, EPOLLIN, this)) return;
    this.#log.error({ port: this.port }, "Datagrams cannot be waited for");
  }

  ready(events: number): boolean {
    if ((events & EPOLLERR) !== 0) this.#look();
    if ((events & EPOLLIN) === 0 || this.#closed) return false;
    const batch = this.#incoming;
    const count = batch.receive();
    if (count > 0) {
      this.#inputs!.together(() => {
        // Whoever is told may close it; what has come is in our hands.
        for (let slot = 0; slot < count; slot++) this.#deliver(this.#inputs!, slot);
      });
    } else if (count !== -EAGAIN && !this.#look()) this.#rest(-count);
    return count === batch.table.count;
  }

  failed(error: unknown): void {
    this.#log.error(
      { stack: error instanceof Error ? error.stack : String(error) },
      "Fault of our own: datagrams are lost",
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#dropped = dropsOf(this.#libc, this.#descriptor);
    this.#closed = true;
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#outgoing.clear();
    this.#retryAlarm.clear();
    this.#recovery.clear();
    this.#native.reactor.remove(this.#descriptor);
    this.#native.libc.calls.close(this.#descriptor);
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
    if (this.#backlog.length === 1) this.#retryAlarm.set(this.#native.reactor.alarms.now() + RETRY);
  }

  #retry(): void {
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
    if (backlog.length > 0) this.#retryAlarm.set(this.#native.reactor.alarms.now() + RETRY);
    this.#tell();
  }

  /** Not to be asked over and over for what fails. */
  #rest(error: number): void {
    this.#log.warn({ error, port: this.port }, "Datagram could not be received");
    this.#native.reactor.change(this.#descriptor, 0);
    this.#recovery.set(this.#native.reactor.alarms.now() + RECOVERY);
  }

  #recover(): void {
    if (!this.#closed) this.#native.reactor.change(this.#descriptor, EPOLLIN);
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
