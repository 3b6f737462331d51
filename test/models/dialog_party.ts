// The other end of a dialog with the relay. It knows what RFC 3261 section 12 has each request of the relay's say, and fails on the first one that says
// anything else.

import assert from "node:assert/strict";
import type { Address, Network, Node, Source } from "../scenarios/network.ts";
import {
  calledDialog,
  callingDialog,
  type PhoneDialog,
  sentBy,
  writeAckToFailure,
  writeInside,
  writeResponse,
} from "../scenarios/phone_dialog.ts";
import { SipListener } from "../scenarios/sip_listener.ts";
import { cseqOf, header, headerLines, parameter, parseSip, type SipText } from "../scenarios/sip_text.ts";
import { answerSdp, offerSdp, phoneAddress } from "../scenarios/stage.ts";

type Lines = readonly (readonly [name: string, value: string])[];

export class DialogParty extends SipListener implements Node {
  readonly nextTimer = undefined;
  readonly at: Address = phoneAddress;
  isUp = false;
  /** What it says to the next INVITE inside the dialog; "" = 200. */
  refusal = "";
  /** How long the session lasts without a refresh, which is the relay's work; 0 = for ever. */
  session = 0;
  readonly #network: Network;
  readonly #finals = new Map<string, SipText>();
  readonly #sent = new Map<string, { request: SipText; to: Address; contact: string }>();
  /** Of the relay's side of the dialog: where its requests may go, its route set, its last CSeq number (-1 = it may choose), and that of its last INVITE. */
  #targets: string[] = [];
  #routes: readonly string[] = [];
  #seq = 0;
  #inviteSeq = 0;
  #relayTag = "";
  #dialog: PhoneDialog | undefined;
  #invite: SipText | undefined;
  #contacts = 0;
  #branches = 0;
  #rseq = 40;

  constructor(network: Network) {
    super("party");
    this.#network = network;
    network.attach(this.at, this);
  }

  tick(): void {}

  get dialog(): PhoneDialog {
    return this.#dialog!;
  }

  // ---- being called

