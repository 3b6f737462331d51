// @ts-check
// One call: a ROAP session and its sound, joined. Steps that touch the sound run one after the other.

import { duration, explain } from "./outcome.js";
import { shortName } from "./address.js";
import { Keys } from "./keys.js";
import { Transfers } from "./transfers.js";

/** @typedef {import("./roap_session.js").RoapSession} RoapSession */
/** @typedef {import("./roap_session.js").RoapEvent} RoapEvent */
/** @typedef {import("./media.js").Media} Media */
/** @typedef {import("./roap_requests.js").Ask} Ask */

/**
 * preparing: microphone and offer. calling: OFFER is out. ringing: the other side is alerted. progress: it sends
 * sound before answering. incoming: we are called. answering: microphone and answer. talking. over.
 * @typedef {"preparing" | "calling" | "ringing" | "progress" | "incoming" | "answering" | "talking" | "over"} CallState
 */

/**
 * How it ended. refused: it never came to a call, and the sentence says why.
 * @typedef {{kind: "refused" | "missed" | "ended", text: string}} Outcome
 */

export class Call {
  /** @type {RoapSession} */
  #session;
  /** @type {Media} */
  #media;
  /** @type {Promise<void>} */
  #steps = Promise.resolve();
  #restarting = false;
  /** Whether they are to be held; whether our last OFFER said so; whether they know. */
  #wantsHold = false;
  #offersHold = false;
  #hasHold = false;
  /** They called without an offer: ours is what accepts the call. */
  #asked = false;

  /**
   * @param {{session: RoapSession, media: Media, ask: Ask, peer: string, incoming: boolean}} options ask: inside the
   *   session. peer: their address
   */
  constructor(options) {
    this.#session = options.session;
    this.#media = options.media;
    this.peer = options.peer;
    this.name = shortName(options.peer);
    this.incoming = options.incoming;
    /** @type {CallState} */
    this.state = "preparing";
    /** When the call was answered, epoch ms; 0 before. */
    this.since = 0;
    /** Why the other side cannot hear us, or "". */
    this.silence = "";
    /** What is wrong with the sound's way, or "". */
    this.trouble = "";
    /** What else has just happened, or "". */
    this.news = "";
    /** Another call is in front of this one. */
    this.isBehind = false;
    /** @type {Outcome | undefined} */
    this.outcome = undefined;
    /** @type {() => void} */
    this.onChange = () => {};
    const { ask } = options;
    this.keys = new Keys({ ask, onChange: () => this.onChange() });
    this.transfers = new Transfers({
      ask,
      name: this.name,
      onChange: () => this.onChange(),
      onEnd: ({ state, text }) => state === "done" ? this.#finish("ended", text) : this.tell(text),
    });
    this.#session.onEvent = (event) => this.#receive(event);
    this.#media.onState = (state) => this.#soundChanged(state);
  }

  /** What the person has to know, or "". */
  get notice() {
    return [this.news, this.trouble, this.silence].filter((text) => text !== "").join(" ");
  }

  get muted() {
    return this.#media.muted;
  }

  /** How loud the other side is, 0…1. */
  get level() {
    return this.#media.level;
  }

  /** Whether a session is this call's. @param {RoapSession | undefined} session */
  has(session) {
    return session === this.#session;
  }

