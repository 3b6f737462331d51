// @ts-check
// What the relay tells about its messages, put in order: calls, the time since each began, what was sent again.

/// <reference lib="dom" />

const MOST_CALLS = 30;
const MOST_MESSAGES = 500;

/**
 * One line of the relay's feed. time: epoch ms. direction: seen from the relay.
 * @typedef {{time: number, call: number, direction: "in" | "out", protocol: "ROAP" | "SIP", peer: string,
 *   title: string, text: string}} LadderLine
 */

/**
 * A line in its call. after: ms since the call's first line. repeat: 1 for the first time it is sent again, else 0.
 * bad: it says no.
 * @typedef {{line: LadderLine, after: number, repeat: number, bad: boolean}} LadderMessage
 * @typedef {{call: number, start: number, party: string, messages: LadderMessage[], left: number}} LadderCall
 */

export class Ladder {
  /** Newest last. @type {LadderCall[]} */
  calls = [];

  /** A line is new: the call it belongs to, and its place in it. @type {(call: LadderCall, message: LadderMessage) => void} */
  onMessage = () => {};
  /** A call was begun or dropped. @type {() => void} */
  onCalls = () => {};

  clear() {
    this.calls = [];
    this.onCalls();
  }

  /** @param {string} text of the feed */
  receive(text) {
    const line = readLine(text);
    if (line === undefined) return;
    let call = this.calls.find((each) => each.call === line.call);
    const fresh = call === undefined;
    if (call === undefined) {
      call = { call: line.call, start: line.time, party: "", messages: [], left: 0 };
      this.calls.push(call);
      if (this.calls.length > MOST_CALLS) this.calls.shift();
    }
    const named = call.party === "" && (call.party = party(line)) !== "";
    if (fresh || named) this.onCalls();
    if (call.messages.length >= MOST_MESSAGES) {
      call.left += 1;
      return;
    }
    const same = call.messages.filter(({ line: { protocol, direction, peer, text } }) =>
      protocol === line.protocol && direction === line.direction && peer === line.peer && text === line.text
    );
    // A feed that was broken may tell again what it told before.
    if (same.some((message) => message.line.time === line.time)) return;
    const message = {
      line,
      after: Math.max(0, line.time - call.start),
      repeat: same.length,
      bad: line.protocol === "ROAP" ? line.title.startsWith("ERROR") : /^[3-6]\d\d/.test(line.title),
    };
    call.messages.push(message);
    this.onMessage(call, message);
  }
}

/** The feed itself; comes back by itself when it breaks. */
export class LadderFeed {
  /** @type {EventSource | undefined} */
  #source;
  /** @type {Ladder} */
  #ladder;
  /** @type {string} */
  #user;
  /** @type {() => string | undefined} */
  #token;

  /** @param {{user: string, token: () => string | undefined, ladder: Ladder}} options */
  constructor(options) {
    this.#user = options.user;
    this.#token = options.token;
    this.#ladder = options.ladder;
  }

  /** Opens it unless it is open, e.g. whenever the WebSocket is: an answer other than 200 closes it for good. */
  open() {
    if (this.#source !== undefined && this.#source.readyState !== EventSource.CLOSED) return;
    const token = this.#token();
    // An EventSource has no other place for it.
    const query = token === undefined ? `user=${encodeURIComponent(this.#user)}` : `access_token=${token}`;
    this.#source = new EventSource(`/ladder?${query}`);
    this.#source.onmessage = (event) => this.#ladder.receive(event.data);
  }

  close() {
    this.#source?.close();
  }
}

/** @param {number} after ms @returns {string} 7, 1204, 12.3 s */
export function stamp(after) {
  const whole = Math.round(after);
  return whole < 10_000 ? String(whole) : `${(whole / 1000).toFixed(1)} s`;
}

/**
 * A message's text for reading: of a ROAP message its members, and its session description in lines.
 * @param {LadderLine} line
 * @returns {{text: string, sdp: string}}
 */
export function readable(line) {
  if (line.protocol === "SIP") return { text: line.text.replaceAll("\r\n", "\n"), sdp: "" };
  try {
    const { sdp, ...rest } = JSON.parse(line.text);
    if (typeof sdp !== "string") return { text: JSON.stringify({ ...rest, sdp }, undefined, 2), sdp: "" };
    return { text: JSON.stringify(rest, undefined, 2), sdp: sdp.replaceAll("\r\n", "\n") };
  } catch {
    return { text: line.text, sdp: "" };
  }
}

/** @param {string} text @returns {LadderLine | undefined} */
function readLine(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { time, call, direction, protocol, peer, title, text: content } = value;
  if (typeof time !== "number" || typeof call !== "number") return undefined;
  return {
    time,
    call,
    direction: direction === "in" ? "in" : "out",
    protocol: protocol === "SIP" ? "SIP" : "ROAP",
    peer: String(peer ?? ""),
    title: String(title ?? ""),
    text: String(content ?? ""),
  };
}

/** @param {LadderLine} line @returns {string} who is at the other end, as far as the browser's first OFFER says */
function party(line) {
  if (line.protocol !== "ROAP") return "";
  try {
    const { to, from } = JSON.parse(line.text);
    const address = line.direction === "in" ? to : from;
    return typeof address === "string" ? address : "";
  } catch {
    return "";
  }
}
