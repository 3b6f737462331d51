// A scripted SIP terminal of an IMS on the virtual network: reliable provisional responses (RFC 3262), UPDATE (RFC 3311), and offers wherever RFC 3264
// lets them stand. It repeats, acknowledges and answers by itself as the RFCs demand; all else a story tells it.

import type { Address, Network, Node, Source } from "./network.ts";
import {
  calledDialog,
  callingDialog,
  type PhoneDialog,
  sentBy,
  writeAckToFailure,
  writeCancel,
  writeInside,
  writeResponse,
} from "./phone_dialog.ts";
import { Repeater } from "./repeater.ts";
import { SipListener } from "./sip_listener.ts";
import { address, cseqOf, header, parameter, parseSip, type SipText } from "./sip_text.ts";

type Lines = readonly (readonly [name: string, value: string])[];

export interface TerminalOptions {
  readonly network: Pick<Network, "after" | "attach" | "send">;
  readonly user: string;
  readonly at: Address;
  /** What it says to offers by itself. */
  readonly answer: string;
  /** What it offers when it is asked to. */
  readonly offer: string;
  readonly invited?: (terminal: Terminal) => void;
  /** An UPDATE or re-INVITE came. Unless said otherwise it is answered at once. */
  readonly changed?: (terminal: Terminal, request: SipText) => void;
}

/** An UPDATE or INVITE of its own that is out. */
interface Sent {
  readonly request: SipText;
  readonly to: Address;
  readonly dialog: PhoneDialog;
}

export class Terminal extends SipListener implements Node {
  readonly nextTimer = undefined;
  readonly at: Address;
  /** held: its 2xx waits for a PRACK. */
  state: "idle" | "calling" | "called" | "held" | "up" | "ended" = "idle";
  /** Sends PRACK to each reliable response by itself. */
  pracks = true;
  acknowledges = true;
  /** In the Supported of its INVITE. */
  supports = "100rel";
  /** Further lines of its 2xx to INVITE and UPDATE. */
  says: Lines = [];
  answerSdp: string;
  offerSdp: string;
  readonly #network: TerminalOptions["network"];
  readonly #options: TerminalOptions;
  readonly #repeater: Repeater;
  readonly #dialogs: PhoneDialog[] = [];
  readonly #answers = new Map<string, Uint8Array>();
  readonly #sent = new Map<string, Sent>();
  readonly #acks = new Map<string, { bytes: Uint8Array; to: Address }>();
  readonly #seen = new Set<string>();
  readonly #rseqs = new Map<string, number>();
  #invite: SipText | undefined;
  #ours: Sent | undefined;
  #waiting: (() => void)[] = [];
  #serial = 0;
  #rseq = 100;

  constructor(options: TerminalOptions) {
    super(options.user);
    this.#options = options;
    this.#network = options.network;
    this.at = options.at;
    this.answerSdp = options.answer;
    this.offerSdp = options.offer;
    this.#repeater = new Repeater(options.network);
    options.network.attach(this.at, this);
  }

  tick(): void {}

  /** Whether their INVITE waits for its final answer. */
  get isAsked(): boolean {
    return this.#invite !== undefined;
  }

