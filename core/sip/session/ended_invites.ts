// What a 2xx to an INVITE leads to when its session is over already (RFC 3261 section 13.2.2.4): its ACK, and BYE to a fork that nobody knew. Such
// INVITEs wait for 64·T1, thousands at a time, so nothing is kept of them that the response itself says.

import { METHOD_ACK, METHOD_BYE } from "../../../wasm/assembly/codes.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import type { Hop } from "../../hop.ts";
import { type ClientRequest, type ClientRequests, freshRequest } from "../client_request.ts";
import { type Dialog, learnFromResponse, requestHead } from "../dialog.ts";
import { EndedTable } from "./ended_table.ts";
import { forkLimit, type SipLeg } from "./leg.ts";
import { TIMER_M } from "../transaction/timers.ts";
import type { Transactions } from "../transaction/transactions.ts";

/** In the place of the request whose leg is over, where the peer is reached by one flow alone. */
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

export class EndedInvites {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #requests: ClientRequests;
  readonly #table: EndedTable;

  constructor({ context, transactions, requests }: {
    context: Context;
    transactions: Transactions;
    requests: ClientRequests;
  }) {
    this.#context = context;
    this.#table = new EndedTable({ seed: context.random.uint32() });
    this.#transactions = transactions;
    this.#requests = requests;
  }

  /** Lets go of a leg that is over; its INVITE may still be answered. */
  end(leg: SipLeg): void {
    const transaction = leg.request?.transaction;
    if (transaction === undefined || transaction.state !== "accepted") return;
    // Where there were several addresses, the request tells their responses apart.
    if (leg.request !== transaction.owner || (leg.request.failover?.left ?? 0) > 0) return;
    leg.request = undefined;
    const { call, through, way, forks } = leg;
    if (way === undefined) {
      const { now } = this.#context;
      const { branch } = transaction;
      const until = now + TIMER_M;
      let isKept = false;
      for (const { ack, dialog } of forks) {
        if (ack === undefined) continue;
        this.#table.add({ branch, tag: dialog.remoteTag, call, through }, { now, until });
        isKept = true;
      }
      if (!isKept) this.#table.add({ branch, tag: "", call, through }, { now, until });
      return this.#transactions.release(transaction);
    }
    const tags = forks.filter(({ ack }) => ack !== undefined).map(({ dialog }) => dialog.remoteTag);
    transaction.owner = { type: "ended", call, through, way, tags } satisfies EndedInvite;
  }

  /** A 2xx that belongs to no transaction is in the window. Whether it is one to an INVITE that is over. */
  late(): boolean {
    const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
    const branch = sip.branch === 0 ? "" : sip.text(sip.branch);
    const { now } = this.#context;
    const found = this.#table.find(branch, tag, now);
    if (found === undefined) return false;
    const { call, through, until, isKnown, dialogs } = found;
    const isNew = !isKnown && dialogs <= forkLimit;
    if (isNew) this.#table.add({ branch, tag, call, through }, { now, until });
    this.#answer({ call, through, way: undefined }, isNew);
    return true;
  }

  /** A 2xx is in the window whose transaction is kept. */
  received(ended: EndedInvite): void {
    const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
    const isNew = !ended.tags.includes(tag) && ended.tags.length <= forkLimit;
    if (isNew) ended.tags.push(tag);
    this.#answer(ended, isNew);
  }

  #answer(ended: Pick<EndedInvite, "call" | "through" | "way">, isNew: boolean): void {
    const dialog = dialogOfWindow();
    this.#context.call = ended.call;
    this.#send(ended, dialog, METHOD_ACK);
    if (!isNew) return;
    dialog.localSeq++;
    this.#send(ended, dialog, METHOD_BYE);
  }

  #send(
    { call, through, way }: Pick<EndedInvite, "call" | "through" | "way">,
    dialog: Dialog,
    method: number,
  ): void {
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
