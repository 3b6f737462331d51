// @ts-check
// Requests beside the offers, ours and theirs: MESSAGE, INFO and REFER, each with the OK or ERROR that has its transactionId,
// REFER also with the NOTIFYs that follow.

import { randomId } from "./roap_message.js";

/** @typedef {import("./roap_message.js").RoapMessage} RoapMessage */
/** @typedef {import("./roap_session.js").RoapSession} RoapSession */

/**
 * What becomes of a request of ours. taken: OK. refused: ERROR, and nothing follows. progress, final: how the call fares that a REFER has
 * asked for. lost: the connection went before anybody answered.
 * @typedef {{type: "taken" | "lost"} | {type: "refused" | "progress" | "final", message: RoapMessage}} RoapNews
 */

/**
 * Asks the relay or, in a call, the other side.
 * @typedef {(request: Partial<RoapMessage> & {messageType: string}, hear: (news: RoapNews) => void) => void} Ask
 */

/** One of theirs: taken or refused once. */
export class RoapRequest {
  /** @type {(rest: Partial<RoapMessage> & {messageType: string}) => void} */
  #answer;
  #answered = false;

  /**
   * @param {RoapMessage} message
   * @param {{session?: RoapSession | undefined, answer: (rest: Partial<RoapMessage> & {messageType: string}) => void}} options
   *   session: the one it is in
   */
  constructor(message, options) {
    this.message = message;
    this.session = options.session;
    this.#answer = options.answer;
  }

  take() {
    this.#once({ messageType: "OK" });
  }

  /** @param {number} status @param {string} reason */
  refuse(status, reason) {
    this.#once({ messageType: "ERROR", errorType: "REFUSED", status, reason });
  }

  /** @param {Partial<RoapMessage> & {messageType: string}} rest */
  #once(rest) {
    if (this.#answered) return;
    this.#answered = true;
    this.#answer(rest);
  }
}

const REQUESTS = ["MESSAGE", "INFO", "REFER"];
const ANSWERS = ["OK", "ERROR", "NOTIFY"];

export class RoapRequests {
  /** @type {(message: RoapMessage) => void} */
  #write;
  /**
   * Ours that wait, by their transactionId. The relay answers each within 20 s, and takes 32 at a time.
   * @type {Map<string, {session?: RoapSession, isRefer: boolean, hear: (news: RoapNews) => void}>}
   */
  #asked = new Map();

  /** @param {{write: (message: RoapMessage) => void}} options */
  constructor(options) {
    this.#write = options.write;
  }

  /**
   * @param {Partial<RoapMessage> & {messageType: string}} request
   * @param {{session?: RoapSession, hear: (news: RoapNews) => void}} options
   */
  ask(request, { session, hear }) {
    const transactionId = randomId();
    const isRefer = request.messageType === "REFER";
    this.#asked.set(transactionId, { ...(session === undefined ? {} : { session }), isRefer, hear });
    const message = { ...request, transactionId, seq: 0 };
    if (session === undefined) this.#write(message);
    else session.ask(message);
  }

  /** Whether the message answers one of ours. @param {RoapMessage} message */
  answered(message) {
    const { messageType, transactionId = "" } = message;
    const asked = this.#asked.get(transactionId);
    if (asked === undefined || !ANSWERS.includes(messageType)) return false;
    const isOver = messageType === "ERROR" || (messageType === "OK" && !asked.isRefer) ||
      (messageType === "NOTIFY" && message.moreComing !== true);
    if (isOver) this.#asked.delete(transactionId);
    asked.hear(
      messageType === "OK"
        ? { type: "taken" }
        : { type: messageType === "ERROR" ? "refused" : isOver ? "final" : "progress", message },
    );
    return true;
  }

  /**
   * The request of theirs that a message is.
   * @param {RoapMessage} message
   * @param {RoapSession | undefined} session
   */
  arrived(message, session) {
    const { messageType, transactionId } = message;
    if (transactionId === undefined || !REQUESTS.includes(messageType)) return undefined;
    return new RoapRequest(message, {
      session,
      answer: (rest) => {
        if (session === undefined) this.#write({ ...rest, transactionId, seq: 0 });
        else session.respond(message, { ...rest, transactionId });
      },
    });
  }

  /** Of a session that is over nobody tells more. */
  tidy() {
    for (const [id, { session }] of this.#asked) if (session?.state === "closed") this.#asked.delete(id);
  }

  /** The connection is gone. */
  reset() {
    const lost = [...this.#asked.values()];
    this.#asked.clear();
    for (const { hear } of lost) hear({ type: "lost" });
  }
}
