// What an address still says after the request has gone on to the next one (RFC 3263 section 4.3). A call must not be answered twice: the INVITE
// that was left is cancelled with its first provisional response (its transaction does that), and a 2xx to it gets its ACK and a BYE.

import { METHOD_ACK } from "../../../wasm/assembly/codes.ts";
import { sip } from "../../../wasm/sip.ts";
import type { ClientRequest, ClientRequests, Failover } from "../client_request.ts";
import { type Dialog, learnFromResponse, requestHead } from "../dialog.ts";
import { LegRequests, newRequest } from "./leg_requests.ts";

/** Dialogs that one call's addresses may make behind its back; what comes beyond them is not answered. */
const ENDED_LIMIT = 32;

export class LateAnswers {
  readonly #requests: ClientRequests;
  readonly #sending: LegRequests;

  constructor(options: { requests: ClientRequests }) {
    this.#requests = options.requests;
    this.#sending = new LegRequests(options);
  }

  /** Ends the dialog of the 2xx in the window; when it comes again, its ACK was lost. */
  end({ leg, failover }: ClientRequest): void {
    if (leg === undefined || failover === undefined) return;
    const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
    const isKnown = failover.ended.includes(tag);
    if (!isKnown && failover.ended.length >= ENDED_LIMIT) return;
    const dialog: Dialog = { ...leg.forks[0]!.dialog, remoteTag: "", routeSet: "", localSeq: sip.cseq };
    learnFromResponse(dialog);
    const { head, nextHop } = requestHead(dialog, METHOD_ACK, sip.cseq);
    const ack = newRequest(leg, { head, body: undefined, call: leg.call });
    this.#requests.start({ ...ack, leg: undefined }, nextHop);
    if (isKnown) return;
    failover.ended.push(tag);
    this.#sending.bye(leg, dialog, { alone: true });
  }
}

/** Whether the 2xx in the window is from an address that was left: one that was told so, or while the call has no answer yet, any. */
export function isLate({ ended, left }: Failover, isOpen: boolean): boolean {
  return (isOpen && left > 0) || (sip.toTag !== 0 && ended.includes(sip.text(sip.toTag)));
}
