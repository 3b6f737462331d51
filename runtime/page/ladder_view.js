// @ts-check
// The ladder on the screen: a sequence diagram that grows, one call at a time.

/// <reference lib="dom" />

import { readable, stamp } from "./ladder.js";
import { shortName } from "./address.js";

/** @typedef {import("./ladder.js").Ladder} Ladder */
/** @typedef {import("./ladder.js").LadderCall} LadderCall */
/** @typedef {import("./ladder.js").LadderMessage} LadderMessage */

/** Within this many pixels of the end a reader is taken to follow what comes. */
const FOLLOW_PIXELS = 80;

export class LadderView {
  /** @type {Ladder} */
  #ladder;
  #shown = 0;
  #messages = /** @type {HTMLOListElement} */ (document.getElementById("messages"));
  #chooser = /** @type {HTMLSelectElement} */ (document.getElementById("ladder-call"));
  #empty = /** @type {HTMLElement} */ (document.getElementById("ladder-empty"));
  #diagram = /** @type {HTMLElement} */ (document.getElementById("ladder"));
  #left = /** @type {HTMLElement} */ (document.getElementById("ladder-left"));

  /** @param {{ladder: Ladder}} options */
  constructor(options) {
    this.#ladder = options.ladder;
    this.#ladder.onCalls = () => this.#listCalls();
    this.#ladder.onMessage = (call, message) => this.#add(call, message);
    this.#chooser.addEventListener("change", () => this.#show(Number(this.#chooser.value)));
    this.#listCalls();
  }

  #listCalls() {
    const { calls } = this.#ladder;
    this.#empty.hidden = calls.length > 0;
    this.#diagram.hidden = this.#chooser.hidden = calls.length === 0;
    this.#chooser.replaceChildren(
      ...calls.toReversed().map((call) => new Option(label(call), String(call.call))),
    );
    const newest = calls.at(-1)?.call ?? 0;
    // A new call is what one wants to see; a name that became known later moves nothing.
    const known = calls.some((call) => call.call === this.#shown);
    if (!known || calls.at(-1)?.messages.length === 0) this.#show(newest);
    this.#chooser.value = String(this.#shown);
  }

  /** @param {number} number */
  #show(number) {
    this.#shown = number;
    const call = this.#ladder.calls.find((each) => each.call === number);
    this.#messages.replaceChildren(...(call?.messages ?? []).map(row));
    this.#tellLeft(call);
  }

  /** @param {LadderCall} call @param {LadderMessage} message */
  #add(call, message) {
    if (call.call !== this.#shown) return;
    const list = this.#messages;
    const following = list.scrollHeight - list.scrollTop - list.clientHeight < FOLLOW_PIXELS;
    list.append(row(message));
    if (following) list.scrollTop = list.scrollHeight;
    this.#tellLeft(call);
  }

  /** @param {LadderCall | undefined} call */
  #tellLeft(call) {
    this.#left.hidden = !call?.left;
    this.#left.textContent = `${call?.left ?? 0} later messages are not shown.`;
  }
}

/** @param {LadderCall} call */
function label(call) {
  const time = new Date(call.start).toLocaleTimeString();
  return call.party === "" ? `${time} · call ${call.call}` : `${time} · ${shortName(call.party)}`;
}

/** @param {LadderMessage} message @returns {HTMLLIElement} */
function row(message) {
  const { line, after, repeat, bad } = message;
  const browser = line.protocol === "ROAP";
  const towardsRight = browser === (line.direction === "in");
  const item = document.createElement("li");
  const details = document.createElement("details");
  const summary = document.createElement("summary");

  const lane = element("span", "rungs");
  const arrow = element(
    "span",
    `arrow ${browser ? "roap" : "sip"} ${towardsRight ? "rightwards" : "leftwards"}`,
  );
  if (bad) arrow.classList.add("bad");
  if (repeat > 0) arrow.classList.add("repeat");
  arrow.append(
    element("span", "title", repeat > 0 ? `↻ ${line.title}` : line.title),
  );
  if (!browser) arrow.append(peerName(line.peer));
  lane.append(arrow);
  summary.append(
    element("span", "time", stamp(after)),
    lane,
    element("span", "reader-only", spoken(message)),
  );
  lane.setAttribute("aria-hidden", "true");
  summary.firstElementChild?.setAttribute("aria-hidden", "true");
  summary.title = spoken(message);

  details.append(summary);
  // The text is made when it is asked for: a long ladder would hold each message twice.
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(text(message));
  });
  item.append(details);
  return item;
}

/** @param {string} peer udp:127.0.0.1:5070, or loop */
function peerName(peer) {
  if (peer === "loop") return element("span", "peer-name", "inside Ropeway");
  const colon = peer.indexOf(":") + 1;
  const name = element("span", "peer-name");
  // A phone's screen has no room for it.
  name.append(element("span", "transport", peer.slice(0, colon)), peer.slice(colon));
  return name;
}

/** @param {LadderMessage} message @returns {string} */
function spoken({ line, after, repeat }) {
  const browser = line.protocol === "ROAP";
  const other = browser
    ? "the browser"
    : line.peer === "loop"
    ? "the other half of the call inside Ropeway"
    : line.peer;
  const [sender, receiver] = line.direction === "in" ? [other, "Ropeway"] : ["Ropeway", other];
  return `${line.protocol} ${line.title}, from ${sender} to ${receiver}, after ${Math.round(after)} ms${
    repeat > 0 ? ", sent again" : ""
  }`;
}

/** @param {LadderMessage} message */
function text({ line }) {
  const box = element("div", "text");
  const head = element("div", "text-head");
  head.append(
    element(
      "span",
      "",
      `${new Date(line.time).toLocaleTimeString()} · ${line.protocol} · ${line.text.length} characters`,
    ),
  );
  if (navigator.clipboard !== undefined) {
    const copy = element("button", "quiet", "Copy as sent");
    copy.addEventListener("click", async () => {
      const done = await navigator.clipboard.writeText(line.text).then(() => true, () => false);
      copy.textContent = done ? "Copied" : "The browser did not allow it";
    });
    head.append(copy);
  }
  const parts = readable(line);
  box.append(head, element("pre", "", parts.text));
  if (parts.sdp !== "") box.append(element("p", "hint", "sdp, in lines:"), element("pre", "", parts.sdp));
  return box;
}

/** @param {string} tag @param {string} className @param {string} [content] always as text, never as markup */
function element(tag, className, content) {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (content !== undefined) made.textContent = content;
  if (made instanceof HTMLButtonElement) made.type = "button";
  return made;
}
