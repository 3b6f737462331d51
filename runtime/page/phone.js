// @ts-check
// The telephone of one logged-in person: a connection to the relay and at most one call.

import { Call } from "./call.js";
import { Link } from "./link.js";
import { Media } from "./media.js";
import { RoapEndpoint } from "./roap.js";
import { readDialled, shortName } from "./address.js";
import { explain } from "./outcome.js";

/** @typedef {import("./link.js").LinkState} LinkState */
/** @typedef {import("./call.js").Outcome} Outcome */

export class Phone {
  /** @type {Link} */
  #link;
  /** @type {RoapEndpoint} */
  #endpoint;
  /** @type {HTMLAudioElement} */
  #audio;

  /** @type {() => string | undefined} */
  #token;

  /** @param {{user: string, token: () => string | undefined, audio: HTMLAudioElement}} options */
  constructor(options) {
    this.user = options.user;
    this.#audio = options.audio;
    /** @type {Call | undefined} */
    this.call = undefined;
    /** How the last call ended, or why it could not begin. @type {Outcome | undefined} */
    this.outcome = undefined;
    /** Whom "call again" calls. */
    this.lastPeer = "";
    /** @type {() => void} */
    this.onChange = () => {};
    this.#token = options.token;
    this.#link = new Link(options);
    this.#endpoint = new RoapEndpoint({ send: (text) => this.#link.send(text) });
    this.#endpoint.onSession = (session, from) => this.#called(session, from);
    this.#endpoint.onError = (error) => {
      this.outcome = { kind: "refused", text: explain(error, "the other side") };
      this.onChange();
    };
    this.#link.onText = (text) => this.#endpoint.receive(text);
    this.#link.onState = (state) => {
      if (state.type === "waiting" || state.type === "refused") {
        this.#endpoint.reset();
        this.call?.lost();
      }
      this.onChange();
    };
  }

  /** @returns {LinkState} */
  get link() {
    return this.#link.state;
  }

  start() {
    this.#link.start();
  }

  /** Tries to connect at once. */
  reconnect() {
    this.#link.retry();
  }

  /** There is a fresh token: with it the login goes on, and what goes on over it. */
  renew() {
    this.#link.send(JSON.stringify({ token: this.#token() }));
  }

  stop() {
    this.call?.hangUp();
    this.#link.close();
  }

  /** @param {string} typed */
  dial(typed) {
    if (this.call !== undefined || this.link.type !== "online") return;
    const dialled = readDialled(typed);
    if ("problem" in dialled) {
      this.outcome = { kind: "refused", text: dialled.problem };
      return this.onChange();
    }
    this.#begin(
      new Call({ session: this.#endpoint.open(), media: this.#media(), peer: dialled.to, incoming: false }),
    ).dial();
  }

  /**
   * @param {import("./roap_session.js").RoapSession} session
   * @param {string} from
   */
  #called(session, from) {
    if (this.call !== undefined) {
      session.onEvent = (event) => {
        if (event.type === "offer" || event.type === "asked") session.refuse(486, "Busy here");
      };
      return;
    }
    this.#begin(new Call({ session, media: this.#media(), peer: from, incoming: true }));
  }

  /** @param {Call} call */
  #begin(call) {
    this.call = call;
    this.outcome = undefined;
    call.onChange = () => {
      if (call.state === "over") {
        this.call = undefined;
        this.outcome = call.outcome;
        this.lastPeer = shortName(call.peer) === this.user ? "" : call.peer;
      }
      this.onChange();
    };
    this.onChange();
    return call;
  }

  #media() {
    return new Media({ audio: this.#audio });
  }
}
