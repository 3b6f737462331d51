// What every way of translating must do, in both directions, before it is timed.

/** What a relay knows of the call and puts into the INVITE besides what the OFFER says. The same for every translator. */
export const LEG = {
  requestUri: "sip:desk@example.org",
  via: "SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK0d6f3b82e7;rport",
  maxForwards: 70,
  from: "<sip:alice@ropeway.local>;tag=Jd80TrQ5",
  callId: "q81mZ0vXc2@198.51.100.1",
  cseq: 1,
  contact: "<sip:alice@198.51.100.1:5060>",
  allow: "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS",
  supported: "Supported: replaces",
  offererSessionId: "Qw83nLx0",
  answererSessionId: "s7Xk20Pd",
  seq: 1,
} as const;

export interface Translator {
  readonly name: string;
  /** The payload of a WebSocket message with an OFFER, UTF-8 → the length of the INVITE, which is where written() says. */
  readonly invite: (offer: Uint8Array) => number;
  /** Puts copies of a 200 where a transport would have put it. Not timed. Left out: bytes are read wherever they are. */
  readonly receive?: (ok: Uint8Array) => void;
  /** The bytes of the 200 that was received → the length of the payload of a WebSocket message with the ANSWER. */
  readonly answer: (ok: Uint8Array) => number;
  /** What was written last, so many bytes of it. Not timed: who sends it tells the kernel where it lies. */
  readonly written: (length: number) => Uint8Array;
}
