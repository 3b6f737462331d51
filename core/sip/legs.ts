// Takes SIP legs through their table and performs its effects.

import { METHOD_ACK, METHOD_BYE, METHOD_INVITE } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import type { RequestHead } from "../../wasm/sip_writer.ts";
import type { Context } from "../context.ts";
import type { Report, Signal } from "../leg.ts";
import { cellOf } from "../machine/table.ts";
import type { Table } from "../table.ts";
import type { Addresses } from "./addresses.ts";
import type { ClientRequest, ClientRequests } from "./client_request.ts";
import { type Dialog, learnFromResponse, refreshTarget, requestHead } from "./dialog.ts";
import { inviteSession, type SessionEffect, type SessionEvent } from "./invite_session.ts";
import { type Fork, legKey, type SipLeg } from "./leg.ts";
import type { Response } from "./response.ts";
import type { ServerTransaction } from "./server_transaction.ts";
import { T1, T2 } from "./timers.ts";
import type { Transactions } from "./transactions.ts";

/** Methods that this user agent takes: the Allow header (section 20.5). */
export const allowLine = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER";

const forkLimit = 32;

/** The other side of the legs: whoever joins them into calls. */
export interface LegUser {
  signal(leg: SipLeg, report: Report): void;
}

const eventOfSignal: Readonly<Record<Signal, SessionEvent>> = {
  offer: "doOffer",
  ringing: "doRinging",
  progress: "doProgress",
  answer: "doAnswer",
  confirm: "doConfirm",
  reject: "doReject",
  end: "doEnd",
};

