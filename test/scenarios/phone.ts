// A scripted SIP phone on the virtual network. It repeats what RFC 3261 has it repeat, and does nothing else unasked but what its
// options say.

import assert from "node:assert/strict";
import type { Address, Network, Node, Source } from "./network.ts";
import {
  address,
  cseqOf,
  formatSip,
  header,
  headerLines,
  parameter,
  parseSip,
  type SipText,
} from "./sip_text.ts";

const T1 = 500;
const T2 = 4000;

export interface PhoneOptions {
  readonly network: Network;
  readonly user: string;
  readonly at: Address;
  /** What happens when an INVITE comes: e.g. `(phone) => phone.answer(sdp)`. */
  readonly invited?: (phone: Phone) => void;
}

/** The one session of the phone. */
interface Session {
  callId: string;
  localTag: string;
  remoteTag: string;
  local: string;
  remote: string;
  target: string;
  peer: Address;
  localSeq: number;
}

export class Phone implements Node {
  readonly nextTimer = undefined;
  readonly received: SipText[] = [];
  readonly #network: Network;
  readonly #user: string;
  readonly #at: Address;
  readonly #invited: (phone: Phone) => void;
  /** What is repeated, by its name, until it is struck off. */
  readonly #pending = new Set<string>();
  readonly #answers = new Map<string, Uint8Array>();
  readonly #acks = new Map<string, Uint8Array>();
  #session: Session | undefined;
  #invite: SipText | undefined;
  #ourInvite: { request: SipText; bytes: Uint8Array } | undefined;
  #serial = 0;

  constructor({ network, user, at, invited = () => {} }: PhoneOptions) {
    this.#network = network;
    this.#user = user;
    this.#at = at;
    this.#invited = invited;
    network.attach(at, this);
  }

  tick(): void {}

  /** The one message of a kind; fails when there are none. */
  last(start: string): SipText {
    const found = this.received.findLast((message) => message.start === start);
    assert.ok(found !== undefined, `${this.#user} received ${this.story()}, wanted ${start}`);
    return found;
  }

  story(): string {
    return this.received.map(({ start }) => start).join(" ");
  }

  count(start: string): number {
    return this.received.filter((message) => message.start === start).length;
  }

  // ---- as caller

