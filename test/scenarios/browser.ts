// A scripted browser: JSON in and out by hand, no session machine of ours. It answers by itself what a browser always answers.

import assert from "node:assert/strict";
import { type BrowserSession, idsOf, noteMessage } from "./browser_session.ts";

/** The browser's end of its WebSocket. */
export interface Wire {
  send(text: string): void;
  close(): void;
}

/** One ROAP message; members as in the draft. */
export interface RoapMessage {
  readonly messageType: string;
  readonly offererSessionId?: string;
  readonly answererSessionId?: string;
  readonly seq?: number;
  readonly tieBreaker?: number;
  readonly sdp?: string;
  readonly moreComing?: boolean;
  readonly errorType?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly transactionId?: string;
  readonly content?: string;
  readonly contentType?: string;
  readonly info?: { readonly type?: string; readonly signal?: string; readonly duration?: number };
  readonly replaces?: string;
  readonly referToken?: string;
  readonly privacy?: boolean;
}

export interface BrowserOptions {
  /** Answers an OFFER with this SDP, by itself. */
  readonly answer?: string;
  /** Sends OK to a final ANSWER and to SHUTDOWN by itself; true unless said otherwise. */
  readonly polite?: boolean;
}

export class Browser {
  readonly name: string;
  readonly received: RoapMessage[] = [];
  readonly sent: RoapMessage[] = [];
  readonly sessions: BrowserSession[] = [];
  closeCode = 0;
  isOpen = false;
  answer: string | undefined;
  polite: boolean;
  #wire: Wire | undefined;
  #ids = 0;

  constructor(name: string, { answer, polite = true }: BrowserOptions = {}) {
    this.name = name;
    this.answer = answer;
    this.polite = polite;
  }

  connected(wire: Wire): void {
    this.#wire = wire;
    this.isOpen = true;
  }

  closed(code: number): void {
    this.closeCode = code;
    this.#end();
  }

  /** The WebSocket goes down from this side: a reload of the page. */
  leave(): void {
    this.#end();
    this.#wire!.close();
  }

  send(message: RoapMessage): void {
    if (!this.isOpen) return;
    this.sent.push(message);
    noteMessage(this.sessions, message, "sent");
    this.#wire!.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#wire!.send(text);
  }

  /** Calls somebody; gives back the OFFER. */
  call(to: string, sdp: string, more: Partial<RoapMessage> = {}): RoapMessage {
    const offerer = { offererSessionId: this.newId(), seq: 1, tieBreaker: 77 };
    const offer = { messageType: "OFFER", ...offerer, sdp, to, ...more };
    this.send(offer);
    return offer;
  }

  newId(): string {
    return `${this.name}-${++this.#ids}`;
  }

  receive(text: string): void {
    if (!this.isOpen) return;
    const message = JSON.parse(text) as RoapMessage;
    this.received.push(message);
    noteMessage(this.sessions, message, "received");
    const { messageType } = message;
    if (messageType === "OFFER" && this.answer !== undefined) this.accept(message, this.answer);
    if (!this.polite) return;
    if (messageType === "SHUTDOWN" || (messageType === "ANSWER" && message.moreComing !== true)) {
      this.send(reply(message, { messageType: "OK" }));
    }
  }

  /** Answers an OFFER. */
  accept(offer: RoapMessage, sdp: string): void {
    const answererSessionId = offer.answererSessionId ?? this.newId();
    this.send({ ...reply(offer, { messageType: "ANSWER" }), answererSessionId, sdp });
  }

  /** Refuses an OFFER. */
  refuse(offer: RoapMessage, errorType = "REFUSED", more: Partial<RoapMessage> = {}): void {
    const answererSessionId = offer.answererSessionId ?? this.newId();
    this.send({ ...reply(offer, { messageType: "ERROR" }), answererSessionId, errorType, ...more });
  }

  /** Says that a provisional answer, or that it rings, has arrived. */
  taken(message: RoapMessage): void {
    this.send(reply(message, { messageType: "PRANSWER" }));
  }

  /** Sends OK to a message. */
  confirm(message: RoapMessage): void {
    this.send(reply(message, { messageType: "OK" }));
  }

  /** Hangs up the session that a message belongs to. */
  hangUp(of: RoapMessage, seq: number): void {
    this.send({ ...reply(of, { messageType: "SHUTDOWN" }), seq });
  }

  /** Hangs up the newest session, in whatever state it is. */
  end(): void {
    const session = this.session;
    if (session.state === "ended") return;
    const { offererSessionId, answererSessionId } = idsOf(session);
    this.send({
      messageType: "SHUTDOWN",
      offererSessionId: offererSessionId!,
      ...(answererSessionId === "" ? {} : { answererSessionId: answererSessionId! }),
      seq: session.seq + 1,
    });
  }

  /** Makes another offer in the newest session: a hold, say. */
  reoffer(sdp: string, more: Partial<RoapMessage> = {}): RoapMessage {
    const { local, remote, seq } = this.session;
    const offer = {
      messageType: "OFFER",
      offererSessionId: local,
      answererSessionId: remote,
      seq: seq + 1,
      tieBreaker: 78,
      sdp,
      ...more,
    };
    this.send(offer);
    return offer;
  }

  /** Another OFFER before the first one has its final ANSWER, to the fork that an answer or RINGING came from. */
  earlyOffer(of: RoapMessage, sdp: string, more: Partial<RoapMessage> = {}): RoapMessage {
    const { offererSessionId, answererSessionId } = of;
    const ours = { offererSessionId: offererSessionId!, answererSessionId: answererSessionId! };
    const offer = { messageType: "OFFER", ...ours, seq: of.seq! + 1, tieBreaker: 79, sdp, ...more };
    this.send(offer);
    return offer;
  }

  /** The newest session; fails when there was none yet. */
  get session(): BrowserSession {
    const session = this.sessions.at(-1);
    assert.ok(session !== undefined, `${this.name} has no session`);
    return session;
  }

  /** The one message of a type; fails when there are none or more. */
  only(messageType: string): RoapMessage {
    const found = this.all(messageType);
    assert.equal(found.length, 1, `${this.name} received ${this.story()}, wanted one ${messageType}`);
    return found[0]!;
  }

  /** The newest message of a type; fails when there is none. */
  last(messageType: string): RoapMessage {
    const found = this.all(messageType).at(-1);
    assert.ok(found !== undefined, `${this.name} received ${this.story()}, wanted ${messageType}`);
    return found;
  }

  all(messageType: string): RoapMessage[] {
    return this.received.filter((message) => message.messageType === messageType);
  }

  /** The types of all that came, for messages of tests. */
  story(): string {
    return this.received.map(({ messageType, moreComing, errorType }) =>
      `${messageType}${moreComing === true ? "(more)" : ""}${errorType === undefined ? "" : `(${errorType})`}`
    ).join(" ");
  }

  #end(): void {
    this.isOpen = false;
    for (const session of this.sessions) session.state = "ended";
  }
}

function reply(to: RoapMessage, message: Pick<RoapMessage, "messageType">): RoapMessage {
  const { offererSessionId, answererSessionId, seq } = to;
  return {
    ...message,
    ...(offererSessionId === undefined ? {} : { offererSessionId }),
    ...(answererSessionId === undefined ? {} : { answererSessionId }),
    ...(seq === undefined ? {} : { seq }),
  };
}