  /** @param {{referToken?: string}} [carriesOut] the transfer that it carries out, which says itself whom to call */
  dial({ referToken } = {}) {
    this.#step(async () => {
      await this.#listen();
      const sdp = await this.#media.offer();
      if (this.state !== "preparing") return;
      this.#session.offer(sdp, referToken === undefined ? { to: this.peer } : { referToken });
      this.#enter("calling");
    }, (error) => this.#finish("refused", `The browser could not prepare the call: ${error}`));
  }

  accept() {
    if (this.state !== "incoming") return;
    this.#enter("answering");
    this.#step(async () => {
      await this.#listen();
      const sdp = this.#asked ? await this.#media.offer() : await this.#media.answer();
      if (this.state !== "answering") return;
      if (this.#asked) return this.#session.offer(sdp);
      this.#session.answer(sdp);
      this.#talk();
    }, (error) => {
      this.#session.refuse(488, "The session description cannot be answered");
      this.#finish("refused", `The browser could not answer ${this.name}: ${error}`);
    });
  }

  /** Refuses, cancels or hangs up: whatever ends the call now. */
  hangUp() {
    if (this.state === "over") return;
    if (this.state === "incoming" || this.state === "answering") {
      this.#session.refuse(603, "Declined");
      return this.#finish("ended", `You declined ${this.name}’s call.`);
    }
    this.#session.shutdown();
    this.#finish(
      "ended",
      this.since === 0 ? `You cancelled the call to ${this.name}.` : `You hung up after ${this.#length()}.`,
    );
  }

  /** The connection to the relay is gone; nobody can be told. */
  lost() {
    this.#finish("ended", "The connection to the relay was lost, and the call with it.");
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.#media.mute(muted);
    this.onChange();
  }

  /**
   * Another call goes in front of this one, or is over.
   * @param {boolean} isBehind nobody hears the other
   * @param {{isHeld?: boolean}} [options] isHeld: the other side is told
   */
  background(isBehind, { isHeld = false } = {}) {
    if (this.state === "over") return;
    this.isBehind = isBehind;
    this.#wantsHold = isHeld;
    this.#media.background(isBehind);
    this.#catchUp();
    this.onChange();
  }

  /** Whether the other side has been told that it waits. */
  get isHeld() {
    return this.#wantsHold;
  }

  /** What names this call to whoever may take a place in it. */
  get id() {
    return this.#session.localId;
  }

  /** @param {string} news for the person */
  tell(news) {
    this.news = news;
    this.onChange();
  }

  /** @param {RoapEvent} event */
  #receive(event) {
    switch (event.type) {
      case "offer":
        return this.#offered(event.sdp);
      case "asked":
        return this.#wanted();
      case "ringing":
        return this.state === "calling" ? this.#enter("ringing") : undefined;
      case "progress":
        return this.#step(async () => {
          await this.#media.progress(event.fork, event.sdp);
          if (this.state === "calling" || this.state === "ringing") this.#enter("progress");
        }, () => this.#enter("ringing"));
      case "answer":
        return this.#answered(event.sdp);
      case "rejected":
        if (this.#restarting) {
          this.#say("The sound is lost, and the other side did not accept a new way for it.");
        }
        this.#restarting = false;
        // Who cannot be held hears silence.
        this.#hasHold = this.#wantsHold;
        return this.#step(() => this.#media.rollBack(), () => {});
      case "settled":
        // Their offer beat ours: ours comes again once theirs is done.
        return this.#catchUp();
      case "ended":
        return this.#ended(event);
    }
  }

  /** @param {string} sdp */
  #offered(sdp) {
    this.#step(async () => {
      if (await this.#media.offered(sdp)) {
        this.tell(`Somebody else has taken ${this.name}’s place in this call.`);
      }
      if (this.state === "preparing") {
        this.#session.ringing();
        return this.#enter("incoming");
      }
      this.#session.answer(await this.#media.answer());
    }, () => {
      const first = this.state === "preparing";
      this.#session.refuse(488, "Only WebRTC audio can be used here");
      if (first) {
        this.#finish(
          "missed",
          `${this.name} called, but with sound that a browser cannot use (no WebRTC), so the call was refused.`,
        );
      }
    });
  }

  #wanted() {
    if (this.state === "preparing") {
      this.#asked = true;
      this.#session.ringing();
      return this.#enter("incoming");
    }
    this.#step(
      async () => this.#session.offer(await this.#media.again()),
      () => this.#session.refuse(488, "The browser cannot make another offer"),
    );
  }

  /** @param {string} sdp */
  #answered(sdp) {
    this.#restarting = false;
    this.#hasHold = this.#offersHold;
    if (this.since === 0) this.#talk();
    this.#step(async () => {
      await this.#media.answered(sdp);
      this.#catchUp();
      if (this.#media.connected) this.#say("");
    }, () => {
      this.#say(`You are connected, but there is no sound: ${this.name}’s side does not speak WebRTC.`);
    });
  }

  /** @param {RoapEvent & {type: "ended"}} event */
  #ended(event) {
    const { message } = event;
    const why = (message.status ?? 0) >= 300 || event.by === "error" ? ` ${explain(message, this.name)}` : "";
    if (this.incoming && this.since === 0) {
      return this.#finish("missed", `You missed a call from ${this.name}.`);
    }
    if (this.since !== 0) {
      const text = why === ""
        ? `${this.name} hung up after ${this.#length()}.`
        : `The call ended after ${this.#length()}.${why}`;
      return this.#finish("ended", text);
    }
    this.#finish(
      "refused",
      why === "" ? `The call to ${this.name} was ended before it was answered.` : why.trim(),
    );
  }

  /** @param {"connected" | "disconnected" | "failed"} state */
  #soundChanged(state) {
    if (state === "connected") return this.#say("");
    if (this.state !== "talking") return;
    this.#say(
      state === "disconnected"
        ? "The sound is interrupted. Waiting for it to come back …"
        : "The sound is lost. Looking for another way …",
    );
    // One side is enough to look for a new way: the one that called.
    if (state === "failed" && !this.incoming) {
      this.#restarting = true;
      this.#catchUp();
    }
  }

  /** Offers what is to be changed and has not been yet, unless something else is being settled: then after that. */
  #catchUp() {
    if (!this.#isUnsettled()) return;
    this.#step(async () => {
      if (!this.#isUnsettled()) return;
      const isHeld = this.#wantsHold;
      this.#media.hold(isHeld);
      const sdp = await (this.#restarting ? this.#media.restart() : this.#media.again());
      if (this.#session.state !== "idle") return;
      this.#offersHold = isHeld;
      this.#session.offer(sdp);
    }, () => this.#say("The sound is lost."));
  }

  #isUnsettled() {
    return this.since !== 0 && this.#session.state === "idle" &&
      (this.#restarting || this.#wantsHold !== this.#hasHold);
  }

  #talk() {
    this.since = Date.now();
    this.#enter("talking");
  }

  #length() {
    return duration((Date.now() - this.since) / 1000);
  }

  async #listen() {
    this.silence = await this.#media.listen();
    this.onChange();
  }

  /** @param {string} trouble */
  #say(trouble) {
    this.trouble = trouble;
    this.onChange();
  }

  /** @param {CallState} state */
  #enter(state) {
    if (this.state === "over") return;
    this.state = state;
    this.onChange();
  }

  /** @param {Outcome["kind"]} kind @param {string} text */
  #finish(kind, text) {
    if (this.state === "over") return;
    this.outcome = { kind, text };
    this.state = "over";
    this.transfers.end();
    this.#session.shutdown();
    this.#media.close();
    this.onChange();
  }

  /**
   * @param {() => Promise<void>} step
   * @param {(error: unknown) => void} failed what to do when the browser cannot
   */
  #step(step, failed) {
    this.#steps = this.#steps.then(async () => {
      if (this.state === "over") return;
      try {
        await step();
      } catch (error) {
        if (this.#isOver()) return;
        failed(error instanceof Error ? error.message : error);
      }
    });
  }

  /** Asked anew: the state changes while a step waits, which the type checker cannot see. */
  #isOver() {
    return this.state === "over";
  }
}