  call(requestUri: string, { sdp, peer }: { sdp: string; peer: Address }): void {
    const serial = ++this.#serial;
    this.#session = {
      callId: `${this.#user}-call-${serial}`,
      localTag: `${this.#user}tag${serial}`,
      remoteTag: "",
      local: `<sip:${this.#user}@${this.#at.host}>`,
      remote: `<${requestUri}>`,
      target: requestUri,
      peer,
      localSeq: 0,
    };
    this.#request("INVITE", sdp);
  }

  cancel(): void {
    const { request } = this.#ourInvite!;
    const { number } = cseqOf(request);
    const kept = request.headers.filter(([name]) => ["from", "to", "call-id", "max-forwards"].includes(name));
    const via = ["Via", header(request, "via")] as const;
    const bytes = formatSip({
      first: `CANCEL ${request.requestUri} SIP/2.0`,
      headers: [via, ...kept, ["CSeq", `${number} CANCEL`]],
    });
    this.#send(bytes);
    this.#repeat(`CANCEL ${number}`, bytes);
  }

  reinvite(sdp: string): void {
    this.#request("INVITE", sdp);
  }

  bye(): void {
    this.#request("BYE", "");
  }

  /** Any request inside the session, e.g. one that makes no sense. */
  request(method: string): void {
    this.#request(method, "");
  }

  // ---- as called

  ring(tag = ""): void {
    this.#respond("180 Ringing", { tag });
  }

  progress(sdp: string, tag = ""): void {
    this.#respond("183 Session Progress", { sdp, tag });
  }

  answer(sdp: string, tag = ""): void {
    this.#respond("200 OK", { sdp, tag });
  }

  reject(statusLine: string): void {
    this.#respond(statusLine, {});
  }

  receive(bytes: Uint8Array, _from: Source): void {
    const message = parseSip(bytes);
    this.received.push(message);
    if (/^\d+$/.test(message.start)) this.#response(message);
    else this.#received(message);
  }

  #received(request: SipText): void {
    const branch = parameter(header(request, "via"), "branch");
    const { number } = cseqOf(request);
    if (request.start === "ACK") {
      this.#pending.delete(`response ${number}`);
      return;
    }
    const key = `${branch} ${request.start}`;
    const repeated = this.#answers.get(key);
    if (repeated !== undefined) return this.#send(repeated);
    switch (request.start) {
      case "INVITE":
        this.#invite = request;
        if (this.#session === undefined || header(request, "call-id") !== this.#session.callId) {
          this.#take(request);
        }
        return this.#invited(this);
      case "CANCEL":
        this.#reply(request, "200 OK");
        return this.#respond("487 Request Terminated", {});
      case "BYE":
        this.#reply(request, "200 OK");
        return;
      default:
        this.#reply(request, "501 Not Implemented");
    }
  }

  #take(request: SipText): void {
    const via = header(request, "via");
    const [host = "", port = "5060"] = via.split(/[\s;]+/)[1]!.split(":");
    this.#session = {
      callId: header(request, "call-id"),
      localTag: `${this.#user}tag${++this.#serial}`,
      remoteTag: parameter(header(request, "from"), "tag"),
      local: header(request, "to"),
      remote: header(request, "from").replace(/;tag=.*/, ""),
      target: address(header(request, "contact")),
      peer: { transport: this.#at.transport, host, port: Number(port) },
      localSeq: 0,
    };
  }

  #respond(statusLine: string, { sdp = "", tag = "" }: { sdp?: string; tag?: string }): void {
    const invite = this.#invite!;
    const status = Number(statusLine.slice(0, 3));
    const bytes = this.#reply(invite, statusLine, { sdp, tag });
    if (status < 200) return;
    if (tag !== "") this.#session!.localTag = tag;
    this.#repeat(`response ${cseqOf(invite).number}`, bytes!);
  }

  #reply(request: SipText, statusLine: string, { sdp = "", tag = "" } = {}): Uint8Array {
    const to = header(request, "to");
    const ourTag = tag === "" ? this.#session?.localTag ?? "none" : tag;
    const bytes = formatSip({
      first: `SIP/2.0 ${statusLine}`,
      headers: [
        ...headerLines(request, "via").map((value) => ["Via", value] as const),
        ["From", header(request, "from")],
        ["To", /;tag=/.test(to) ? to : `${to};tag=${ourTag}`],
        ["Call-ID", header(request, "call-id")],
        ["CSeq", header(request, "cseq")],
        ["Contact", this.#contact()],
      ],
      body: sdp,
    });
    this.#answers.set(`${parameter(header(request, "via"), "branch")} ${request.start}`, bytes);
    this.#send(bytes);
    return bytes;
  }

  #response(response: SipText): void {
    const { number, method } = cseqOf(response);
    const status = Number(response.start);
    if (method !== "INVITE") {
      if (status >= 200) this.#pending.delete(`${method} ${number}`);
      return;
    }
    this.#pending.delete(`INVITE ${number}`);
    if (status < 200) return;
    const session = this.#session!;
    const known = this.#acks.get(`${number} ${header(response, "to")}`);
    if (known !== undefined) return this.#send(known);
    const success = status < 300;
    if (success) {
      session.remoteTag = parameter(header(response, "to"), "tag");
      session.target = address(header(response, "contact"));
    }
    const invite = this.#ourInvite!.request;
    const bytes = formatSip({
      first: `ACK ${success ? session.target : invite.requestUri} SIP/2.0`,
      headers: [
        ["Via", success ? this.#via() : header(invite, "via")],
        ["Max-Forwards", "70"],
        ["From", header(response, "from")],
        ["To", header(response, "to")],
        ["Call-ID", session.callId],
        ["CSeq", `${number} ACK`],
      ],
    });
    this.#acks.set(`${number} ${header(response, "to")}`, bytes);
    this.#send(bytes);
  }

  #request(method: string, sdp: string): void {
    const session = this.#session!;
    const number = ++session.localSeq;
    const remoteTag = session.remoteTag === "" ? "" : `;tag=${session.remoteTag}`;
    const bytes = formatSip({
      first: `${method} ${session.target} SIP/2.0`,
      headers: [
        ["Via", this.#via()],
        ["Max-Forwards", "70"],
        ["From", `${session.local};tag=${session.localTag}`],
        ["To", `${session.remote}${remoteTag}`],
        ["Call-ID", session.callId],
        ["CSeq", `${number} ${method}`],
        ["Contact", this.#contact()],
      ],
      body: sdp,
    });
    if (method === "INVITE") this.#ourInvite = { request: parseSip(bytes), bytes };
    this.#send(bytes);
    this.#repeat(`${method} ${number}`, bytes);
  }

  #via(): string {
    const { transport, host, port } = this.#at;
    const branch = `z9hG4bK${this.#user}${++this.#serial}`;
    return `SIP/2.0/${transport.toUpperCase()} ${host}:${port};branch=${branch}`;
  }

  #contact(): string {
    const { transport, host, port } = this.#at;
    return `<sip:${this.#user}@${host}:${port}${transport === "tcp" ? ";transport=tcp" : ""}>`;
  }

  /** Sends again after T1, doubling, until it is struck off or 64*T1 are over. */
  #repeat(name: string, bytes: Uint8Array): void {
    if (this.#at.transport !== "udp") return;
    this.#pending.add(name);
    const again = (wait: number, waited: number) =>
      this.#network.after(wait, () => {
        if (!this.#pending.has(name) || waited >= 64 * T1) return;
        this.#send(bytes);
        again(name.startsWith("INVITE") ? 2 * wait : Math.min(2 * wait, T2), waited + wait);
      });
    again(T1, T1);
  }

  #send(bytes: Uint8Array): void {
    this.#network.send(bytes, { from: this.#at, to: this.#session!.peer });
  }
}
