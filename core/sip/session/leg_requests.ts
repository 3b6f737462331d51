// What a SIP leg sends of its own accord inside its session: re-INVITE, ACK, PRACK and BYE (RFC 3261 sections 12.2.1, 13.2.2.4, 14.1, 15.1.1,
// RFC 3262 section 4).

import {
  METHOD_ACK,
  METHOD_BYE,
  METHOD_INVITE,
  METHOD_PRACK,
  METHOD_UPDATE,
} from "../../../wasm/assembly/codes.ts";
import type { Hop } from "../../hop.ts";
import type { Report } from "../../leg.ts";
import { askingLines, inviteLines } from "../allow.ts";
import {
  type ClientRequest,
  type ClientRequests,
  freshRequest,
  type RequestDraft,
} from "../client_request.ts";
import { type Dialog, requestHead } from "../dialog.ts";
import type { EarlyChange } from "./early_change.ts";
import type { Fork, SipLeg } from "./leg.ts";
import { ownBytes } from "../own_bytes.ts";
import type { ReceivedProvisional } from "./received_provisional.ts";

const NO_HOPS: readonly Hop[] = [];

export class LegRequests {
  readonly #requests: ClientRequests;

  constructor(options: { requests: ClientRequests }) {
    this.#requests = options.requests;
  }

  /** Sends the leg's offer in a new INVITE, or asks for one; `further` lines go with it. Answers 0, or the status that says why it cannot go. */
  reinvite(leg: SipLeg, further: readonly string[]): number {
    const { dialog } = leg.forks[leg.chosen]!;
    leg.inviteSeq = ++dialog.localSeq;
    const { head, nextHop } = requestHead(dialog, METHOD_INVITE, leg.inviteSeq);
    // what a reliable provisional response might offer could not be told the browser before the 2xx
    const own = leg.asks ? askingLines : inviteLines;
    const lines = further.length === 0 ? own : [...own, ...further];
    const request = newRequest(leg, {
      head: { ...head, contentType: leg.contentType, lines },
      body: leg.offer,
      call: leg.call,
    });
    leg.request = request;
    return this.#requests.start(request, nextHop);
  }

  /** Sends the ACK to a 2xx of a fork, or sends it again: as it was, with the answer that it had. */
  acknowledge(leg: SipLeg, fork: Fork, cseq: number, answer?: Report): void {
    const { ack } = fork;
    if (ack?.cseq === cseq) return this.#requests.repeatAck(ack, fork.dialog, leg.call);
    const { head, nextHop } = requestHead(fork.dialog, METHOD_ACK, cseq);
    const body = ownBytes(answer?.body);
    if (body !== undefined) head.contentType = answer!.contentType;
    const { contentType, requestUri, route } = head;
    fork.ack = { cseq, requestUri, route, branch: "", hop: undefined, others: NO_HOPS, body, contentType };
    const request = newRequest(leg, { head, body, call: leg.call });
    request.sentAck = fork.ack;
    if (this.#requests.start(request, nextHop) !== 0) fork.ack = undefined;
  }

  /** Acknowledges a reliable provisional response, with the answer to its offer. */
  prack(leg: SipLeg, received: ReceivedProvisional, wish: Report | undefined): ClientRequest {
    const { dialog } = leg.forks[received.fork]!;
    const { head, nextHop } = requestHead(dialog, METHOD_PRACK, ++dialog.localSeq);
    const lines = [`RAck: ${received.rseq} ${received.inviteSeq} INVITE`];
    const contentType = wish?.contentType ?? "";
    const body = ownBytes(wish?.body);
    const request = newRequest(leg, { head: { ...head, contentType, lines }, body, call: leg.call });
    this.#requests.start(request, nextHop);
    return request;
  }

  /** Sends an offer in an early dialog. Answers 0, or the status that says why it cannot go. */
  update(leg: SipLeg, change: EarlyChange): number {
    const { dialog } = leg.forks[change.fork]!;
    const { head, nextHop } = requestHead(dialog, METHOD_UPDATE, ++dialog.localSeq);
    const { offer: body, contentType } = change;
    const request = newRequest(leg, {
      head: { ...head, contentType, lines: inviteLines },
      body,
      call: leg.call,
    });
    change.request = request;
    return this.#requests.start(request, nextHop);
  }

  /** Ends a dialog. The leg is told how the BYE fares; not of a fork that lost, `alone`. Answers 0, or why the BYE cannot go. */
  bye(leg: SipLeg, dialog: Dialog, { alone = false } = {}): number {
    dialog.localSeq++;
    const { head, nextHop } = requestHead(dialog, METHOD_BYE, dialog.localSeq);
    const request = newRequest(leg, { head, body: undefined, call: leg.call });
    return this.#requests.start(alone ? { ...request, leg: undefined, user: "" } : request, nextHop);
  }
}

/** A request that is still to be given its next hop. */
export function newRequest(
  leg: SipLeg,
  { head, body, call }: { head: RequestDraft; body: Uint8Array | undefined; call: number },
): ClientRequest {
  const { account, through, user, way } = leg;
  return freshRequest({ leg, call, head, user, through, way, body, account });
}
