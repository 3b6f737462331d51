// What a 2xx to an INVITE leads to when its session is over already (RFC 3261 section 13.2.2.4): its ACK, and BYE to a fork that nobody knew. Such
// INVITEs wait for 64·T1, thousands at a time, so nothing is kept of them that the response itself says.

import { METHOD_ACK, METHOD_BYE } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context } from "../context.ts";
import type { Hop } from "../hop.ts";
import { type ClientRequest, type ClientRequests, freshRequest } from "./client_request.ts";
import { type Dialog, learnFromResponse, requestHead } from "./dialog.ts";
import { forkLimit, type SipLeg } from "./leg.ts";

/** In the place of the request whose leg is over. */
export interface EndedInvite {
  readonly type: "ended";
  readonly call: number;
  /** The sibling shard whose sockets reach the peer, -1 = ours do. */
  readonly through: number;
  /** The flow that alone reaches the peer, if that is how it is. */
  readonly way: Hop | undefined;
  /** Tags of the dialogs that have had their BYE. */
  readonly tags: string[];
}

/** Lets go of a leg that is over; its INVITE may still be answered. */
export function endInvite(leg: SipLeg): void {
  const transaction = leg.request?.transaction;
  if (transaction === undefined || transaction.state !== "accepted") return;
  // Where there were several addresses, the request tells their responses apart.
  if (leg.request !== transaction.owner || (leg.request.failover?.left ?? 0) > 0) return;
  const { call, through, way } = leg;
  const tags = leg.forks.filter(({ ack }) => ack !== undefined).map(({ dialog }) => dialog.remoteTag);
  transaction.owner = { type: "ended", call, through, way, tags } satisfies EndedInvite;
  leg.request = undefined;
}

export class EndedInvites {
  readonly #context: Context;
  readonly #requests: ClientRequests;

  constructor({ context, requests }: { context: Context; requests: ClientRequests }) {
    this.#context = context;
    this.#requests = requests;
  }

  /** A 2xx is in the window. */
  received(ended: EndedInvite): void {
    const dialog = dialogOfWindow();
    this.#context.call = ended.call;
    this.#send(ended, dialog, METHOD_ACK);
    if (ended.tags.includes(dialog.remoteTag) || ended.tags.length > forkLimit) return;
    ended.tags.push(dialog.remoteTag);
    dialog.localSeq++;
    this.#send(ended, dialog, METHOD_BYE);
  }

  #send({ call, through, way }: EndedInvite, dialog: Dialog, method: number): void {
    const { head, nextHop } = requestHead(dialog, method, dialog.localSeq);
    const request: ClientRequest = freshRequest({
      leg: undefined,
      call,
      head,
      user: "",
      through,
      way,
      body: undefined,
    });
    this.#requests.start(request, nextHop);
  }
}

/** The dialog that the 2xx in the window makes, all of it as the response has it (section 12.1.2). */
function dialogOfWindow(): Dialog {
  const remoteTag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
  const dialog: Dialog = {
    callId: sip.text(sip.callId),
    localTag: sip.fromTag === 0 ? "" : sip.text(sip.fromTag),
    key: "",
    remoteTag,
    local: sip.untaggedFrom(),
    remote: sip.untaggedTo(),
    // an ACK and a BYE are all that follows, and neither has a Contact
    secure: false,
    remoteTarget: "",
    routeSet: "",
    localSeq: sip.cseq,
    remoteSeq: -1,
  };
  learnFromResponse(dialog);
  return dialog;
}