  /** The dialog that was made last, or the one of this local tag as called, remote tag as calling. */
  dialog(tag = ""): PhoneDialog {
    return this.#dialogs.findLast(({ localTag, remoteTag }) =>
      tag === "" || tag === localTag || tag === remoteTag
    )!;
  }

  call(
    requestUri: string,
    { sdp = "", peer, lines = [] }: { sdp?: string; peer: Address; lines?: Lines },
  ): void {
    const dialog: PhoneDialog = {
      callId: `${this.user}-call-${++this.#serial}`,
      localTag: `${this.user}tag${this.#serial}`,
      remoteTag: "",
      local: `<sip:${this.user}@${this.at.host}>`,
      remote: `<${requestUri}>`,
      target: requestUri,
      routes: [],
      localSeq: 0,
      remoteSeq: -1,
    };
    this.state = "calling";
    const supported = this.supports === "" ? [] : [["Supported", this.supports] as const];
    this.request("INVITE", { dialog, sdp, lines: [...supported, ...lines], peer });
  }

  /** After the 2xx there is only BYE. */
  cancel(): void {
    if (this.#ours === undefined) return this.bye();
    const { request, to } = this.#ours;
    const send = () => this.#send(writeCancel(request), to);
    this.#repeater.start(`CANCEL ${cseqOf(request).number}`, { send, reliable: this.at.transport === "tcp" });
  }

  bye(): void {
    this.state = "ended";
    this.request("BYE");
  }

  request(
    method: string,
    { dialog = this.dialog(), sdp = "", lines = [], peer }: {
      dialog?: PhoneDialog;
      sdp?: string;
      lines?: Lines;
      peer?: Address;
    } = {},
  ): void {
    const number = ++dialog.localSeq;
    const via = this.#via();
    const { bytes, to } = writeInside(dialog, { method, number, via, contact: this.#contact(), sdp, lines });
    const sent = { request: parseSip(bytes), to: peer ?? to, dialog };
    this.#sent.set(keyOf(sent.request), sent);
    if (method === "INVITE") this.#ours = sent;
    this.#repeater.start(`${method} ${number} ${dialog.remoteTag}`, {
      send: () => this.#send(bytes, sent.to),
      reliable: this.at.transport === "tcp",
      unlimited: method === "INVITE",
      gaveUp: () => this.#gaveUp(method, dialog),
    });
  }

  /** An offer inside the dialog. */
  update(sdp: string, tag = ""): void {
    this.request("UPDATE", { dialog: this.dialog(tag), sdp });
  }

  /** A provisional response; `reliable` ones are repeated until their PRACK. */
  provisional(
    statusLine: string,
    { sdp = "", tag = "", reliable = false, rseq = 0 }: {
      sdp?: string;
      tag?: string;
      reliable?: boolean;
      rseq?: number;
    } = {},
  ): void {
    const invite = this.#invite!;
    const dialog = this.#early(invite, tag);
    const number = rseq || ++this.#rseq;
    const lines: Lines = reliable ? [["Require", "100rel"], ["RSeq", String(number)]] : [];
    const bytes = writeResponse(invite, {
      statusLine,
      tag: dialog.localTag,
      contact: this.#contact(),
      sdp,
      lines: [["Allow", "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE"], ...lines],
    });
    const send = () => this.#send(bytes, sentBy(invite));
    if (!reliable) return send();
    this.#repeater.start(`1xx ${number}`, {
      send,
      reliable: false,
      unlimited: true,
      gaveUp: () => this.reject("504 Server Time-out"),
    });
  }

  /** The 2xx: once all that it has to wait for is acknowledged. */
  answer(sdp: string, tag = ""): void {
    const invite = this.#invite!;
    const dialog = this.#early(invite, tag);
    const send = () => this.#final(invite, "200 OK", { dialog, sdp });
    if (!this.#isUnacknowledged()) return send();
    this.state = "held";
    this.#waiting.push(send);
  }

  reject(statusLine: string, lines: Lines = []): void {
    const invite = this.#invite;
    if (invite === undefined) return;
    this.#final(invite, statusLine, { dialog: this.#early(invite, ""), sdp: "", lines });
  }

  /** Answers any request. */
  reply(
    request: SipText,
    statusLine: string,
    { sdp = "", lines = [] }: { sdp?: string; lines?: Lines } = {},
  ): void {
    const tag = this.#dialogs.at(-1)?.localTag ?? `${this.user}none`;
    const bytes = writeResponse(request, { statusLine, tag, contact: this.#contact(), sdp, lines });
    this.#answers.set(keyOf(request), bytes);
    this.#send(bytes, sentBy(request));
  }

  receive(bytes: Uint8Array, _from: Source): void {
    const message = parseSip(bytes);
    this.received.push(message);
    if (/^\d+$/.test(message.start)) this.#response(message);
    else this.#requested(message);
  }

  #requested(request: SipText): void {
    const known = this.#answers.get(keyOf(request));
    if (known !== undefined) return this.#send(known, sentBy(request));
    const { number } = cseqOf(request);
    const localTag = parameter(header(request, "to"), "tag");
    const dialog = this.#dialogs.find((one) =>
      one.callId === header(request, "call-id") && one.localTag === localTag &&
      one.remoteTag === parameter(header(request, "from"), "tag")
    );
    if (request.start === "ACK") return this.#acknowledged(number, localTag);
    if (request.start === "CANCEL") {
      this.reply(request, "200 OK");
      if (this.#invite !== undefined) this.reject("487 Request Terminated");
      return;
    }
    // it comes again, and the story has not said what to it yet
    if (this.#seen.has(keyOf(request))) return;
    this.#seen.add(keyOf(request));
    if (localTag !== "" && dialog === undefined) return this.reply(request, "481 Call Does Not Exist");
    if (dialog !== undefined) {
      if (number <= dialog.remoteSeq) return this.reply(request, "500 Late");
      dialog.remoteSeq = number;
    }
    switch (request.start) {
      case "INVITE":
        return this.#invited(request, dialog);
      case "PRACK":
        return this.#pracked(request);
      case "UPDATE":
        return this.#changed(request);
      case "BYE":
        this.reply(request, "200 OK");
        if (this.#invite !== undefined) this.reject("487 Request Terminated");
        this.state = "ended";
        return;
      default:
        return this.reply(request, "501 Not Implemented");
    }
  }

  #invited(request: SipText, dialog: PhoneDialog | undefined): void {
    if (dialog === undefined && this.state !== "idle" && this.state !== "ended") {
      return this.reply(request, "486 Busy Here");
    }
    if (dialog !== undefined && this.#ours !== undefined) return this.reply(request, "491 Request Pending");
    this.#invite = request;
    if (dialog !== undefined) {
      dialog.target = address(header(request, "contact"));
      if (this.#options.changed !== undefined) return this.#options.changed(this, request);
      return this.answer(request.body === "" ? this.offerSdp : this.answerSdp);
    }
    this.#dialogs.length = 0;
    this.state = "called";
    this.#options.invited?.(this);
  }

  #pracked(request: SipText): void {
    const [rseq = ""] = header(request, "rack").split(" ");
    if (!this.#repeater.strike(`1xx ${rseq}`)) return this.reply(request, "481 No Such Response");
    const isOffer = request.body !== "" && this.#invite?.body !== "";
    this.reply(request, "200 OK", { sdp: isOffer ? this.answerSdp : "" });
    if (this.#isUnacknowledged()) return;
    for (const send of this.#waiting.splice(0)) send();
  }

  #changed(request: SipText): void {
    if ([...this.#sent.keys()].some((key) => key.endsWith(" UPDATE"))) {
      return this.reply(request, "491 Request Pending");
    }
    if (this.#options.changed !== undefined) return this.#options.changed(this, request);
    this.reply(request, "200 OK", { sdp: request.body === "" ? "" : this.answerSdp, lines: this.says });
  }

  #acknowledged(number: number, localTag: string): void {
    if (this.#repeater.strike(`final ${number} ${localTag}`) && this.state === "called") this.state = "up";
  }

  #final(
    invite: SipText,
    statusLine: string,
    { dialog, sdp, lines = this.says }: { dialog: PhoneDialog; sdp: string; lines?: Lines },
  ): void {
    this.#invite = undefined;
    this.#waiting = [];
    const isFirst = !/;tag=/.test(header(invite, "to"));
    const isSuccess = statusLine.startsWith("2");
    const bytes = writeResponse(invite, {
      statusLine,
      tag: dialog.localTag,
      contact: this.#contact(),
      sdp,
      lines,
    });
    this.#answers.set(keyOf(invite), bytes);
    if (isFirst) this.state = isSuccess ? "called" : "ended";
    if (isFirst && isSuccess) this.#dialogs.splice(this.#dialogs.indexOf(dialog), 1);
    if (isFirst && isSuccess) this.#dialogs.push(dialog);
    for (let rseq = 0; rseq <= this.#rseq; rseq++) this.#repeater.strike(`1xx ${rseq}`);
    this.#repeater.start(`final ${cseqOf(invite).number} ${dialog.localTag}`, {
      send: () => this.#send(bytes, sentBy(invite)),
      reliable: !isSuccess && this.at.transport === "tcp",
      gaveUp: () => {
        if (isSuccess && this.state !== "ended") this.bye();
      },
    });
  }

  // ---- what answers its own requests

  #response(response: SipText): void {
    const sent = this.#sent.get(keyOf(response));
    const status = Number(response.start);
    const { number, method } = cseqOf(response);
    if (method === "CANCEL") {
      this.#repeater.strike(`CANCEL ${number}`);
      return;
    }
    if (sent === undefined) return;
    if (method !== "INVITE") {
      if (status < 200) return;
      this.#repeater.strike(`${method} ${number} ${sent.dialog.remoteTag}`);
      this.#sent.delete(keyOf(response));
      return;
    }
    this.#repeater.strike(`INVITE ${number} ${sent.dialog.remoteTag}`);
    if (status < 200) return this.#earlyOf(response, sent);
    if (this.#late(response)) return;
    const { to } = sent;
    if (status >= 300) {
      const bytes = writeAckToFailure(sent.request, response);
      this.#acks.set(`${number} ${header(response, "to")}`, { bytes, to });
      this.#send(bytes, to);
      if (sent === this.#ours && sent.dialog.remoteTag === "") this.state = "ended";
    } else this.#succeeded(response, sent);
    if (this.#ours === sent) this.#ours = undefined;
  }

  /** A final response again. */
  #late(response: SipText): boolean {
    const known = this.#acks.get(`${cseqOf(response).number} ${header(response, "to")}`);
    if (known !== undefined && this.acknowledges) this.#send(known.bytes, known.to);
    return known !== undefined;
  }

  #earlyOf(response: SipText, { dialog: first, request }: Sent): void {
    const tag = parameter(header(response, "to"), "tag");
    if (tag === "") return;
    const dialog = this.#dialogOf(first, response);
    const rseq = Number(header(response, "rseq") || "-1");
    if (rseq < 0 || !this.pracks) return;
    const last = this.#rseqs.get(tag);
    if (last !== undefined && rseq !== last + 1) return;
    this.#rseqs.set(tag, rseq);
    const isAsked = request.body === "" && response.body !== "";
    const lines: Lines = [["RAck", `${rseq} ${header(request, "cseq")}`]];
    this.request("PRACK", { dialog, lines, sdp: isAsked ? this.answerSdp : "" });
  }

  #succeeded(response: SipText, { dialog: first, request }: Sent): void {
    const { number } = cseqOf(response);
    const dialog = this.#dialogOf(first, response);
    dialog.target = address(header(response, "contact"));
    const isAsked = request.body === "" && response.body !== "" &&
      !this.#rseqs.has(`sdp ${dialog.remoteTag}`);
    const ack = writeInside(dialog, {
      method: "ACK",
      number,
      via: this.#via(),
      contact: this.#contact(),
      sdp: isAsked ? this.answerSdp : "",
    });
    this.#acks.set(`${number} ${header(response, "to")}`, ack);
    if (this.acknowledges) this.#send(ack.bytes, ack.to);
    if (first.remoteTag === "") this.state = this.state === "calling" ? "up" : this.state;
    if (this.state === "ended") this.request("BYE", { dialog });
  }

  #dialogOf(first: PhoneDialog, response: SipText): PhoneDialog {
    const tag = parameter(header(response, "to"), "tag");
    const known = this.#dialogs.find(({ callId, remoteTag }) => callId === first.callId && remoteTag === tag);
    if (known !== undefined) return known;
    const dialog = callingDialog(first, response);
    this.#dialogs.push(dialog);
    return dialog;
  }

  #gaveUp(method: string, dialog: PhoneDialog): void {
    this.#ours = method === "INVITE" ? undefined : this.#ours;
    if (method === "BYE" || this.state === "ended") return;
    if (dialog.remoteTag === "") this.state = "ended";
    else if (this.state === "up") this.bye();
  }

  #early(invite: SipText, tag: string): PhoneDialog {
    if (/;tag=/.test(header(invite, "to"))) return this.dialog(parameter(header(invite, "to"), "tag"));
    const known = tag === "" ? this.#dialogs.at(-1) : this.#dialogs.find(({ localTag }) => localTag === tag);
    if (known !== undefined) return known;
    const dialog = calledDialog(invite, tag === "" ? `${this.user}tag${++this.#serial}` : tag);
    this.#dialogs.push(dialog);
    return dialog;
  }

  #isUnacknowledged(): boolean {
    for (let rseq = 0; rseq <= this.#rseq; rseq++) if (this.#repeater.has(`1xx ${rseq}`)) return true;
    return false;
  }

  #via(): string {
    const { transport, host, port } = this.at;
    return `SIP/2.0/${transport.toUpperCase()} ${host}:${port};branch=z9hG4bK${this.user}${++this.#serial}`;
  }

  #contact(): string {
    const { transport, host, port } = this.at;
    return `<sip:${this.user}@${host}:${port}${transport === "tcp" ? ";transport=tcp" : ""}>`;
  }

  #send(bytes: Uint8Array, to: Address): void {
    this.#network.send(bytes, { from: this.at, to });
  }
}

function keyOf(message: SipText): string {
  return `${parameter(header(message, "via"), "branch")} ${cseqOf(message).method}`;
}
