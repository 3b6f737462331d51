// One request of ours on its way to somebody: next hop, transport by size, and the next address when one fails or says nothing
// (RFC 3263 sections 4.1 and 4.3, RFC 3261 section 18.1.1).

import type { RequestHead } from "../../wasm/sip_writer.ts";
import type { Context, Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Resolved } from "../output.ts";
import type { Table } from "../table.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { Addresses } from "./addresses.ts";
import type { ClientTransaction } from "./transaction/client_transaction.ts";
import type { Flows } from "./flows.ts";
import { type Dialog, requestHead } from "./dialog.ts";
import type { SipLeg } from "./session/leg.ts";
import { MissingStreams } from "./missing_streams.ts";
import { isSips } from "./request_uri.ts";
import type { Transactions } from "./transaction/transactions.ts";
import {
  METHOD_ACK,
  METHOD_BYE,
  METHOD_INVITE,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
  METHOD_REFER,
  METHOD_REGISTER,
  METHOD_SUBSCRIBE,
  METHOD_UPDATE,
} from "../../wasm/assembly/codes.ts";

/** Above this a request goes over a congestion-controlled transport (section 18.1.1). */
export const LARGEST_DATAGRAM = 1300;
/**
 * What may be sent to the next address while the first may still be at it: to be done twice hurts nobody, or is undone (an INVITE's
 * late answer). Others wait for timer F: a MESSAGE must not be read twice.
 */
const IMPATIENT: ReadonlySet<number> = new Set([METHOD_INVITE, METHOD_BYE, METHOD_REGISTER, METHOD_OPTIONS]);

const NO_ALTERNATIVES: readonly Alternative[] = [];
const NO_HOPS: readonly Hop[] = [];

/** A request but for its Via and Contact, which each try has of its own. */
export interface RequestDraft extends RequestHead {
  requestUri: string;
  via: string;
  route: string;
  from: string;
  to: string;
  contact: string;
  lines: readonly string[];
  contentType: string;
}

/** Another way to the same user agent. */
export interface Alternative {
  readonly requestUri: string;
  readonly hop: Hop;
}

/** What a request has besides that goes to a name with more than one address. */
export interface Failover {
  /** Until the address in use is given up for the next one; 0 = it has answered, or may take its time. */
  timer: TimerId;
  /** Addresses that were left without a final response: they may answer yet. */
  left: number;
  /** To tags of those whose 2xx came too late. */
  readonly ended: string[];
}

/** An ACK that may have to be sent again, as it was: what its dialog does not say, or may say otherwise by then. */
export interface SentAck {
  readonly cseq: number;
  readonly requestUri: string;
  readonly route: string;
  branch: string;
  /** Undefined: it has not left, its name is being resolved. */
  hop: Hop | undefined;
  /** The other addresses that it could have gone to. */
  others: readonly Hop[];
  /** The answer to an offer that the 2xx had. */
  readonly body: Uint8Array | undefined;
  readonly contentType: string;
}

/** Told of what becomes of a request that belongs to no leg. */
export interface RequestUser {
  /** It is about to go to this hop: what in its head depends on the way can be written. */
  leaves?(request: ClientRequest, hop: Hop): void;
  /** A response to it is in the window. */
  answered(request: ClientRequest): void;
  /** It came to nothing without one: the status stands for it (section 8.1.3.1). */
  failed(request: ClientRequest, status: number, reason: string): void;
  /** The CSeq number of its repetition with credentials, where its dialog counts them. */
  nextSeq?(request: ClientRequest): number;
}

export interface ClientRequest {
  readonly type: "request";
  /** Told of the outcome; undefined = `asker`, or nobody (the BYE to a fork that lost). */
  readonly leg: SipLeg | undefined;
  readonly call: number;
  /** Of the last try. */
  head: RequestDraft;
  readonly user: string;
  /** The sibling shard whose sockets it leaves from, -1 = ours. */
  readonly through: number;
  /** The flow that it has to take, whatever its URIs say. */
  readonly way: Hop | undefined;
  /** Further flows of the same user agent, tried one after the other when one has failed (RFC 5626 section 5.3). */
  alternatives?: readonly Alternative[];
  body: Uint8Array | undefined;
  /** Addresses still to be tried, the one in use first. */
  hops: readonly Hop[];
  state: "resolving" | "sent" | "done";
  /** The one at the address in use: those at the addresses before are nobody's any more. */
  transaction: ClientTransaction | undefined;
  /** Once there is a second address. */
  failover?: Failover;
  /** Of an ACK that may have to be sent again: told which way it went. */
  sentAck: SentAck | undefined;
  readonly asker?: RequestUser | undefined;
  /** The asker's own record. */
  readonly about?: object | undefined;
  /** Who proves it where it is challenged, "" or absent = nobody. */
  readonly account?: string | undefined;
  /** How often it was sent again with credentials. */
  proofs?: number;
}

