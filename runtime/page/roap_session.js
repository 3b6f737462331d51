// @ts-check
// One ROAP session as the browser's end of it sees it, with all its rules: seq, glare, tokens. A session description is a
// string to it.

import { randomId, randomTieBreaker } from "./roap_message.js";

/** @typedef {import("./roap_message.js").RoapMessage} RoapMessage */

/**
 * idle: no offer is pending. offered: theirs is, and we have not answered. asked: they want one of ours. The rest are the draft's own.
 * @typedef {"idle" | "offered" | "asked" | "waitingForAnswer" | "waitingForOk" | "shuttingDown" | "closed"} RoapState
 */

/**
 * What a session tells its user.
 * asked: an offer of ours is wanted (the first time it opens the session, as an offer does). offer: theirs, to be answered (the first one opens the session; dropped: it beat one of ours).
 * waiting, ringing: nothing to apply yet. progress: a provisional answer. answer: the final one.
 * settled: our answer is confirmed. rejected: our re-OFFER failed, the session goes on. ended: it is over.
 * @typedef {{type: "offer", sdp: string, dropped: boolean}
 *   | {type: "waiting" | "settled" | "asked"}
 *   | {type: "ringing", fork: string}
 *   | {type: "progress", fork: string, sdp: string}
 *   | {type: "answer", fork: string, sdp: string}
 *   | {type: "rejected", error: RoapMessage}
 *   | {type: "ended", by: "error" | "shutdown", message: RoapMessage}} RoapEvent
 */

export class RoapSession {
  /** @type {(message: RoapMessage) => void} */
  #send;
  /** @type {string} */
  #sessionToken = "";
  /** @type {string} */
  #responseToken = "";
  #tieBreaker = 0;
  /** The pending offer: its description if it is ours, and its two ids. */
  #sdp = "";
  #offererId = "";
  #answererId = "";
  #seq = 0;
  #confirmed = false;

  /** @param {{send: (message: RoapMessage) => void, remoteId?: string}} options remoteId: the caller's, when called */
  constructor(options) {
    this.#send = options.send;
    this.remoteId = options.remoteId ?? "";
    this.localId = randomId();
    /** @type {RoapState} */
    this.state = "idle";
    /** @type {(event: RoapEvent) => void} */
    this.onEvent = () => {};
  }

  /** True once an ANSWER stood: what follows are changes of a running call. */
  get confirmed() {
    return this.#confirmed;
  }