  /** A reliable 183 that makes, or belongs to, the early dialog. */
  progress(routes: readonly string[], sdp: string): void {
    const [rseq, contact] = [++this.#rseq, this.#contact()];
    // section 12.1.2: the first response makes the dialog
    if (this.#targets.length === 0) {
      this.#targets = [contact];
      this.#routes = routes.toReversed();
    }
    this.#respond(this.#invite!, "183 Session Progress", {
      sdp,
      contact,
      lines: [...recorded(routes), ["Require", "100rel"], ["RSeq", String(rseq)]],
    });
  }

  /** The 2xx, after which route set and target are those that it has (section 13.2.2.4). */
  answer(routes: readonly string[], sdp: string): void {
    const contact = this.#contact();
    this.#targets = [contact];
    this.#routes = routes.toReversed();
    this.#respond(this.#invite!, "200 OK", {
      sdp,
      contact,
      lines: [...recorded(routes), ...this.#timer("uac")],
    });
  }

  // ---- calling

  call(requestUri: string, { routes, peer }: { routes: readonly string[]; peer: Address }): void {
    this.#dialog = {
      callId: "party-call",
      localTag: "party",
      remoteTag: "",
      local: `<sip:bob@${this.at.host}>`,
      remote: `<${requestUri}>`,
      target: requestUri,
      routes: [],
      localSeq: 0,
      remoteSeq: -1,
    };
    this.#routes = routes;
    this.request("INVITE", { sdp: offerSdp, lines: recorded(routes), peer });
  }

  // ---- inside the dialog

  /** Sends a request. `skip` numbers are left out before it, -1 = its first one again; `tag` in the place of its own. */
  request(
    method: string,
    { sdp = "", skip = 0, tag = "", lines = [], peer }: {
      sdp?: string;
      skip?: number;
      tag?: string;
      lines?: Lines;
      peer?: Address;
    } = {},
  ): string {
    const dialog = this.#dialog!;
    const number = skip < 0 ? 1 : dialog.localSeq += 1 + skip;
    const contact = this.#contact();
    const branch = `z9hG4bKparty${++this.#branches}`;
    const via = `SIP/2.0/UDP ${this.at.host}:${this.at.port};branch=${branch}`;
    const said = method === "INVITE" || method === "UPDATE" ? [...this.#timer("uas"), ...lines] : lines;
    const from = tag === "" ? dialog : { ...dialog, localTag: tag };
    const parts = { method, number, via, contact: `<${contact}>`, sdp, lines: said };
    const { bytes, to } = writeInside(from, parts);
    const request = parseSip(bytes);
    const isTaken = skip >= 0 && tag === "" && (method === "INVITE" || method === "UPDATE");
    // until its final response nobody knows which of them the relay has (section 12.2.2)
    if (isTaken) this.#targets = [...this.#targets, contact];
    this.#sent.set(branch, { request, to: peer ?? to, contact: isTaken ? contact : "" });
    this.#network.send(bytes, { from: this.at, to: peer ?? to });
    return branch;
  }

  /** The final status of a request, "" = none yet. */
  outcome(branch: string): string {
    return this.#finals.get(branch)?.start ?? "";
  }

  receive(bytes: Uint8Array, _from: Source): void {
    const message = parseSip(bytes);
    this.received.push(message);
    if (/^\d/.test(message.start)) return this.#response(message);
    this.#check(message);
    switch (message.start) {
      case "ACK":
        return;
      case "INVITE":
        return this.#invited(message);
      case "BYE":
        this.isUp = false;
        return this.#respond(message, "200 OK");
      case "UPDATE": {
        const contact = this.#contact();
        this.#targets = [contact];
        return this.#respond(message, "200 OK", { contact, lines: this.#timer("uac") });
      }
      default:
        return this.#respond(message, "200 OK");
    }
  }

  #invited(invite: SipText): void {
    this.#inviteSeq = cseqOf(invite).number;
    if (parameter(header(invite, "to"), "tag") === "") {
      this.#invite = invite;
      this.#dialog = this.#direct(calledDialog(invite, "party"));
      this.#relayTag = this.#dialog.remoteTag;
      return;
    }
    if (this.refusal !== "") {
      const { refusal } = this;
      this.refusal = "";
      return this.#respond(invite, refusal);
    }
    const contact = this.#contact();
    this.#targets = [contact];
    // section 12.2: a route set stays as it is, whatever a later response records
    const lines = [...recorded(["<sip:10.0.0.77;lr>"]), ...this.#timer("uac")];
    this.#respond(invite, "200 OK", { sdp: answerSdp, contact, lines });
  }

  /** Sections 12.2.1.1 and 13.2.2.4. */
  #check(request: SipText): void {
    const { number, method } = cseqOf(request);
    const told = `${this.story()}: ${method} ${number}`;
    assert.equal(method, request.start, told);
    if (this.#dialog === undefined) {
      this.#seq = number;
      return;
    }
    assert.equal(header(request, "call-id"), this.dialog.callId, told);
    assert.equal(parameter(header(request, "from"), "tag"), this.#relayTag, told);
    assert.equal(parameter(header(request, "to"), "tag"), "party", told);
    if (method === "ACK") assert.equal(number, this.#inviteSeq, told);
    else assert.ok(this.#seq === -1 || number === this.#seq + 1, told);
    if (method !== "ACK") this.#seq = number;
    if (method === "ACK" && /^[3-6]/.test(this.#lastSaid)) return;
    assert.ok(
      this.#targets.includes(request.requestUri),
      `${told}: ${request.requestUri}, not ${this.#targets}`,
    );
    const routes = headerLines(request, "route").flatMap((line) => line.split(/,\s*(?=<)/));
    assert.deepEqual(routes, this.#routes, told);
  }

  #response(response: SipText): void {
    const branch = parameter(header(response, "via"), "branch");
    const sent = this.#sent.get(branch);
    const status = Number(response.start);
    if (sent === undefined || status < 200) return;
    const isFirst = !this.#finals.has(branch);
    this.#finals.set(branch, response);
    const { request, to, contact } = sent;
    if (status < 300 && contact !== "") this.#targets = [contact];
    if (request.start !== "INVITE") return;
    if (status >= 300) {
      this.#network.send(writeAckToFailure(request, response), { from: this.at, to });
      return;
    }
    if (this.dialog.remoteTag === "") {
      const { localSeq } = this.dialog;
      this.#dialog = this.#direct({ ...callingDialog(this.dialog, response), localSeq });
      this.#relayTag = this.dialog.remoteTag;
      this.#seq = -1;
      this.isUp = true;
    }
    if (!isFirst) return;
    const via = `SIP/2.0/UDP ${this.at.host}:${this.at.port};branch=z9hG4bKack${++this.#branches}`;
    const ack = writeInside(this.dialog, {
      method: "ACK",
      number: cseqOf(request).number,
      via,
      contact: `<${this.#contact()}>`,
    });
    this.#network.send(ack.bytes, { from: this.at, to: ack.to });
  }

  #lastSaid = "";

  #respond(
    request: SipText,
    statusLine: string,
    { contact = this.#targets.at(-1)!, sdp = "", lines = [] }: {
      contact?: string;
      sdp?: string;
      lines?: Lines;
    } = {},
  ): void {
    if (request.start === "INVITE") this.#lastSaid = statusLine;
    const bytes = writeResponse(request, { statusLine, tag: "party", contact: `<${contact}>`, sdp, lines });
    this.#network.send(bytes, { from: this.at, to: sentBy(request) });
  }

  /** The proxies of its route sets are at its own address, and what it sends has been through them. */
  #direct(dialog: PhoneDialog): PhoneDialog {
    return { ...dialog, routes: [] };
  }

  /** RFC 4028: in requests and in 2xx. */
  #timer(refresher: "uac" | "uas"): Lines {
    if (this.session === 0) return [];
    return [
      ["Supported", "timer"],
      ["Allow", "INVITE, ACK, BYE, CANCEL, UPDATE, PRACK"],
      ["Session-Expires", `${this.session};refresher=${refresher}`],
    ];
  }

  #contact(): string {
    return `sip:bob${++this.#contacts}@${this.at.host}:${this.at.port}`;
  }
}

function recorded(routes: readonly string[]): Lines {
  return routes.map((route) => ["Record-Route", route] as const);
}
