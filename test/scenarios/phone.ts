// A scripted SIP phone on the virtual network, with one call at a time. It does by itself what RFC 3261 demands of every user agent: it
// repeats, acknowledges, answers BYE, gives up in time. All else a story tells it.

import assert from "node:assert/strict";
import type { Address, Node, Source } from "./network.ts";
import {
  calledDialog,
  callingDialog,
  type PhoneDialog,
  placeOf,
  sentBy,
  writeAckToFailure,
  writeCancel,
  writeInside,
  writeResponse,
} from "./phone_dialog.ts";
import type { PhoneNetwork, PhoneOptions, PhoneState } from "./phone_options.ts";
import { Repeater } from "./repeater.ts";
import { SipListener } from "./sip_listener.ts";
import { cseqOf, header, parameter, parseSip, type SipText } from "./sip_text.ts";

type Lines = readonly (readonly [name: string, value: string])[];

interface Sent {
  readonly request: SipText;
  readonly to: Address;
  readonly dialog: PhoneDialog;
  isFinal: boolean;
}

export class Phone extends SipListener implements Node {
  readonly nextTimer = undefined;
  readonly at: Address;
  state: PhoneState = "idle";
  /** Sends ACK to each 2xx. */
  acknowledges = true;
  readonly #network: PhoneNetwork;
  readonly #domain: string;
  /** Host in its Contact. */
  contactHost: string;
  readonly #invited: (phone: Phone) => void;
  readonly #reinvited: (phone: Phone) => void;
  readonly #repeater: Repeater;
  readonly #dialogs: PhoneDialog[] = [];
  /** What each request was answered with, by branch and method. */
  readonly #answers = new Map<string, Uint8Array>();
  readonly #sent = new Map<string, Sent>();
  readonly #acks = new Map<string, { bytes: Uint8Array; to: Address }>();
  #dialog: PhoneDialog | undefined;
  /** Their newest INVITE. */
  #invite: SipText | undefined;
  /** It has no final answer of ours. */
  #isAsked = false;
  /** The last provisional response again. */
  #sayAgain = () => {};
  /** Our INVITE. */
  #ours: Sent | undefined;
  #serial = 0;

  constructor(options: PhoneOptions) {
    const { network, user, at, domain = at.host, contactHost = at.host, invited = () => {} } = options;
    const { reinvited = invited } = options;
    super(user);
    this.#network = network;
    this.at = at;
    this.#domain = domain;
    this.contactHost = contactHost;
    this.#invited = invited;
    this.#reinvited = reinvited;
    this.#repeater = new Repeater(network);
    network.attach(at, this);
  }

  tick(): void {}

  get dialog(): PhoneDialog {
    return this.#dialog!;
  }

  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Our INVITE inside the call waits for its final answer. */
  get isOffering(): boolean {
    return this.#ours !== undefined && this.#ours.dialog === this.#dialog && !this.#ours.isFinal;
  }

