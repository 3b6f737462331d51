// What a SIP leg sends of its own accord inside its session: re-INVITE, ACK and BYE (RFC 3261 sections 12.2.1, 13.2.2.4, 14.1, 15.1.1).

import { METHOD_ACK, METHOD_BYE, METHOD_INVITE } from "../../wasm/assembly/codes.ts";
import { allowLines } from "./allow.ts";
import {
  type ClientRequest,
  type ClientRequests,
  freshRequest,
  type RequestDraft,
} from "./client_request.ts";
import { type Dialog, requestHead } from "./dialog.ts";
import type { Fork, SipLeg } from "./leg.ts";

export class LegRequests {
  readonly #requests: ClientRequests;

  constructor(options: { requests: ClientRequests }) {
    this.#requests = options.requests;
  }

  /** Sends the leg's offer in a new INVITE. Answers 0, or the status that says why it cannot go. */
  reinvite(leg: SipLeg): number {
    const { dialog } = leg.forks[leg.chosen]!;
    leg.inviteSeq = ++dialog.localSeq;
    const { head, nextHop } = requestHead(dialog, METHOD_INVITE, leg.inviteSeq);
    const request = newRequest(leg, {
      head: { ...head, contentType: leg.contentType, lines: allowLines },
      body: leg.offer,
      call: leg.call,
    });
    leg.request = request;
    return this.#requests.start(request, nextHop);
  }

  /** Sends the ACK to a 2xx of a fork, or sends it again. */
  acknowledge(leg: SipLeg, fork: Fork, cseq: number): void {
    const { ack } = fork;
    if (ack !== undefined && ack.head.cseq === cseq) return this.#requests.repeatAck(ack, leg.call);
    const { head, nextHop } = requestHead(fork.dialog, METHOD_ACK, cseq);
    const request = newRequest(leg, { head, body: undefined, call: leg.call });
    this.#requests.start(request, nextHop);
    fork.ack = request.sentAck;
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
