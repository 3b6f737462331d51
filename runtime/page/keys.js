// @ts-check
// The keys of one call: those that are pressed here go out one after the other, or they could overtake each other on their way;
// those of the other side are shown.

import { words } from "./outcome.js";

/** @typedef {import("./roap_requests.js").RoapRequest} RoapRequest */
/** @typedef {import("./roap_requests.js").Ask} Ask */

const KEY = /^[0-9*#A-D]$/;
const DURATION_MS = 160;
/** As many as are shown. */
const MOST_SHOWN = 32;
/** Pressed but not on their way yet: more are not taken. */
const MOST_WAITING = 32;

export class Keys {
  /** @type {Ask} */
  #ask;
  /** @type {() => void} */
  #onChange;
  /** @type {string[]} */
  #waiting = [];
  #isBusy = false;

  /** @param {{ask: Ask, onChange: () => void}} options */
  constructor(options) {
    this.#ask = options.ask;
    this.#onChange = options.onChange;
    /** The last ones of ours. */
    this.pressed = "";
    /** The last ones of theirs. */
    this.heard = "";
    /** Why ours are not taken, in the other side's own words, or "". */
    this.refusal = "";
  }

  /** @param {string} signal 0 to 9, *, #, A to D */
  press(signal) {
    if (!KEY.test(signal) || this.#waiting.length >= MOST_WAITING) return;
    this.pressed = tail(this.pressed + signal);
    this.#waiting.push(signal);
    this.#next();
    this.#onChange();
  }

  /** @param {RoapRequest} request an INFO of theirs */
  arrived(request) {
    const { info } = request.message;
    if (info === undefined || info.type.toUpperCase() !== "DTMF" || !KEY.test(info.signal)) {
      return request.refuse(415, "This page understands keys alone");
    }
    request.take();
    this.heard = tail(this.heard + info.signal);
    this.#onChange();
  }

  #next() {
    if (this.#isBusy) return;
    const signal = this.#waiting.shift();
    if (signal === undefined) return;
    this.#isBusy = true;
    this.#ask({ messageType: "INFO", info: { type: "DTMF", signal, duration: DURATION_MS } }, (news) => {
      this.#isBusy = false;
      this.refusal = news.type === "refused" ? words(news.message) : "";
      // A number with a key missing is a wrong number.
      if (news.type !== "taken") this.#waiting = [];
      this.#next();
      this.#onChange();
    });
  }
}

/** @param {string} keys */
function tail(keys) {
  return keys.slice(-MOST_SHOWN);
}