export class ClientRequests {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #addresses: Addresses;
  readonly #queries: Table<ClientRequest, number>;
  readonly #flows: Flows;
  readonly #patience: Millis;
  readonly #missing = new MissingStreams();
  #lastQuery = 0;

  /** `patience`: how long an address may say nothing at all while there is another one; 0 = as long as timers B and F. */
  constructor(options: {
    context: Context;
    transactions: Transactions;
    addresses: Addresses;
    queries: Table<ClientRequest, number>;
    flows: Flows;
    patience?: Millis | undefined;
  }) {
    this.#patience = options.patience ?? 0;
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#addresses = options.addresses;
    this.#queries = options.queries;
    this.#flows = options.flows;
  }

  /**
   * Sends a request towards a URI, or an address that is known already. Answers 0 when it is on its way (sent, or waiting for the resolver),
   * else the SIP status that says why it cannot go.
   */
  start(request: ClientRequest, towards: string | Hop): number {
    if (request.way !== undefined) {
      request.hops = [request.way];
      return this.#send(request);
    }
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
  resolved(
    query: number,
    { hops, isSure }: Resolved,
  ): { request: ClientRequest; status: number } | undefined {
    const request = this.#queries.get(query);
    if (request === undefined) return undefined;
    this.#queries.delete(query);
    if (request.state === "done") return undefined;
    // a name that leads nowhere is the caller's 404's kin, 502; RFC 3261 section 21.5.5 has 504 for a resolver that does not answer
    if (hops.length === 0) return { request, status: isSure ? 502 : 504 };
    return { request, status: this.#go(request, hops) };
  }

  /**
   * Takes the next address, or the next flow, after a failure of the one in use: false when there is none. `isLeft`: the one in use may still
   * answer.
   */
  retry(request: ClientRequest, { isLeft }: { isLeft: boolean }): boolean {
    const { alternatives = NO_ALTERNATIVES, hops, transaction } = request;
    const [failed, next] = hops;
    if (request.state === "done" || failed === undefined) return false;
    if (next === undefined && alternatives.length === 0) return false;
    this.heard(request);
    if (next === undefined) this.#turn(request, alternatives);
    else {
      request.hops = hops.slice(1);
      if (isLeft && failed.transport !== "udp" && next.host === failed.host && next.port === failed.port) {
        this.#missing.add(failed, this.#context.now);
      }
    }
    if (this.#send(request) !== 0) return false;
    if (isLeft) {
      this.#failoverOf(request).left++;
      if (transaction !== undefined) this.#transactions.leave(transaction);
    }
    return true;
  }

  /**
   * Sends an ACK again, as it was. Nobody reports that an ACK does not arrive but its peer, by repeating the 2xx: where there is
   * another address, it goes there.
   */
  repeatAck(ack: SentAck, dialog: Dialog, call: number): void {
    if (ack.hop === undefined) return;
    const [next, ...others] = ack.others;
    if (next !== undefined) {
      ack.branch = this.#branch();
      ack.others = [...others, ack.hop];
      ack.hop = next;
    }
    const { hop, body, branch, contentType, cseq, requestUri, route } = ack;
    const { head } = requestHead(dialog, METHOD_ACK, cseq);
    const via = this.#addresses.via(hop, branch);
    this.#transactions.sendAck({ head: { ...head, requestUri, route, via, contentType }, hop, body }, call);
  }

  /** Our INVITE has had its 2xx: as long as its session goes on, what it said is only memory. */
  taken({ head }: ClientRequest): void {
    head.requestUri = "";
    head.via = "";
    head.route = "";
    head.from = "";
    head.to = "";
    head.contact = "";
  }

  /** The address in use has answered: there is no need for another one. */
  heard({ failover }: ClientRequest): void {
    if (failover === undefined || failover.timer === 0) return;
    this.#context.wheel.cancel(failover.timer);
    failover.timer = 0;
  }

  /**
   * Sends a refused request again to where it was, as a new one with what the refusal asks for (section 8.1.3.5): these lines in the place of those of the
   * same names.
   */
  again(request: ClientRequest, { cseq, lines }: { cseq: number; lines: readonly string[] }): boolean {
    const names = lines.map((line) => line.slice(0, line.indexOf(":") + 1));
    const kept = request.head.lines.filter((line) => !names.some((name) => line.startsWith(name)));
    request.head = { ...request.head, cseq, lines: [...kept, ...lines] };
    return this.#send(request) === 0;
  }

  /** To the first of the other flows, whose Contact is another one. */
  #turn(request: ClientRequest, [next, ...others]: readonly Alternative[]): void {
    const { requestUri, hop } = next!;
    request.alternatives = others;
    request.hops = [hop];
    request.head = { ...request.head, requestUri };
    if (request.leg !== undefined) this.#flows.move(request.leg, hop);
  }

  #go(request: ClientRequest, found: readonly Hop[]): number {
    const { through } = request;
    const hops = through < 0
      ? found
      : found.map((hop) => hop.transport === "loop" ? hop : { ...hop, shard: through });
    const large = sizeOf(request) > LARGEST_DATAGRAM;
    request.hops = large ? hops.flatMap((hop) => this.#large(hop)) : hops;
    return this.#send(request);
  }

  #large(hop: Hop): Hop[] {
    if (hop.transport !== "udp") return [hop];
    const stream: Hop = { ...hop, transport: "tcp" };
    return this.#missing.has(hop, this.#context.now) ? [hop, stream] : [stream, hop];
  }

  #branch(): string {
    return `z9hG4bK${this.#context.random.token()}`;
  }

