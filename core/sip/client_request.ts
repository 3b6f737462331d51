// One request of ours on its way to somebody: next hop, transport by size, and the next address when one fails
// (RFC 3263 sections 4.1 and 4.3, RFC 3261 section 18.1.1).

import type { RequestHead } from "../../wasm/sip_writer.ts";
import type { Context } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Table } from "../table.ts";
import type { Addresses } from "./addresses.ts";
import type { ClientTransaction } from "./client_transaction.ts";
import type { SipLeg } from "./leg.ts";
import type { Transactions } from "./transactions.ts";
import { METHOD_ACK, METHOD_INVITE, METHOD_NOTIFY, METHOD_REFER } from "../../wasm/assembly/codes.ts";

/** Above this a request goes over a congestion-controlled transport (section 18.1.1). */
export const LARGEST_DATAGRAM = 1300;

const NO_HOPS: readonly Hop[] = [];

/** A request but for its Via and Contact, which each try has of its own. */
export interface RequestDraft extends RequestHead {
  via: string;
  contact: string;
}

/** An ACK that may have to be sent again, as it was. */
export interface SentAck {
  readonly head: RequestHead;
  readonly hop: Hop;
}

/** Whose a request outside the legs' own is. Plain data; `type` tells who is to be told of the answer. */
export interface Asker {
  readonly type: string;
}

export interface ClientRequest {
  readonly type: "request";
  /** Told of the outcome; undefined = nobody (the BYE to a fork that lost). */
  readonly leg: SipLeg | undefined;
  /** In place of a leg. */
  readonly asker: Asker | undefined;
  readonly call: number;
  /** Of the last try. */
  head: RequestDraft;
  readonly user: string;
  /** The sibling shard whose sockets it leaves from, -1 = ours. */
  readonly through: number;
  body: Uint8Array | undefined;
  /** Addresses still to be tried, the one in use first. */
  hops: readonly Hop[];
  state: "resolving" | "sent" | "done";
  transaction: ClientTransaction | undefined;
  /** What an ACK became once it was sent. */
  sentAck: SentAck | undefined;
}

export class ClientRequests {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #addresses: Addresses;
  readonly #queries: Table<ClientRequest, number>;
  #lastQuery = 0;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    addresses: Addresses;
    queries: Table<ClientRequest, number>;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#addresses = options.addresses;
    this.#queries = options.queries;
  }

  /**
   * Sends a request towards a URI, or an address that is known already. Answers 0 when it is on its way (sent, or waiting for the resolver),
   * else the SIP status that says why it cannot go.
   */
  start(request: ClientRequest, towards: string | Hop): number {
    if (typeof towards !== "string") return this.#go(request, [towards]);
    const destination = this.#addresses.destination(towards);
    if (destination.type === "none") return destination.status;
    if (destination.type === "hop") return this.#go(request, [destination.hop]);
    const query = ++this.#lastQuery;
    if (!this.#queries.set(query, request)) return 503;
    this.#context.outputs.push({ type: "resolve", query, target: destination.target });
    return 0;
  }

  /** Input: the resolver's answer. Gives back the request with 0, or with the status for one that cannot go. */
  resolved(query: number, hops: readonly Hop[]): { request: ClientRequest; status: number } | undefined {
    const request = this.#queries.get(query);
    if (request === undefined) return undefined;
    this.#queries.delete(query);
    if (request.state === "done") return undefined;
    // RFC 3263 section 4.3: nothing left to try counts as 503 at a proxy; a name that leads nowhere is the caller's 404's kin, 502
    return { request, status: hops.length === 0 ? 502 : this.#go(request, hops) };
  }

  /** Takes the next address after a failure of the one in use: false when there is none. */
  retry(request: ClientRequest): boolean {
    if (request.state === "done" || request.hops.length < 2) return false;
    request.hops = request.hops.slice(1);
    return this.#send(request) === 0;
  }

  #go(request: ClientRequest, found: readonly Hop[]): number {
    const { through } = request;
    const hops = through < 0
      ? found
      : found.map((hop) => hop.transport === "loop" ? hop : { ...hop, shard: through });
    const large = sizeOf(request) > LARGEST_DATAGRAM;
    request.hops = large
      ? hops.flatMap((hop) => hop.transport === "udp" ? [{ ...hop, transport: "tcp" as const }, hop] : [hop])
      : hops;
    return this.#send(request);
  }

  #send(request: ClientRequest): number {
    const hop = request.hops[0]!;
    const branch = `z9hG4bK${this.#context.random.token()}`;
    // the head of an earlier try stays its transaction's
    if (request.state === "sent") request.head = { ...request.head };
    request.state = "sent";
    const { head } = request;
    head.via = this.#addresses.via(hop, branch);
    if (bringsContact(head.method)) head.contact = this.#addresses.contact(request.user, hop.transport);
    if (head.method === METHOD_ACK) {
      this.#transactions.sendAck(head, hop, request.call);
      request.sentAck = { head, hop };
      return 0;
    }
    request.transaction = this.#transactions.send({
      branch,
      head,
      body: request.body,
      hop,
      owner: request,
      call: request.call,
    });
    return request.transaction === undefined ? 503 : 0;
  }
}

/** Requests that make a dialog or refresh its target say where we are (section 8.1.1.8, RFC 6665 section 8.2). */
function bringsContact(method: number): boolean {
  return method === METHOD_INVITE || method === METHOD_REFER || method === METHOD_NOTIFY;
}

/** A request that is still to be given its next hop. */
export function freshRequest(
  { leg, asker, call, head, user, through, body }:
    & Pick<ClientRequest, "leg" | "call" | "head" | "user" | "through" | "body">
    & Partial<Pick<ClientRequest, "asker">>,
): ClientRequest {
  return {
    type: "request",
    leg,
    asker,
    call,
    head,
    user,
    through,
    body,
    hops: NO_HOPS,
    state: "resolving",
    transaction: undefined,
    sentAck: undefined,
  };
}

/** Bytes the request will have, within a few: all of a head but the URI's escapes is ASCII. */
export function sizeOf({ head, body }: ClientRequest): number {
  const fixed = 230;
  let lines = 0;
  for (const line of head.lines) lines += line.length + 2;
  const fields = head.requestUri.length + head.route.length + head.from.length + head.to.length +
    head.callId.length;
  return fixed + fields + lines + (body === undefined ? 0 : body.length);
}