export class Legs {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #requests: ClientRequests;
  readonly #addresses: Addresses;
  readonly #table: Table<SipLeg>;
  readonly #user: LegUser;
  /** What the effects of the current step speak of. */
  #report: Report | undefined;
  #transaction: ServerTransaction | undefined;
  #status = 0;
  #reason = "";
  #fork = 0;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    requests: ClientRequests;
    addresses: Addresses;
    table: Table<SipLeg>;
    user: LegUser;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#requests = options.requests;
    this.#addresses = options.addresses;
    this.#table = options.table;
    this.#user = options.user;
  }

  /** The call's wish. A body must be owned bytes or lie in the window now. */
  perform(leg: SipLeg, report: Report & { readonly body: Uint8Array | undefined }): void {
    const outer = this.#report;
    this.#report = report;
    this.#status = report.status;
    this.step(leg, eventOfSignal[report.signal]);
    this.#report = outer;
  }

  /** Starts the first INVITE of a leg that `callers` made. `towards`: the URI or the address it goes to. */
  invite(leg: SipLeg, request: ClientRequest, towards: Parameters<ClientRequests["start"]>[1]): void {
    leg.request = request;
    const status = this.#requests.start(request, towards);
    if (status !== 0) this.fail(leg, status);
    else if (request.state === "sent") this.step(leg, "sent");
  }

  /** An end without a response of the peer: the status stands for it (sections 8.1.3.1 and 12.2.1.2). */
  fail(leg: SipLeg, status: number): void {
    this.#status = status;
    const inside = leg.chosen >= 0;
    this.step(leg, inside && (status === 408 || status === 481) ? "lost" : "failure");
  }

  /** A response to our INVITE that is in the window. */
  response(leg: SipLeg): void {
    const status = sip.status;
    this.#status = status;
    this.#reason = sip.text(sip.reason);
    this.#respond(leg, status);
    this.#reason = "";
  }

  #respond(leg: SipLeg, status: number): void {
    if (status === 100) return this.step(leg, "trying");
    if (status < 300) {
      this.#fork = this.#forkOfWindow(leg);
      if (this.#fork < 0) return;
      if (status < 200) return this.step(leg, "provisional");
      return this.#success(leg);
    }
    if (leg.chosen < 0) return this.step(leg, "failure");
    if (status === 491) return this.step(leg, "conflict");
    this.step(leg, status === 481 || status === 408 ? "lost" : "failure");
  }

  /** A request of the peer inside the leg's session. */
  request(leg: SipLeg, event: "invite" | "bye" | "cancel" | "ack", transaction?: ServerTransaction): void {
    this.#transaction = transaction;
    this.step(leg, event);
  }

  timeout(leg: SipLeg, kind: string): void {
    if (kind === "repeat") leg.repeatTimer = 0;
    else leg.waitTimer = 0;
    this.#status = 408;
    this.step(leg, kind as SessionEvent);
  }

  closed(leg: SipLeg): void {
    this.step(leg, "closed");
  }

  step(leg: SipLeg, event: SessionEvent): void {
    const cell = cellOf(inviteSession, { state: leg.state, event, name: "SIP leg" });
    if (cell === undefined) return;
    leg.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(leg, cell[at] as SessionEffect);
    if (leg.state === "ended") this.#forget(leg);
  }

  #effect(leg: SipLeg, effect: SessionEffect): void {
    switch (effect) {
      case "sendInvite":
      case "sendReinvite":
        return this.#reinvite(leg);
      case "sendAck":
        return this.#acknowledge(leg, leg.forks[leg.chosen]!, leg.inviteSeq);
      case "repeatAck":
        return this.#acknowledge(leg, leg.forks[Math.max(leg.chosen, 0)]!, sip.cseq);
      case "sendCancel":
        if (leg.request?.transaction !== undefined) this.#transactions.cancel(leg.request.transaction);
        return;
      case "sendBye":
        return this.#bye(leg, leg.forks[leg.chosen]!.dialog);
      case "withdraw":
        if (leg.request !== undefined) leg.request.state = "done";
        return;
      case "respondRinging":
        return this.#respondInvite(leg, { status: 180 });
      case "respondProgress":
        return this.#respondInvite(leg, { status: 183, ...this.#content() });
      case "respondOk":
        return this.#answer(leg);
      case "respondReject":
        return this.#reject(leg, this.#report!.status);
      case "respondDecline":
        return this.#reject(leg, this.#report!.status >= 300 ? this.#report!.status : 603);
      case "respondTerminated":
        return this.#reject(leg, 487);
      case "respondPending":
        return this.#transactions.respond(this.#transaction!, { status: 491 });
      case "respondBusyOffer": {
        // section 14.2: a Retry-After of 0 to 10 s, chosen by chance
        const after = `Retry-After: ${this.#context.random.uint32() % 11}`;
        return this.#transactions.respond(this.#transaction!, { status: 500, lines: [after] });
      }
      case "respondGone":
        return this.#transactions.respond(this.#transaction!, { status: 481 });
      case "respondBye":
        return this.#transactions.respond(this.#transaction!, { status: 200 });
      case "repeatOk":
        this.#transactions.repeat(leg.invite!);
        return this.#armRepeat(leg);
      case "waitForAck":
        leg.repeatAfter = T1;
        this.#armRepeat(leg);
        return this.#armWait(leg, "noAck", 64 * T1);
      case "waitForConfirm":
        return this.#armWait(leg, "noConfirm", 64 * T1);
      case "waitForFinal":
        return this.#armWait(leg, "noFinal", 64 * T1);
      case "startBackOff":
        return this.#armWait(leg, "backOff", this.#backOff(leg));
      case "stopTimers":
        this.#context.wheel.cancel(leg.repeatTimer);
        this.#context.wheel.cancel(leg.waitTimer);
        leg.repeatTimer = leg.waitTimer = 0;
        return;
      case "reportProvisional":
        return this.#tell(leg, sip.body === 0 ? "ringing" : "progress");
      case "reportAnswer":
        return this.#tell(leg, "answer");
      case "reportConfirm":
        return this.#tell(leg, "confirm");
      case "reportReject":
        return this.#tellStatus(leg, "reject", this.#status);
      case "reportSuperseded":
        return this.#tellStatus(leg, "reject", 491);
      case "reportOffer":
        return this.#takeOffer(leg);
      case "reportEnd":
        return this.#tellStatus(leg, "end", 0);
      case "reportLost":
        return this.#tellStatus(leg, "end", 408);
      default:
        return effect satisfies never;
    }
  }

  /** A 2xx: for the session, for a repeat of it, or for a fork that lost. */
  #success(leg: SipLeg): void {
    const fork = leg.forks[this.#fork]!;
    const unwanted = leg.chosen >= 0 ? leg.chosen !== this.#fork : leg.state === "ended";
    if (unwanted) {
      // section 13.2.2.4: every 2xx makes a dialog; the one that is not wanted gets its ACK and a BYE
      const first = fork.ack === undefined;
      if (first) learnFromResponse(fork.dialog);
      this.#acknowledge(leg, fork, sip.cseq);
      if (first) this.#bye(undefined, fork.dialog, leg.call);
      return;
    }
    if (leg.chosen < 0) {
      leg.chosen = this.#fork;
      learnFromResponse(fork.dialog);
    } else if (leg.state === "offering") refreshTarget(fork.dialog);
    if (fork.ack?.cseq !== sip.cseq) leg.inviteSeq = sip.cseq;
    this.step(leg, "success");
  }

  /** Number of the early dialog that the window's response belongs to, -1 when there are too many. */
  #forkOfWindow(leg: SipLeg): number {
    if (leg.chosen >= 0 && sip.toTag === 0) return leg.chosen;
    const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
    const known = leg.forks.findIndex(({ dialog }) => dialog.remoteTag === tag);
    if (known >= 0) return known;
    const first = leg.forks[0]!.dialog;
    if (leg.forks.length === 1 && first.remoteTag === "") {
      learnFromResponse(first);
      return 0;
    }
    if (leg.forks.length >= forkLimit) return -1;
    const dialog: Dialog = { ...first, remoteTag: tag, routeSet: "" };
    learnFromResponse(dialog);
    return leg.forks.push({ dialog, ack: undefined }) - 1;
  }

  #reinvite(leg: SipLeg): void {
    const { dialog } = leg.forks[leg.chosen]!;
    if (this.#report?.signal === "offer") {
      leg.offer = this.#report.body as Uint8Array;
      leg.contentType = this.#report.contentType;
    }
    dialog.localSeq++;
    leg.inviteSeq = dialog.localSeq;
    const { head, nextHop } = requestHead(dialog, METHOD_INVITE, dialog.localSeq);
    const request = this.#outgoing(leg, {
      head: { ...head, contentType: leg.contentType, lines: [allowLine] },
      body: leg.offer,
      call: leg.call,
    });
    leg.request = request;
    const status = this.#requests.start(request, nextHop);
    if (status !== 0) this.fail(leg, status);
  }

  #acknowledge(leg: SipLeg, fork: Fork, cseq: number): void {
    const { ack } = fork;
    if (ack !== undefined && ack.cseq === cseq) {
      this.#context.outputs.push({ type: "sip", hop: ack.hop, bytes: ack.bytes, transaction: "", call: leg.call });
      return;
    }
    const { head, nextHop } = requestHead(fork.dialog, METHOD_INVITE, cseq);
    const request = this.#outgoing(leg, { head: ackHead(head), body: undefined, call: leg.call });
    this.#requests.start(request, nextHop);
    fork.ack = request.sentAck;
  }

  #bye(leg: SipLeg | undefined, dialog: Dialog, call = leg?.call ?? 0): void {
    dialog.localSeq++;
    const { head, nextHop } = requestHead(dialog, METHOD_BYE, dialog.localSeq);
    const request = this.#outgoing(leg, { head, body: undefined, call });
    const status = this.#requests.start(request, nextHop);
    if (status !== 0 && leg !== undefined) this.step(leg, "closed");
  }

  #outgoing(
    leg: SipLeg | undefined,
    { head, body, call }: { head: RequestHead; body: Uint8Array | undefined; call: number },
  ): ClientRequest {
    return {
      type: "request",
      leg,
      call,
      head,
      user: leg?.user ?? "",
      body,
      hops: [],
      state: "resolving",
      transaction: undefined,
      sentAck: undefined,
    };
  }

  #respondInvite(leg: SipLeg, response: Response): void {
    const transaction = leg.invite;
    if (transaction === undefined) return;
    const fork = this.#report?.fork ?? 0;
    this.#transactions.respond(transaction, {
      ...response,
      toTag: this.#tagOfFork(leg, fork),
      contact: this.#addresses.contact(leg.user, transaction.hop.transport),
    });
  }

  #answer(leg: SipLeg): void {
    const fork = this.#report!.fork;
    if (leg.chosen < 0) {
      this.#tagOfFork(leg, fork);
      leg.chosen = Math.min(fork, leg.forks.length - 1);
    }
    this.#respondInvite(leg, { status: 200, ...this.#content(), lines: [allowLine] });
  }

  #reject(leg: SipLeg, status: number): void {
    const transaction = leg.invite;
    leg.invite = undefined;
    if (transaction === undefined) return;
    const reason = this.#report?.signal === "reject" ? this.#report.reason : "";
    this.#transactions.respond(transaction, {
      status: passable(status),
      toTag: leg.localTag,
      lines: reason === "" ? [] : [`Warning: 399 ropeway "${quotable(reason)}"`],
    });
  }

  /** Our tag for a fork of the other leg: each is an early dialog of its own (section 12.1.1). */
  #tagOfFork(leg: SipLeg, fork: number): string {
    const known = leg.forks[fork];
    if (known !== undefined || leg.chosen >= 0) return (known ?? leg.forks[leg.chosen]!).dialog.localTag;
    if (leg.forks.length >= forkLimit) return leg.localTag;
    const dialog: Dialog = { ...leg.forks[0]!.dialog, localTag: this.#context.random.token() };
    leg.forks.push({ dialog, ack: undefined });
    this.#table.set(legKey(leg.callId, dialog.localTag), leg);
    return dialog.localTag;
  }

  #content(): { body?: Uint8Array; contentType?: string } {
    const report = this.#report!;
    if (report.body === undefined) return {};
    return { body: report.body as Uint8Array, contentType: report.contentType };
  }

  #takeOffer(leg: SipLeg): void {
    leg.invite = this.#transaction;
    leg.inviteSeq = sip.cseq;
    leg.invite!.owner = leg;
    refreshTarget(leg.forks[leg.chosen]!.dialog);
    this.#tell(leg, "offer");
  }

  #tell(leg: SipLeg, signal: Signal): void {
    const hasBody = sip.body !== 0;
    this.#user.signal(leg, {
      signal,
      fork: this.#fork,
      status: sip.status,
      reason: "",
      body: hasBody ? sip.body : undefined,
      contentType: hasBody && sip.contentType !== 0 ? sip.text(sip.contentType) : "",
    });
  }

  #tellStatus(leg: SipLeg, signal: Signal, status: number): void {
    const report: Report = {
      signal,
      fork: 0,
      status,
      reason: this.#reason,
      body: undefined,
      contentType: "",
    };
    this.#user.signal(leg, report);
  }

  #armRepeat(leg: SipLeg): void {
    leg.repeatTimer = this.#context.wheel.schedule(this.#context.now + leg.repeatAfter, leg, "repeat");
    leg.repeatAfter = Math.min(2 * leg.repeatAfter, T2);
  }

  #armWait(leg: SipLeg, kind: SessionEvent, after: number): void {
    leg.waitTimer = this.#context.wheel.schedule(this.#context.now + after, leg, kind);
  }

  /** Section 14.1: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s otherwise, in steps of 10 ms. */
  #backOff(leg: SipLeg): number {
    const chance = this.#context.random.uint32();
    return leg.role === "client" ? 2100 + 10 * (chance % 191) : 10 * (chance % 201);
  }

  #forget(leg: SipLeg): void {
    for (const { dialog } of leg.forks) this.#table.delete(legKey(leg.callId, dialog.localTag));
    if (leg.mergeKey !== "") this.#table.delete(leg.mergeKey);
  }
}

/** Section 13.2.2.4: the ACK has the CSeq number of its INVITE. */
function ackHead(head: RequestHead): RequestHead {
  return { ...head, method: METHOD_ACK };
}

/** A reason of ours as the text of a quoted-string. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, " ").replace(/["\\]/g, "'");
}

/**
 * A refusal that one leg had, as the other may hear it: a redirection or a challenge is of no use without its own header fields, which are for
 * this relay alone (sections 21.3 and 22.3).
 */
function passable(status: number): number {
  if (status < 300) return 500;
  if (status < 400) return 480;
  return status === 401 || status === 407 ? 403 : status;
}