  /**
   * Sends OFFER: the first opens the session, a later one changes it.
   * @param {string} sdp
   * @param {{to?: string, referToken?: string}} [whom] in the first only: whom to call, or the REFER that says so
   */
  offer(sdp, whom = {}) {
    if (this.state !== "idle" && this.state !== "asked") throw new Error(`Offer in state ${this.state}`);
    this.#sdp = sdp;
    this.#tieBreaker = randomTieBreaker();
    this.#offererId = this.localId;
    this.#answererId = this.remoteId;
    this.#seq += 1;
    this.state = "waitingForAnswer";
    this.#write({
      messageType: "OFFER",
      seq: this.#seq,
      tieBreaker: this.#tieBreaker,
      sdp,
      ...whom,
    });
  }

  /** @param {RoapMessage} request one of ours beside the offers: it gets the ids of the session */
  ask(request) {
    this.#stamp({ ...request, offererSessionId: this.localId, answererSessionId: this.remoteId });
  }

  /** @param {RoapMessage} request one of theirs beside the offers @param {Partial<RoapMessage> & {messageType: string}} rest */
  respond(request, rest) {
    this.#responseToken = request.setResponseToken ?? "";
    this.#reply(request, rest);
  }

  /** Says that the person called is being alerted. */
  ringing() {
    if (this.state === "offered" || this.state === "asked") {
      this.#write({ messageType: "RINGING", seq: this.#seq });
    }
  }

  /** @param {string} sdp the final answer to their offer */
  answer(sdp) {
    if (this.state !== "offered") return;
    this.state = "waitingForOk";
    this.#confirmed = true;
    this.#write({ messageType: "ANSWER", seq: this.#seq, sdp });
  }

  /**
   * Turns their pending offer, or their wish for one, down. The first one takes the session with it.
   * @param {number} status
   * @param {string} reason
   */
  refuse(status, reason) {
    if (this.state !== "offered" && this.state !== "asked") return;
    this.state = this.#confirmed ? "idle" : "closed";
    this.#write({ messageType: "ERROR", seq: this.#seq, errorType: "REFUSED", status, reason });
  }

  /** Ends the session, whatever its state. */
  shutdown() {
    if (this.state === "shuttingDown" || this.state === "closed") return;
    if (this.#seq === 0) {
      // Nobody has heard of it yet.
      this.state = "closed";
      return;
    }
    this.#seq += 1;
    this.#offererId = this.localId;
    this.#answererId = this.remoteId;
    this.state = "shuttingDown";
    this.#write({ messageType: "SHUTDOWN", seq: this.#seq });
  }

  /** @param {RoapMessage} message one that the endpoint found to be ours */
  receive(message) {
    if (message.setSessionToken) this.#sessionToken = message.setSessionToken;
    this.#responseToken = message.setResponseToken ?? "";
    switch (message.messageType) {
      case "OFFER":
        return this.#receiveOffer(message);
      case "OFFER_REQUEST":
        return this.#receiveRequest(message);
      case "ANSWER":
        return this.#receiveAnswer(message);
      case "RINGING":
      case "PRANSWER":
      case "WAITING":
        return this.#receiveProgress(message);
      case "OK":
        return this.#receiveOk(message);
      case "ERROR":
        return this.#receiveError(message);
      case "SHUTDOWN":
        this.#reply(message, { messageType: "OK" });
        return this.#end("shutdown", message);
    }
  }

  /** @param {RoapMessage} message */
  #receiveOffer(message) {
    const offererId = message.offererSessionId ?? "";
    if (this.state === "shuttingDown" || !message.sdp) return this.#fail(message, "NOMATCH");
    let dropped = false;
    if (this.state === "waitingForAnswer") {
      // Two first OFFERs that cross are two calls, not glare.
      if (!this.#confirmed || message.seq < this.#seq) return this.#fail(message, "NOMATCH");
      const theirs = message.tieBreaker ?? 0;
      if (message.seq === this.#seq && theirs < this.#tieBreaker) return this.#fail(message, "CONFLICT");
      if (message.seq === this.#seq && theirs === this.#tieBreaker) {
        this.#fail(message, "DOUBLECONFLICT");
        return this.#offerAgain();
      }
      dropped = true;
    } else if (message.seq <= this.#seq) {
      return this.#fail(message, "NOMATCH");
    }
    this.#seq = message.seq;
    this.#offererId = offererId;
    this.#answererId = this.localId;
    this.remoteId = offererId;
    this.state = "offered";
    this.onEvent({ type: "offer", sdp: message.sdp, dropped });
  }

  /** @param {RoapMessage} message */
  #receiveRequest(message) {
    // An offer of ours that is on its way is what they want.
    if (this.state !== "idle" || message.seq <= this.#seq) return;
    this.#seq = message.seq;
    this.#offererId = message.offererSessionId ?? "";
    this.#answererId = this.localId;
    this.remoteId = this.#offererId;
    this.state = "asked";
    this.onEvent({ type: "asked" });
  }

  /** @param {RoapMessage} message */
  #receiveAnswer(message) {
    const fork = message.answererSessionId ?? "";
    const ours = message.offererSessionId === this.localId && message.seq === this.#seq;
    if (this.state !== "waitingForAnswer" || !ours || !fork || !message.sdp) {
      return this.#fail(message, "NOMATCH");
    }
    this.remoteId = fork;
    if (message.moreComing) {
      // They may have to hear that it has come.
      this.#reply(message, { messageType: "PRANSWER" });
      return this.onEvent({ type: "progress", fork, sdp: message.sdp });
    }
    this.state = "idle";
    this.#confirmed = true;
    this.#reply(message, { messageType: "OK" });
    this.onEvent({ type: "answer", fork, sdp: message.sdp });
  }

  /** @param {RoapMessage} message */
  #receiveProgress(message) {
    if (this.state !== "waitingForAnswer" || message.seq !== this.#seq || this.#confirmed) return;
    if (message.messageType === "WAITING") return this.onEvent({ type: "waiting" });
    const fork = message.answererSessionId ?? "";
    if (fork) this.remoteId = fork;
    if (message.messageType === "RINGING" && fork) this.#reply(message, { messageType: "PRANSWER" });
    // RINGING may have a description, PRANSWER may have none.
    if (message.sdp) this.onEvent({ type: "progress", fork, sdp: message.sdp });
    else this.onEvent({ type: "ringing", fork });
  }

  /** @param {RoapMessage} message */
  #receiveOk(message) {
    if (message.seq !== this.#seq) return;
    if (this.state === "shuttingDown") {
      this.state = "closed";
    } else if (this.state === "waitingForOk") {
      this.state = "idle";
      this.onEvent({ type: "settled" });
    }
  }

  /** @param {RoapMessage} message */
  #receiveError(message) {
    if (message.seq !== 0 && message.seq !== this.#seq) return;
    if (this.state === "shuttingDown") {
      this.state = "closed";
    } else if (message.errorType === "DOUBLECONFLICT" && this.state === "waitingForAnswer") {
      this.#offerAgain();
    } else if (message.errorType === "CONFLICT" && this.state === "waitingForAnswer" && this.#confirmed) {
      // Their offer is on its way and wins: it ends the waiting.
    } else if (this.state === "waitingForAnswer" && this.#confirmed) {
      this.state = "idle";
      this.onEvent({ type: "rejected", error: message });
    } else if (this.state === "asked" && this.#confirmed) {
      this.state = "idle";
    } else if (this.state !== "idle") {
      this.#end("error", message);
    }
  }

  #offerAgain() {
    this.state = "idle";
    this.offer(this.#sdp);
  }

  /**
   * @param {"error" | "shutdown"} by
   * @param {RoapMessage} message
   */
  #end(by, message) {
    const heard = this.state !== "shuttingDown";
    this.state = "closed";
    if (heard) this.onEvent({ type: "ended", by, message });
  }

  /** @param {RoapMessage} message @param {string} errorType */
  #fail(message, errorType) {
    this.#reply(message, { messageType: "ERROR", errorType });
  }

  /** @param {RoapMessage} to its ids and seq are copied @param {Partial<RoapMessage> & {messageType: string}} rest */
  #reply(to, rest) {
    /** @type {RoapMessage} */
    const reply = { ...rest, seq: to.seq };
    if (to.offererSessionId) reply.offererSessionId = to.offererSessionId;
    if (to.answererSessionId) reply.answererSessionId = to.answererSessionId;
    else if (to.offererSessionId !== this.localId) reply.answererSessionId = this.localId;
    this.#stamp(reply);
  }

  /** @param {RoapMessage} message gets the ids of the pending offer */
  #write(message) {
    message.offererSessionId = this.#offererId;
    if (this.#answererId) message.answererSessionId = this.#answererId;
    this.#stamp(message);
  }

  /** @param {RoapMessage} message */
  #stamp(message) {
    if (this.#sessionToken) message.sessionToken = this.#sessionToken;
    if (this.#responseToken) message.responseToken = this.#responseToken;
    this.#responseToken = "";
    this.#send(message);
  }
}