  call(requestUri: string, { sdp, peer, lines = [] }: { sdp: string; peer: Address; lines?: Lines }): void {
    const serial = ++this.#serial;
    this.#dialog = {
      callId: `${this.user}-call-${serial}`,
      localTag: `${this.user}tag${serial}`,
      remoteTag: "",
      local: `<sip:${this.user}@${this.#domain}>`,
      remote: `<${requestUri}>`,
      target: requestUri,
      routes: [],
      localSeq: 0,
      remoteSeq: -1,
    };
    this.state = "calling";
    this.#request(this.#dialog, "INVITE", { sdp, lines, peer });
  }

  /** Section 9.1: not before a provisional response. */
  cancel(): void {
    if (this.state !== "calling") return;
    this.state = "cancelling";
    if (!this.#repeater.has(inviteName(this.#ours!.request))) this.#sendCancel();
  }

  reinvite(sdp: string): void {
    this.#request(this.#dialog!, "INVITE", { sdp });
  }

  bye(dialog = this.#dialog!): void {
    if (dialog === this.#dialog) this.state = "ended";
    this.#request(dialog, "BYE", {});
  }

  /** Any request inside the call, e.g. one that makes no sense. */
  request(method: string, more: { sdp?: string; lines?: Lines; number?: number } = {}): void {
    this.#request(this.#dialog!, method, more);
  }

  /** ACK to the last 2xx, for a phone that does not send it by itself. */
  ack(): void {
    for (const { bytes, to } of this.#acks.values()) this.#send(bytes, to);
  }

  // ---- as called; `tag` names one of several early dialogs, as a forking proxy shows them

  trying(): void {
    this.provisional("100 Trying", "");
  }

  ring(tag = ""): void {
    this.provisional("180 Ringing", "", tag);
  }

  progress(sdp: string, tag = ""): void {
    this.provisional("183 Session Progress", sdp, tag);
  }

  provisional(statusLine: string, sdp: string, tag = ""): void {
    this.#respond(statusLine, { tag, sdp });
  }

  answer(sdp: string, tag = ""): void {
    this.#respond("200 OK", { tag, sdp });
  }

  reject(statusLine: string, lines: Lines = []): void {
    this.#respond(statusLine, { lines });
  }

  receive(bytes: Uint8Array, _from: Source): void {
    const message = parseSip(bytes);
    this.received.push(message);
    if (/^\d+$/.test(message.start)) this.#response(message);
    else this.#requested(message);
  }

  #requested(request: SipText): void {
    const { number } = cseqOf(request);
    const localTag = parameter(header(request, "to"), "tag");
    const dialog = this.#dialogs.find((known) =>
      known.callId === header(request, "call-id") && known.localTag === localTag &&
      known.remoteTag === parameter(header(request, "from"), "tag")
    );
    if (request.start === "ACK") {
      if (this.#repeater.strike(`final ${number} ${localTag}`) && this.state === "answered") {
        this.state = "up";
      }
      return;
    }
    const key = `${branchOf(request)} ${request.start}`;
    if (this.#answers.has(key)) return this.#send(this.#answers.get(key)!, sentBy(request));
    if (request.start === "CANCEL") return this.#cancelled(request);
    if (this.#isAsked && branchOf(request) === branchOf(this.#invite!)) return this.#sayAgain();
    if (localTag !== "" && dialog === undefined) return this.#reply(request, "481 Call Does Not Exist");
    if (dialog !== undefined && number <= dialog.remoteSeq) return this.#reply(request, "500 Late");
    if (dialog !== undefined) dialog.remoteSeq = number;
    if (request.start === "BYE") {
      this.#reply(request, "200 OK");
      if (this.#isAsked) this.#respond("487 Request Terminated", {});
      if (dialog === this.#dialog) this.state = "ended";
      return;
    }
    if (request.start !== "INVITE") return this.#reply(request, "501 Not Implemented");
    this.#takeInvite(request, dialog);
  }

  #takeInvite(request: SipText, dialog: PhoneDialog | undefined): void {
    if (dialog !== undefined) {
      if (this.isOffering || this.#isAsked) {
        return this.#reply(request, "491 Request Pending");
      }
      dialog.target = header(request, "contact") === "" ? dialog.target : placed(request);
      this.#invite = request;
      this.#isAsked = true;
      this.#sayAgain = () => {};
      return this.#reinvited(this);
    }
    if (this.state !== "idle" && this.state !== "ended") return this.#reply(request, "486 Busy Here");
    this.#invite = request;
    this.#isAsked = true;
    this.#sayAgain = () => {};
    this.#dialog = calledDialog(request, `${this.user}tag${++this.#serial}`);
    this.#dialogs.push(this.#dialog);
    this.state = "called";
    this.#invited(this);
  }

  #cancelled(request: SipText): void {
    const isPending = this.#isAsked && branchOf(this.#invite!) === branchOf(request);
    const isKnown = isPending || this.#answers.has(`${branchOf(request)} INVITE`);
    this.#reply(request, isKnown ? "200 OK" : "481 Call Does Not Exist");
    if (isPending) this.#respond("487 Request Terminated", {});
  }

  #respond(
    statusLine: string,
    { tag = "", sdp = "", lines = [] }: { tag?: string; sdp?: string; lines?: Lines },
  ): void {
    const invite = this.#invite!;
    const status = Number(statusLine.slice(0, 3));
    const isFirst = !/;tag=/.test(header(invite, "to"));
    const dialog = isFirst && tag !== "" ? this.#fork(invite, tag) : this.#dialog!;
    const bytes = writeResponse(invite, {
      statusLine,
      tag: dialog.localTag,
      contact: this.#contact(),
      sdp,
      lines,
    });
    const send = () => this.#send(bytes, sentBy(invite));
    if (status < 200) {
      this.#sayAgain = send;
      return send();
    }
    const isSuccess = status < 300;
    if (isFirst && isSuccess && tag !== "") this.#dialog = dialog;
    this.#isAsked = false;
    // RFC 6026: an INVITE that was answered with 2xx is absorbed; here the answer comes again, which is as good
    this.#answers.set(`${branchOf(invite)} INVITE`, bytes);
    if (isFirst) this.state = isSuccess ? "answered" : "ended";
    this.#repeater.start(`final ${cseqOf(invite).number} ${dialog.localTag}`, {
      send,
      reliable: !isSuccess && this.at.transport !== "udp",
      gaveUp: () => {
        if (isSuccess && this.state !== "ended") this.bye(dialog);
      },
    });
  }

  #fork(invite: SipText, tag: string): PhoneDialog {
    const known = this.#dialogs.find((dialog) => dialog.localTag === tag);
    if (known !== undefined) return known;
    const dialog = calledDialog(invite, tag);
    this.#dialogs.push(dialog);
    return dialog;
  }

  #reply(request: SipText, statusLine: string): void {
    const tag = this.#dialog?.localTag ?? `${this.user}none`;
    const bytes = writeResponse(request, { statusLine, tag, contact: this.#contact() });
    this.#answers.set(`${branchOf(request)} ${request.start}`, bytes);
    this.#send(bytes, sentBy(request));
  }

  // ---- responses to what it sent

  #response(response: SipText): void {
    const sent = this.#sent.get(`${branchOf(response)} ${cseqOf(response).method}`);
    if (sent === undefined) return;
    const status = Number(response.start);
    const { number, method } = cseqOf(response);
    if (method !== "INVITE") {
      if (status >= 200) this.#repeater.strike(`${method} ${number}`);
      return;
    }
    this.#repeater.strike(inviteName(sent.request));
    if (status < 200) {
      if (this.state === "cancelling") this.#sendCancel();
      return;
    }
    const known = this.#acks.get(`${number} ${header(response, "to")}`);
    if (known !== undefined) return this.acknowledges ? this.#send(known.bytes, known.to) : undefined;
    if (status >= 300) this.#failed(response, sent);
    else this.#succeeded(response, sent);
    sent.isFinal = true;
  }

  #failed(response: SipText, sent: Sent): void {
    const { request, to } = sent;
    const { number } = cseqOf(response);
    const bytes = writeAckToFailure(request, response);
    this.#acks.set(`${number} ${header(response, "to")}`, { bytes, to });
    this.#send(bytes, to);
    if (sent.isFinal) return;
    if (sent === this.#ours && (this.state === "calling" || this.state === "cancelling")) {
      this.state = "ended";
    }
    if (this.state === "up" && ["408", "481"].includes(response.start)) this.bye(sent.dialog);
  }

  #succeeded(response: SipText, { dialog: first, isFinal }: Sent): void {
    const { number } = cseqOf(response);
    const isInside = first.remoteTag !== "";
    const dialog = isInside ? first : callingDialog(first, response);
    if (isInside) dialog.target = placed(response);
    else this.#dialogs.push(dialog);
    const ack = writeInside(dialog, { method: "ACK", number, via: this.#via(), contact: this.#contact() });
    this.#acks.set(`${number} ${header(response, "to")}`, ack);
    if (this.acknowledges) this.#send(ack.bytes, ack.to);
    if (isInside) return;
    if (isFinal || this.state === "cancelling" || this.state === "ended") {
      this.bye(dialog);
      if (this.state === "cancelling") this.state = "ended";
      return;
    }
    this.#dialog = dialog;
    this.state = "up";
  }

  #sendCancel(): void {
    const { request, to } = this.#ours!;
    const { number } = cseqOf(request);
    const name = `CANCEL ${number}`;
    if (this.#repeater.has(name)) return;
    const bytes = writeCancel(request);
    this.#sent.set(`${branchOf(request)} CANCEL`, { ...this.#ours!, isFinal: false });
    const send = () => this.#send(bytes, to);
    this.#repeater.start(name, { send, reliable: this.at.transport === "tcp" });
    this.#network.after(32_000, () => {
      if (this.state === "cancelling") this.state = "ended";
    });
  }

  #request(
    dialog: PhoneDialog,
    method: string,
    { sdp = "", lines = [], peer, number }: { sdp?: string; lines?: Lines; peer?: Address; number?: number },
  ): void {
    const cseq = number ?? ++dialog.localSeq;
    const { bytes, to } = writeInside(dialog, {
      method,
      number: cseq,
      via: this.#via(),
      contact: this.#contact(),
      sdp,
      lines,
    });
    const sent = { request: parseSip(bytes), to: peer ?? to, dialog, isFinal: false };
    this.#sent.set(`${branchOf(sent.request)} ${method}`, sent);
    if (method === "INVITE") this.#ours = sent;
    this.#repeater.start(`${method} ${cseq}`, {
      send: () => this.#send(bytes, sent.to),
      reliable: this.at.transport !== "udp",
      unlimited: method === "INVITE",
      gaveUp: () => {
        if (method !== "INVITE" || this.state === "ended") return;
        if (dialog.remoteTag === "") this.state = "ended";
        else this.bye(dialog);
      },
    });
  }

  #via(): string {
    const { transport, host, port } = this.at;
    const sentBy = transport === "ws" ? this.contactHost : `${host}:${port}`;
    return `SIP/2.0/${transport.toUpperCase()} ${sentBy};branch=z9hG4bK${this.user}${++this.#serial}`;
  }

  #contact(): string {
    const { transport, port } = this.at;
    if (transport === "ws") return `<sip:${this.user}@${this.contactHost};transport=ws;ob>`;
    return `<sip:${this.user}@${this.contactHost}:${port}${transport === "tcp" ? ";transport=tcp" : ""}>`;
  }

  #send(bytes: Uint8Array, to: Address): void {
    this.#network.send(bytes, { from: this.at, to });
  }
}

function branchOf(message: SipText): string {
  return parameter(header(message, "via"), "branch");
}

function inviteName(request: SipText): string {
  return `INVITE ${cseqOf(request).number}`;
}

/** The URI of the message's Contact. */
function placed(message: SipText): string {
  const uri = /<([^>]*)>/.exec(header(message, "contact"))?.[1] ?? "";
  assert.notEqual(placeOf(uri).host, "", `No address in the Contact of ${message.start}`);
  return uri;
}
