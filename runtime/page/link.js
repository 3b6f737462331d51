// @ts-check
// The WebSocket to the relay, kept alive: comes back by itself, ever more patiently, until it is closed on purpose.

/// <reference lib="dom" />

import { afterFailures, asTold } from "./patience.js";

const SUBPROTOCOL = "roap.ims";
/** Close codes of a relay that does not want us as we are: trying again by itself would change nothing. */
const POLICY_VIOLATION = 1008;
const LOGIN_OVER = 4401;
/** What a relay answers to a login that it will never take. */
const REFUSALS = [400, 401, 403];
/** And to one that it will take later. */
const BUSY = 503;

/**
 * retryAt: when the next attempt starts (epoch ms). reason: what the relay said when it closed, or "". unproved: it
 * wants to know anew who we are.
 * @typedef {{type: "connecting"} | {type: "online"} | {type: "waiting", retryAt: number, reason: string}
 *   | {type: "refused", reason: string, unproved: boolean}} LinkState
 */

export class Link {
  /** @type {string} */
  #url;
  /** @type {string} Where the same login gets an answer that a script may read. */
  #question;
  /** @type {() => string | undefined} */
  #token;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #closed = false;
  #retry = () => {
    if (this.state.type === "waiting") this.#connect();
  };

  /** @param {{user: string, token: () => string | undefined}} options token: undefined where a name is enough */
  constructor({ user, token }) {
    this.#token = token;
    const query = token() === undefined ? `?user=${encodeURIComponent(user)}` : "";
    this.#question = `/ladder${query}`;
    this.#url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws${query}`;
    /** @type {LinkState} */
    this.state = { type: "connecting" };
    /** @type {(state: LinkState) => void} */
    this.onState = () => {};
    /** @type {(text: string) => void} */
    this.onText = () => {};
  }

  start() {
    addEventListener("online", this.#retry);
    document.addEventListener("visibilitychange", this.#retry);
    this.#connect();
  }

  /** Tries at once instead of waiting. */
  retry() {
    if (this.state.type === "waiting" || this.state.type === "refused") this.#connect();
  }

  /** @param {string} text lost when not online: what it belonged to is lost with the connection anyway */
  send(text) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.#retry);
    document.removeEventListener("visibilitychange", this.#retry);
    this.#socket?.close(1000);
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#enter({ type: "connecting" });
    const token = this.#token();
    // A script cannot set its headers, but name subprotocols; no other place stays out of everybody's logs.
    const socket = new WebSocket(
      this.#url,
      token === undefined ? SUBPROTOCOL : [SUBPROTOCOL, `token.${token}`],
    );
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#failures = 0;
      this.#enter({ type: "online" });
    };
    socket.onmessage = (event) => {
      if (typeof event.data === "string") this.onText(event.data);
    };
    socket.onclose = (event) => {
      if (this.#closed || socket !== this.#socket) return;
      if (event.code === POLICY_VIOLATION || event.code === LOGIN_OVER) {
        const unproved = event.code === LOGIN_OVER;
        return this.#enter({ type: "refused", reason: event.reason, unproved });
      }
      if (!opened) this.#askWhy();
      this.#wait(afterFailures(this.#failures++), event.reason);
    };
  }

  /** @param {number} wait ms @param {string} reason */
  #wait(wait, reason) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#retry, wait);
    this.#enter({ type: "waiting", retryAt: Date.now() + wait, reason });
  }

  /** A WebSocket does not tell why it was not opened; the ladder, which takes the same logins, does. */
  async #askWhy() {
    const token = this.#token();
    const proof = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
    const response = await fetch(this.#question, proof).catch(() => undefined);
    if (response === undefined) return;
    const told = response.status === BUSY ? asTold(response.headers.get("retry-after")) : undefined;
    // A ladder that is given would never end.
    if (told === undefined && !REFUSALS.includes(response.status)) return response.body?.cancel();
    const reason = (await response.text().catch(() => "")).trim();
    if (this.#closed || this.state.type !== "waiting") return;
    if (told !== undefined) return this.#wait(told, reason);
    clearTimeout(this.#timer);
    this.#enter({ type: "refused", reason, unproved: token !== undefined && response.status === 401 });
  }

  /** @param {LinkState} state */
  #enter(state) {
    this.state = state;
    this.onState(state);
  }
}
