// Browsers that speak SIP register over their WebSockets before they call (RFC 3261 section 10.2, RFC 7118). Once for each connection: texts will do.

import type { Arena } from "./arena.ts";
import { userOf } from "./population.ts";
import { answerOf } from "./registrations.ts";
import type { TextSender } from "./sender.ts";
import { CHALLENGE, type SipIndex } from "./sip_index.ts";
import type { Tally } from "./tally.ts";

const EXPIRES = 3_600;

export interface FlowRegistrationsOptions {
  readonly arena: Arena;
  readonly tally: Tally;
  readonly streams: TextSender;
  readonly password: string;
  readonly domain: string;
  readonly run: string;
}

type State = "registering" | "proving" | "registered" | "refused";

export class FlowRegistrations {
  readonly #options: FlowRegistrationsOptions;
  readonly #states = new Map<number, State>();
  #cseq = 0;
  registered = 0;
  refused = 0;

  constructor(options: FlowRegistrationsOptions) {
    this.#options = options;
  }

  isRegistered(stream: number): boolean {
    return this.#states.get(stream) === "registered";
  }

  opened(stream: number): void {
    this.#states.set(stream, "registering");
    this.#send(stream, "");
  }

  closed(stream: number): void {
    const state = this.#states.get(stream);
    if (state === "registered") this.registered--;
    if (state === "refused") this.refused--;
    this.#states.delete(stream);
  }

  /** A response to a REGISTER of this stream's. */
  receive(stream: number, message: SipIndex): void {
    const state = this.#states.get(stream);
    const { status } = message;
    if (status < 200 || (state !== "registering" && state !== "proving")) return;
    if (status === 401 && state === "registering") {
      const line = message.find(CHALLENGE);
      const { arena, password, domain } = this.#options;
      const challenge = line < 0 ? "" : arena.text(message.values[line]!, message.ends[line]!);
      const digest = { user: userOf(stream), password, uri: `sip:${domain}`, method: "REGISTER" };
      this.#states.set(stream, "proving");
      return this.#send(stream, `Authorization: ${answerOf(challenge, digest)}\r\n`);
    }
    const isTaken = status < 300;
    this.#states.set(stream, isTaken ? "registered" : "refused");
    if (isTaken) this.registered++;
    else {
      this.refused++;
      this.#options.tally.cause(`REGISTER ${status}`);
    }
  }

  #send(stream: number, authorization: string): void {
    const { arena, domain, run, streams } = this.#options;
    const cseq = ++this.#cseq;
    const user = userOf(stream);
    const text = `REGISTER sip:${domain} SIP/2.0\r\n` +
      `Via: SIP/2.0/WS ${run}.invalid;branch=z9hG4bK${run}.r${cseq}\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${user}@${domain}>;tag=${run}\r\nTo: <sip:${user}@${domain}>\r\n` +
      `Call-ID: ${run}.${user}\r\nCSeq: ${cseq} REGISTER\r\n` +
      `Contact: <sip:${user}@${run}.invalid;transport=ws>;expires=${EXPIRES}\r\n` +
      `${authorization}Content-Length: 0\r\n\r\n`;
    const at = streams.reserve();
    const { written } = new TextEncoder().encodeInto(text, arena.bytes.subarray(at));
    streams.commit(stream, written);
  }
}
