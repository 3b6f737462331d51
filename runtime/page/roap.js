// @ts-check
// The browser's end of ROAP: finds the session that a message belongs to, and opens one when somebody calls. Knows neither
// media nor the DOM.

import { readRoap } from "./roap_message.js";
import { RoapRequests } from "./roap_requests.js";
import { RoapSession } from "./roap_session.js";

/** @typedef {import("./roap_message.js").RoapMessage} RoapMessage */
/** @typedef {import("./roap_requests.js").RoapRequest} RoapRequest */

export class RoapEndpoint {
  /** @type {(text: string) => void} */
  #send;
  /** @type {Set<RoapSession>} */
  #sessions = new Set();
  #requests = new RoapRequests({ write: (message) => this.#write(message) });

  /** @param {{send: (text: string) => void}} options */
  constructor(options) {
    this.#send = options.send;
    /** A call from somebody: attach to its onEvent; its first "offer" or "asked" event follows at once. @type {(session: RoapSession, from: string) => void} */
    this.onSession = () => {};
    /** An ERROR that belongs to no session. @type {(error: RoapMessage) => void} */
    this.onError = () => {};
    /** Somebody asks for something beside the offers: it has to be taken or refused. @type {(request: RoapRequest) => void} */
    this.onRequest = (request) => request.refuse(501, "Not implemented");
  }

  /** @returns {RoapSession} one of our own, idle */
  open() {
    return this.#add({});
  }

  /**
   * Asks for something beside the offers.
   * @param {Partial<RoapMessage> & {messageType: string}} request
   * @param {{session?: RoapSession, hear: (news: import("./roap_requests.js").RoapNews) => void}} options session: the one it is in
   */
  ask(request, options) {
    this.#requests.ask(request, options);
  }

  /** The connection is gone, and with it every session. */
  reset() {
    for (const session of this.#sessions) session.state = "closed";
    this.#sessions.clear();
    this.#requests.reset();
  }

  /** @param {string} text */
  receive(text) {
    const message = readRoap(text);
    if (message === undefined) return;
    const known = this.#find(message);
    if (this.#requests.answered(message)) return;
    const request = this.#requests.arrived(message, known);
    if (request !== undefined) return this.onRequest(request);
    const session = known ?? this.#accept(message);
    if (session !== undefined) {
      session.receive(message);
      for (const each of this.#sessions) if (each.state === "closed") this.#sessions.delete(each);
      this.#requests.tidy();
    } else if (message.messageType === "ERROR") {
      // What answers a request that nobody waits for any more concerns nobody.
      if (message.transactionId === undefined) this.onError(message);
    } else if (["OFFER", "ANSWER", "SHUTDOWN"].includes(message.messageType)) {
      this.#write({ ...ids(message), messageType: "ERROR", seq: message.seq, errorType: "NOMATCH" });
    }
  }

  /** @param {RoapMessage} message */
  #find(message) {
    const { offererSessionId: offerer, answererSessionId: answerer } = message;
    for (const session of this.#sessions) {
      if (session.state === "closed") continue;
      if (offerer === session.localId || answerer === session.localId) return session;
      // Before our first message the other side cannot know our id.
      if (answerer === undefined && offerer !== undefined && offerer === session.remoteId) return session;
    }
    return undefined;
  }

  /** @param {RoapMessage} message */
  #accept(message) {
    const { messageType, sdp } = message;
    const opens = messageType === "OFFER_REQUEST" || (messageType === "OFFER" && sdp !== undefined);
    if (!opens || message.answererSessionId !== undefined) return undefined;
    if (!message.offererSessionId || message.seq === 0) return undefined;
    const session = this.#add({ remoteId: message.offererSessionId });
    this.onSession(session, message.from ?? "");
    return session;
  }

  /** @param {{remoteId?: string}} options */
  #add(options) {
    const session = new RoapSession({ ...options, send: (message) => this.#write(message) });
    this.#sessions.add(session);
    return session;
  }

  /** @param {RoapMessage} message */
  #write(message) {
    // What is beside the offers has none.
    const { seq, ...rest } = message;
    this.#send(JSON.stringify(seq === 0 ? rest : message));
  }
}

/** @param {RoapMessage} message */
function ids(message) {
  return {
    ...(message.offererSessionId ? { offererSessionId: message.offererSessionId } : {}),
    ...(message.answererSessionId ? { answererSessionId: message.answererSessionId } : {}),
  };
}
