// @ts-check
// The telephone of one logged-in person: a connection to the relay, a call, perhaps another behind it, and texts.

import { Call } from "./call.js";
import { Link } from "./link.js";
import { Media } from "./media.js";
import { RoapEndpoint } from "./roap.js";
import { readDialled, shortName } from "./address.js";
import { explain } from "./outcome.js";
import { Texts } from "./texts.js";

/** @typedef {import("./link.js").LinkState} LinkState */
/** @typedef {import("./call.js").Outcome} Outcome */
/** @typedef {import("./roap_requests.js").RoapRequest} RoapRequest */
/** @typedef {import("./roap_session.js").RoapSession} RoapSession */

export class Phone {
  /** @type {Link} */
  #link;
  /** @type {RoapEndpoint} */
  #endpoint;
  /** @type {() => string | undefined} */
  #token;

  /** @param {{user: string, token: () => string | undefined}} options */
  constructor(options) {
    this.user = options.user;
    /** The one that is heard. @type {Call | undefined} */
    this.call = undefined;
    /** Whose other side waits while another is spoken with. @type {Call | undefined} */
    this.behind = undefined;
    /** How the last call ended, or why it could not begin. @type {Outcome | undefined} */
    this.outcome = undefined;
    /** Whom "call again" calls. */
    this.lastPeer = "";
    /** @type {() => void} */
    this.onChange = () => {};
    this.#token = options.token;
    this.#link = new Link(options);
    const endpoint = this.#endpoint = new RoapEndpoint({ send: (text) => this.#link.send(text) });
    this.texts = new Texts({
      ask: (message, hear) => endpoint.ask(message, { hear }),
      onChange: () => this.onChange(),
    });
    endpoint.onSession = (session, from) => this.#called(session, from);
    endpoint.onRequest = (request) => this.#asked(request);
    endpoint.onError = (error) => {
      this.outcome = { kind: "refused", text: explain(error, "the other side") };
      this.onChange();
    };
    this.#link.onText = (text) => this.#endpoint.receive(text);
    this.#link.onState = (state) => {
      if (state.type === "waiting" || state.type === "refused") {
        this.#endpoint.reset();
        this.behind?.lost();
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
    this.behind?.hangUp();
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
    this.#begin({ session: this.#endpoint.open(), peer: dialled.to, incoming: false }).dial();
  }

  /**
   * Has the other side call somebody else.
   * @param {string} typed
   * @returns {string} "" or why not
   */
  sendOn(typed) {
    const dialled = this.#readTarget(typed);
    if (typeof dialled === "string") return dialled;
    this.call?.transfers.ask(dialled);
    return "";
  }

  /**
   * Calls somebody else first, while the other side waits.
   * @param {string} typed
   * @returns {string} "" or why not
   */
  consult(typed) {
    const dialled = this.#readTarget(typed);
    if (typeof dialled === "string") return dialled;
    if (this.behind !== undefined) return "There is another call already.";
    this.#beginInFront(dialled.to, { isHeld: true }).dial();
    return "";
  }

  /** Has the one who waits take our place in the call. */
  connect() {
    const { call, behind } = this;
    if (call?.state !== "talking" || behind?.state !== "talking") return;
    behind.transfers.ask({ replaces: call.id, name: call.name });
  }

  /** Calls whom the other side has asked us to call, while that side waits for what comes of it. */
  follow() {
    const target = this.call?.transfers.follow();
    if (target === undefined || this.call === undefined) return;
    const { to: peer, referToken } = target;
    this.#beginInFront(peer, { isHeld: false }).dial({ referToken });
  }

  /** @param {string} peer @param {{isHeld: boolean}} options isHeld: whoever waits is told */
  #beginInFront(peer, options) {
    const waiting = this.call;
    this.behind = waiting;
    const call = this.#begin({ session: this.#endpoint.open(), peer, incoming: false });
    waiting?.background(true, options);
    return call;
  }

  /** @param {string} typed @returns {string | {to: string}} */
  #readTarget(typed) {
    if (this.call?.state !== "talking" || this.call.transfers.ours !== undefined) {
      return "That is not possible now.";
    }
    const dialled = readDialled(typed);
    if ("problem" in dialled) return dialled.problem;
    this.call.tell("");
    return dialled;
  }

  /**
   * @param {RoapSession} session
   * @param {string} from
   */
  #called(session, from) {
    if (this.call !== undefined) {
      session.onEvent = (event) => {
        if (event.type === "offer" || event.type === "asked") session.refuse(486, "Busy here");
      };
      return;
    }
    this.#begin({ session, peer: from, incoming: true });
  }

  /** @param {RoapRequest} request */
  #asked(request) {
    const { message: { messageType }, session } = request;
    const call = [this.call, this.behind].find((each) => session !== undefined && each?.has(session));
    if (messageType === "MESSAGE") return this.texts.arrived(request, call?.peer);
    if (call === undefined) return request.refuse(481, "No such call");
    if (messageType === "INFO") return call.keys.arrived(request);
    if (this.behind !== undefined || call.state !== "talking") return request.refuse(486, "Busy here");
    call.transfers.arrived(request);
  }

  /** @param {{session: RoapSession, peer: string, incoming: boolean}} options */
  #begin({ session, peer, incoming }) {
    const call = new Call({
      session,
      media: new Media(),
      ask: (request, hear) => this.#endpoint.ask(request, { session, hear }),
      peer,
      incoming,
    });
    this.call = call;
    this.outcome = undefined;
    call.onChange = () => {
      if (call.state === "over") this.#ended(call);
      this.#bringForward();
      this.#passOn();
      this.onChange();
    };
    this.onChange();
    return call;
  }

  /** @param {Call} call */
  #ended(call) {
    const text = call.outcome?.text ?? "";
    if (call === this.behind) {
      this.behind = undefined;
      return this.call?.tell(text);
    }
    if (call !== this.call) return;
    this.call = this.behind;
    this.behind = undefined;
    if (this.call === undefined) {
      this.outcome = call.outcome;
      this.lastPeer = shortName(call.peer) === this.user ? "" : call.peer;
      return;
    }
    this.call.tell(text);
  }

  /** What happens behind is read in front. */
  #passOn() {
    const news = this.behind?.news ?? "";
    if (this.behind === undefined || news === "") return;
    this.behind.news = "";
    this.call?.tell(news);
  }

  /** Nobody is in front of the one who waited: he is heard again, unless he is about to be sent on. */
  #bringForward() {
    const { call } = this;
    if (call?.isBehind && call.transfers.ours === undefined) call.background(false);
  }
}
