// The two ends of a call, browser and phone, written by hand: what they say to each step's output. Their time is not measured.

import { STEPS } from "./steps.ts";

/** A message: SIP bytes or a ROAP text. */
export type Sent = Uint8Array | string;

export interface Bodies {
  readonly offer: string;
  readonly answer: string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class Parties {
  readonly #bodies: Bodies;
  readonly #offererSessionId: string;
  #invite = "";
  #answererSessionId = "";

  constructor(bodies: Bodies, serial: number) {
    this.#bodies = bodies;
    this.#offererSessionId = `c${serial.toString(36)}`;
  }

  /** Input of the step of this place, given the outputs of the one before. */
  say(step: number, last: readonly Sent[]): Sent {
    switch (STEPS[step]?.name) {
      case "ROAP OFFER → INVITE":
        return JSON.stringify({
          messageType: "OFFER",
          offererSessionId: this.#offererSessionId,
          sdp: this.#bodies.offer,
          seq: 1,
          tieBreaker: 2794015583,
          to: "sip:desk@example.org",
        });
      case "180 → RINGING":
        this.#invite = messageIn(last);
        return this.#respond(this.#invite, "180 Ringing", "");
      case "200 → ANSWER":
        return this.#respond(this.#invite, "200 OK", this.#bodies.answer);
      case "OK → ACK":
        this.#answererSessionId = JSON.parse(textIn(last)).answererSessionId;
        return this.#roap("OK", 1);
      case "SHUTDOWN → BYE and OK":
        return this.#roap("SHUTDOWN", 2);
      case "200 to BYE":
        return this.#respond(messageIn(last), "200 OK", "");
      default:
        throw new RangeError(`A call has no step ${step}`);
    }
  }

  #roap(messageType: string, seq: number): string {
    return JSON.stringify({
      answererSessionId: this.#answererSessionId,
      messageType,
      offererSessionId: this.#offererSessionId,
      seq,
    });
  }

  #respond(request: string, status: string, body: string): Uint8Array {
    const [, ...lines] = request.slice(0, request.indexOf("\r\n\r\n")).split("\r\n");
    const kept = lines.filter((line) => /^(Via|From|Call-ID|CSeq):/.test(line));
    const to = lines.find((line) => line.startsWith("To:")) ?? "";
    const content = body === "" ? [] : ["Content-Type: application/sdp"];
    return encoder.encode(
      [
        `SIP/2.0 ${status}`,
        ...kept,
        to.includes(";tag=") ? to : `${to};tag=91c7e4`,
        "Contact: <sip:desk@10.0.0.2:5070>",
        "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK",
        "Supported: 100rel, timer, replaces",
        "User-Agent: Fieldphone/7",
        ...content,
        `Content-Length: ${body.length}`,
        "",
        body,
      ].join("\r\n"),
    );
  }
}

function messageIn(sent: readonly Sent[]): string {
  return decoder.decode(sent.find((message) => typeof message !== "string"));
}

function textIn(sent: readonly Sent[]): string {
  return sent.find((message) => typeof message === "string") ?? "";
}

/** What an output is: a request's method, a response's status or a messageType. */
export function nameOf(sent: Sent): string {
  if (typeof sent === "string") return JSON.parse(sent).messageType;
  const [first = "", second = ""] = decoder.decode(sent.subarray(0, 32)).split(" ");
  return first === "SIP/2.0" ? second : first;
}