  #failoverOf(request: ClientRequest): Failover {
    return request.failover ??= { timer: 0, left: 0, ended: [] };
  }

  #send(request: ClientRequest): number {
    const hop = request.hops[0]!;
    const branch = this.#branch();
    // the head of an earlier try stays its transaction's
    if (request.state === "sent") request.head = { ...request.head };
    request.state = "sent";
    const { head } = request;
    head.via = this.#addresses.via(hop, branch);
    if (bringsContact(head.method)) {
      head.contact = this.#addresses.contact(request.user, hop, isSips(head.requestUri));
    }
    request.asker?.leaves?.(request, hop);
    if (head.method === METHOD_ACK) {
      const { body, sentAck } = request;
      if (sentAck !== undefined) {
        sentAck.branch = branch;
        sentAck.hop = hop;
        sentAck.others = request.hops.length > 1 ? request.hops.slice(1) : NO_HOPS;
      }
      this.#transactions.sendAck({ head, hop, body }, request.call);
      return 0;
    }
    const transaction = this.#transactions.send({
      branch,
      head,
      body: request.body,
      hop,
      owner: request,
      call: request.call,
    });
    if (transaction === undefined) return 503;
    request.transaction = transaction;
    if (this.#patience > 0 && request.hops.length > 1 && IMPATIENT.has(head.method)) {
      const { now, wheel } = this.#context;
      this.#failoverOf(request).timer = wheel.schedule(now + this.#patience, request, "silent");
    }
    return 0;
  }
}

/** Requests that make a dialog or refresh its target say where we are (section 8.1.1.8, RFC 6665 section 8.2). */
function bringsContact(method: number): boolean {
  return method === METHOD_INVITE || method === METHOD_UPDATE || method === METHOD_REFER ||
    method === METHOD_NOTIFY || method === METHOD_SUBSCRIBE;
}

/** A request that is still to be given its next hop. */
export function freshRequest(
  { leg, call, head, user, through, way, body, asker, about, account }: Pick<
    ClientRequest,
    "leg" | "call" | "head" | "user" | "through" | "way" | "body" | "asker" | "about" | "account"
  >,
): ClientRequest {
  return {
    type: "request",
    leg,
    call,
    head,
    user,
    through,
    way,
    body,
    hops: NO_HOPS,
    state: "resolving",
    transaction: undefined,
    sentAck: undefined,
    asker,
    about,
    account,
    proofs: 0,
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

/** Why a request whose name was resolved did not leave. */
export function reasonOf(status: number): string {
  if (status === 502) return "The name of the next hop leads nowhere";
  return status === 504
    ? "Nobody could tell where the next hop is"
    : "The relay has no room or no transport for the request";
}

/** Why a request could not even be started. */
export function noWay(status: number): string {
  return status === 503
    ? "The relay has no room or no transport for the request"
    : "The next hop is no SIP URI";
}
