// A SIP endpoint of nothing but the transaction layer: its user is the test's script, and what the user was told is written down.

import { METHOD_ACK, METHOD_INVITE } from "../../wasm/assembly/codes.ts";
import { load, resetOutput } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { methodName, type RequestHead } from "../../wasm/sip_writer.ts";
import type { Context, Millis, TimerOwner } from "../../core/context.ts";
import type { Hop, Transport } from "../../core/hop.ts";
import type { ClientTransaction } from "../../core/sip/transaction/client_transaction.ts";
import type { Response } from "../../core/sip/transaction/response.ts";
import type { ServerTransaction } from "../../core/sip/transaction/server_transaction.ts";
import { Transactions, type TransactionUser } from "../../core/sip/transaction/transactions.ts";
import { TimerWheel } from "../../core/timer/wheel.ts";
import { BoundedTable } from "../../runtime/tables.ts";
import { countedRandom } from "./counted_random.ts";
import type { Address, Network, Node, Source } from "./network.ts";

export interface EndpointOptions {
  readonly host: string;
  readonly transport?: Transport;
  /** Most transactions of a kind. */
  readonly limit?: number;
}

/** What a test says about a request; the rest is made up. */
export interface RequestOptions {
  readonly route?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly body?: Uint8Array;
}

export class Endpoint implements Node, TransactionUser {
  readonly address: Address;
  readonly context: Context;
  readonly clients: BoundedTable<ClientTransaction>;
  readonly servers: BoundedTable<ServerTransaction>;
  readonly transactions: Transactions;
  /** What the user was told: "request INVITE", "response 200 INVITE", "ack", "stray 200", "failed timeout INVITE". */
  readonly told: string[] = [];
  /** The times of `told`. */
  readonly toldAt: Millis[] = [];
  /** The last request that the user was told of. */
  lastRequest: ServerTransaction | undefined;
  onRequest: (transaction: ServerTransaction) => void = () => {};
  onResponse: (transaction: ClientTransaction) => void = () => {};
  onAck: () => void = () => {};
  readonly #network: Network;

  constructor(network: Network, { host, transport = "udp", limit = 1000 }: EndpointOptions) {
    this.#network = network;
    this.address = { transport, host, port: 5060 };
    this.context = {
      now: network.now,
      call: 0,
      random: countedRandom(host),
      outputs: [],
      wheel: new TimerWheel<TimerOwner>({ now: network.now }),
    };
    this.clients = new BoundedTable(limit);
    this.servers = new BoundedTable(limit);
    const { context, clients, servers } = this;
    this.transactions = new Transactions({ context, clients, servers, user: this });
    network.attach(this.address, this);
  }

  get nextTimer(): Millis | undefined {
    return this.context.wheel.next;
  }

  /** Nothing is left of what happened: no record, no timer. */
  get isEmpty(): boolean {
    return this.clients.size === 0 && this.servers.size === 0 && this.context.wheel.size === 0;
  }

  receive(bytes: Uint8Array, { transport, host, port, flow }: Source): void {
    this.perform(() => {
      const fault = sip.read(load(bytes));
      this.transactions.received({ transport, host, port, flow, localPort: this.address.port }, fault);
    });
  }

  tick(): void {
    this.perform(() => {
      this.context.wheel.advance(this.context.now, (owner, kind) => {
        this.transactions.timeout(owner as ClientTransaction | ServerTransaction, kind);
      });
    });
  }

  /** One input of the endpoint: does it, then sends what came of it. */
  perform<Result>(input: () => Result): Result {
    const { context } = this;
    context.now = this.#network.now;
    const result = input();
    for (const output of context.outputs.splice(0)) {
      if (output.type !== "sip") continue;
      const { hop, bytes, transaction } = output;
      if (this.#network.send(bytes, { from: this.address, to: hop })) continue;
      const failed = () => this.perform(() => this.transactions.transportFailed(transaction));
      this.#network.after(1, failed);
    }
    resetOutput();
    return result;
  }

  /** Sends a request in a transaction of its own. */
  send(method: number, to: Endpoint, options: RequestOptions = {}): ClientTransaction | undefined {
    return this.perform(() => {
      const branch = `z9hG4bK${this.context.random.token()}`;
      const head = this.#head(method, { branch, to, ...options });
      return this.transactions.send({
        branch,
        head,
        body: options.body,
        hop: hopTo(to),
        owner: this,
        call: 1,
      });
    });
  }

  /** Sends the ACK to the 2xx in the window. For onResponse and strayResponse. */
  acknowledge(to: Endpoint): void {
    const branch = `z9hG4bK${this.context.random.token()}`;
    const head = this.#head(METHOD_ACK, { branch, to, callId: sip.text(sip.callId), cseq: sip.cseq });
    this.transactions.sendAck(
      { head: { ...head, to: sip.text(sip.to) }, hop: hopTo(to), body: undefined },
      1,
    );
  }

  cancel(invite: ClientTransaction): void {
    this.perform(() => this.transactions.cancel(invite));
  }

  respond(transaction: ServerTransaction, response: Response): void {
    this.perform(() => this.transactions.respond(transaction, response));
  }

  request(transaction: ServerTransaction): void {
    this.#tell(`request ${methodName(transaction.method)}`);
    this.lastRequest = transaction;
    this.onRequest(transaction);
  }

  ack(): void {
    this.#tell("ack");
    this.onAck();
  }

  response(transaction: ClientTransaction): void {
    this.#tell(`response ${sip.status} ${methodName(transaction.method)}`);
    if (transaction.method === METHOD_INVITE || sip.status >= 200) this.onResponse(transaction);
  }

  strayResponse(): void {
    this.#tell(`stray ${sip.status}`);
  }

  failed(transaction: ClientTransaction | ServerTransaction, cause: "timeout" | "transport"): void {
    this.#tell(`failed ${cause} ${methodName(transaction.method)}`);
  }

  #tell(what: string): void {
    this.told.push(what);
    this.toldAt.push(this.context.now);
  }

  #head(
    method: number,
    { branch, to, route = "", callId = this.context.random.token(), cseq = 1 }: RequestOptions & {
      branch: string;
      to: Endpoint;
    },
  ): RequestHead {
    const { transport, host, port } = this.address;
    return {
      method,
      requestUri: `sip:user@${to.address.host}`,
      via: `SIP/2.0/${transport.toUpperCase()} ${host}:${port};branch=${branch};rport`,
      maxForwards: 70,
      route,
      from: `<sip:user@${host}>;tag=${callId}f`,
      to: `<sip:user@${to.address.host}>`,
      callId,
      cseq,
      contact: `<sip:user@${host}>`,
      contentType: "",
      lines: [],
    };
  }
}

/** The network's messages as "INVITE" or "200 INVITE", with the time each was sent; "(lost)" behind the lost. */
export function ladder({ packets }: Network): { at: Millis; text: string }[] {
  return packets.map(({ sentAt, bytes, fate }) => {
    const message = new TextDecoder().decode(bytes);
    const first = message.slice(0, message.indexOf("\r\n")).split(" ");
    const method = /\r\nCSeq: *[0-9]+ ([A-Z]+)\r\n/.exec(message)?.[1];
    const text = first[0] === "SIP/2.0" ? `${first[1]} ${method}` : first[0]!;
    return { at: sentAt, text: fate === "lost" ? `${text} (lost)` : text };
  });
}

function hopTo({ address }: Endpoint): Hop {
  return { ...address, flow: 0 };
}
