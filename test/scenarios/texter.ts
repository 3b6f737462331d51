// What a phone does beside its call: requests of their own, inside the phone's dialog and outside any. It stands at the phone's address and hands it all the rest.

import assert from "node:assert/strict";
import type { Address, Network, Node, Source } from "./network.ts";
import type { Phone } from "./phone.ts";
import { type PhoneDialog, placeOf, sentBy } from "./phone_dialog.ts";
import { Repeater } from "./repeater.ts";
import { SipListener } from "./sip_listener.ts";
import { cseqOf, formatSip, header, headerLines, parameter, parseSip, type SipText } from "./sip_text.ts";

type Lines = readonly (readonly [name: string, value: string])[];

export interface Sending {
  readonly body?: string;
  readonly contentType?: string;
  readonly lines?: Lines;
}

/** What to answer: "200 OK", with header lines perhaps; "" = nothing for now. */
export type Answer = string | { readonly statusLine: string; readonly lines: Lines };

const OWN = new Set(["MESSAGE", "INFO", "REFER", "NOTIFY"]);
const encoder = new TextEncoder();

export class Texter extends SipListener implements Node {
  readonly nextTimer = undefined;
  readonly phone: Phone;
  answer: (request: SipText) => Answer;
  readonly #network: Network;
  readonly #repeater: Repeater;
  readonly #ours = new Set<string>();
  readonly #answered = new Map<string, Uint8Array>();
  #serial = 0;

  constructor(network: Network, phone: Phone, answer: (request: SipText) => Answer = () => "200 OK") {
    super(phone.user);
    this.#network = network;
    this.#repeater = new Repeater(network);
    this.phone = phone;
    this.answer = answer;
    network.attach(phone.at, this);
  }

  tick(): void {}

  receive(bytes: Uint8Array, from: Source): void {
    const message = parseSip(bytes);
    const branch = parameter(header(message, "via"), "branch");
    if (OWN.has(message.start)) return this.#requested(message, branch);
    if (!this.#ours.has(branch)) return this.phone.receive(bytes, from);
    this.received.push(message);
    if (Number(message.start) >= 200) this.#repeater.strike(branch);
  }

  /** Sends a request inside the phone's call, or inside one that it had. */
  inside(method: string, sending: Sending = {}, dialog: PhoneDialog = this.phone.dialog): void {
    const [first] = dialog.routes;
    this.#send(method, {
      ...sending,
      uri: dialog.target,
      to: placeOf(first === undefined ? dialog.target : first.replace(/^<|>.*$/g, "")),
      headers: [
        ...dialog.routes.map((route) => ["Route", route] as const),
        ["From", `${dialog.local};tag=${dialog.localTag}`],
        ["To", `${dialog.remote};tag=${dialog.remoteTag}`],
        ["Call-ID", dialog.callId],
        ["CSeq", `${++dialog.localSeq} ${method}`],
      ],
    });
  }

  /** Sends one outside any dialog. */
  outside(
    method: string,
    sending: Sending & { readonly uri: string; readonly from: string; readonly to: Address },
  ): void {
    const serial = ++this.#serial;
    this.#send(method, {
      ...sending,
      headers: [
        ["From", `<${sending.from}>;tag=${this.user}own${serial}`],
        ["To", `<${sending.uri}>`],
        ["Call-ID", `${this.user}-own-${serial}`],
        ["CSeq", `1 ${method}`],
      ],
    });
  }

  /** The answer to a request that was left without one. */
  reply(request: SipText, answer: Answer): void {
    const { statusLine, lines } = typeof answer === "string" ? { statusLine: answer, lines: [] } : answer;
    const to = header(request, "to");
    const bytes = formatSip({
      first: `SIP/2.0 ${statusLine}`,
      headers: [
        ...headerLines(request, "via").map((value) => ["Via", value] as const),
        ["From", header(request, "from")],
        ["To", /;tag=/.test(to) ? to : `${to};tag=${this.user}${++this.#serial}`],
        ["Call-ID", header(request, "call-id")],
        ["CSeq", header(request, "cseq")],
        ...lines,
      ],
    });
    if (!statusLine.startsWith("1")) this.#answered.set(keyOf(request), bytes);
    this.#network.send(bytes, { from: this.phone.at, to: sentBy(request) });
  }

  /** The one message of a kind; fails when there are none or more. */
  only(start: string): SipText {
    assert.equal(this.count(start), 1, `${this.user} received ${this.story()}, wanted one ${start}`);
    return this.last(start);
  }

  #requested(request: SipText, branch: string): void {
    const before = this.#answered.get(keyOf(request));
    if (before !== undefined) {
      this.#network.send(before, { from: this.phone.at, to: sentBy(request) });
      return;
    }
    const isRepeat = this.received.some((other) =>
      other.start === request.start && parameter(header(other, "via"), "branch") === branch
    );
    if (isRepeat) return;
    this.received.push(request);
    const answer = this.answer(request);
    if (answer !== "") this.reply(request, answer);
  }

  #send(
    method: string,
    { uri, to, headers, body = "", contentType = "", lines = [] }: Sending & {
      readonly uri: string;
      readonly to: Address;
      readonly headers: Lines;
    },
  ): void {
    const { transport, host, port } = this.phone.at;
    const branch = `z9hG4bK${this.user}own${++this.#serial}`;
    const contact = `<sip:${this.user}@${host}:${port}>`;
    const all: Lines = [
      ["Via", `SIP/2.0/${transport.toUpperCase()} ${host}:${port};branch=${branch}`],
      ["Max-Forwards", "70"],
      ...headers,
      ...(method === "REFER" || method === "NOTIFY" ? [["Contact", contact] as const] : []),
      ...lines,
      ...(contentType === "" ? [] : [["Content-Type", contentType] as const]),
      ["Content-Length", String(encoder.encode(body).length)],
    ];
    const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const bytes = encoder.encode(`${method} ${uri} SIP/2.0\r\n${head}\r\n${body}`);
    this.#ours.add(branch);
    const send = () => this.#network.send(bytes, { from: this.phone.at, to: { ...to, transport } });
    this.#repeater.start(branch, { send, reliable: transport === "tcp" });
  }
}

function keyOf(request: SipText): string {
  return `${parameter(header(request, "via"), "branch")} ${cseqOf(request).method}`;
}
