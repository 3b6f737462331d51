// @ts-check
// Texts to and from anybody, in a call or not: what was sent with what became of it, and what came.

import { readDialled, shortName } from "./address.js";
import { words } from "./outcome.js";

/** @typedef {import("./roap_requests.js").RoapRequest} RoapRequest */
/** @typedef {import("./roap_requests.js").Ask} Ask */

/**
 * peer: their address. state: of ours only, of theirs "". problem: why it was refused, in a sentence.
 * @typedef {{isOurs: boolean, peer: string, name: string, content: string, time: number,
 *   state: "" | "sending" | "taken" | "refused", problem: string}} Text
 */

/** The oldest is forgotten. */
const MOST_KEPT = 100;
const PLAIN = /^text\/plain\s*(;|$)/i;

export class Texts {
  /** @type {Ask} */
  #ask;
  /** @type {() => void} */
  #onChange;
  /** Newest last. @type {Text[]} */
  all = [];

  /** @param {{ask: Ask, onChange: () => void}} options */
  constructor(options) {
    this.#ask = options.ask;
    this.#onChange = options.onChange;
  }

  /**
   * @param {string} typed to whom
   * @param {string} content
   * @returns {string} "" or why it was not sent
   */
  send(typed, content) {
    if (typed.trim() === "") return "Type whom to write to.";
    const dialled = readDialled(typed);
    if ("problem" in dialled) return dialled.problem;
    if (content.trim() === "") return "Type a text first.";
    const { to } = dialled;
    const text = this.#add({ isOurs: true, peer: to, content, state: "sending" });
    this.#ask({ messageType: "MESSAGE", to, content }, (news) => {
      text.state = news.type === "taken" ? "taken" : "refused";
      if (news.type === "refused") text.problem = explainText(news.message, text.name);
      if (news.type === "lost") text.problem = "The connection was lost: it may have arrived or not.";
      this.#onChange();
    });
    return "";
  }

  /** @param {RoapRequest} request MESSAGE @param {string} [from] who writes, where the message itself does not say */
  arrived(request, from = "") {
    const { message } = request;
    if (!PLAIN.test(message.contentType ?? "text/plain")) {
      return request.refuse(415, "This page shows plain text alone");
    }
    request.take();
    this.#add({ isOurs: false, peer: message.from ?? from, content: message.content ?? "", state: "" });
  }

  /** @param {Pick<Text, "isOurs" | "peer" | "content" | "state">} given */
  #add(given) {
    /** @type {Text} */
    const text = { ...given, name: shortName(given.peer), time: Date.now(), problem: "" };
    this.all.push(text);
    if (this.all.length > MOST_KEPT) this.all.shift();
    this.#onChange();
    return text;
  }
}

/**
 * @param {{errorType?: string, status?: number, reason?: string}} error
 * @param {string} name to whom it was
 */
export function explainText(error, name) {
  return `${sentence(error.status ?? 0, name)}${words(error)}`;
}

/** @param {number} status @param {string} name */
function sentence(status, name) {
  switch (status) {
    case 403:
      return `You may not write to ${name}.`;
    case 404:
      return `There is nobody called ${name} here.`;
    case 408:
    case 480:
      return `${name} did not take it in time.`;
    case 413:
      return "It is too long.";
    case 416:
      return "The relay cannot write to an address of this kind.";
    case 405:
    case 415:
    case 501:
      return `${name}’s side takes no texts.`;
    case 503:
      return "The relay, or the way there, is out of service or overloaded.";
    case 603:
      return `${name} did not want it.`;
    default:
      return `${name}’s side refused it.`;
  }
}
