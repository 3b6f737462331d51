// @ts-check
// A transfer: one that we have asked for, and one that the other side asks of us.

import { shortName } from "./address.js";
import { words } from "./outcome.js";

/** @typedef {import("./roap_requests.js").RoapNews} RoapNews */
/** @typedef {import("./roap_requests.js").RoapRequest} RoapRequest */

/** The relay waits 20 s for an answer; whoever has not said yes by then has said no a little earlier. */
const PATIENCE_MS = 18_000;

/** Ours: `who` is to call `whom`. */
export class Transfer {
  /** @param {{who: string, whom: string}} names */
  constructor({ who, whom }) {
    this.who = who;
    this.whom = whom;
    /**
     * asked: nobody has said anything. underWay: they agreed. done: the two talk.
     * @type {"asked" | "underWay" | "done" | "failed"}
     */
    this.state = "asked";
    /** What a person has to know of it. */
    this.text = `Asking ${who} to call ${whom} …`;
  }

  /** @param {RoapNews} news */
  hear(news) {
    const { who, whom } = this;
    const status = "message" in news ? news.message.status ?? 0 : 0;
    switch (news.type) {
      case "taken":
        return this.#enter("underWay", `${who} is calling ${whom} …`);
      case "progress":
        return this.#enter(
          "underWay",
          status >= 180 ? `${who} is calling ${whom}, and it rings …` : `${who} is calling ${whom} …`,
        );
      case "refused":
        return this.#enter("failed", `${refusal(status, this)}${words(news.message)}`);
      case "lost":
        return this.#enter("failed", "The connection was lost before anybody answered.");
      case "final":
        return status >= 200 && status < 300
          ? this.#enter("done", `${who} is now talking with ${whom}.`)
          : this.#enter("failed", `${who} could not reach ${whom}.${words(news.message)}`);
    }
  }

  /** @param {Transfer["state"]} state @param {string} text */
  #enter(state, text) {
    this.state = state;
    this.text = text;
  }
}

/** Theirs: we are to call somebody else. Nobody calls before the person here has said yes, for it may cost money. */
export class Invitation {
  /** @type {RoapRequest} */
  #request;
  /** @type {ReturnType<typeof setTimeout>} */
  #timer;

  /**
   * @param {RoapRequest} request REFER
   * @param {{onLapse: () => void, patience?: number}} options onLapse: it was not answered in time. patience: ms
   */
  constructor(request, { onLapse, patience = PATIENCE_MS }) {
    this.#request = request;
    /** Whom to call, as it stands in the request. */
    this.target = request.message.to ?? "";
    this.name = shortName(this.target);
    this.#timer = setTimeout(() => {
      this.decline(480, "Nobody answered in time");
      onLapse();
    }, patience);
  }

  /** @returns {string} what the OFFER that carries it out has to name */
  accept() {
    clearTimeout(this.#timer);
    this.#request.take();
    return this.#request.message.referToken ?? "";
  }

  decline(status = 603, reason = "Declined") {
    clearTimeout(this.#timer);
    this.#request.refuse(status, reason);
  }
}

/** @param {number} status @param {{who: string, whom: string}} names */
function refusal(status, { who, whom }) {
  switch (status) {
    case 403:
      return `${who} may not be sent on to ${whom}.`;
    case 404:
      return `There is nobody called ${whom} here.`;
    case 408:
    case 480:
      return `${who} did not agree to the transfer in time.`;
    case 491:
      return "There is a transfer under way already.";
    case 405:
    case 501:
      return `${who}’s side cannot be sent on.`;
    case 503:
      return "The relay has too much to do. Try again in a while.";
    case 603:
      return `${who} does not want to be sent on.`;
    default:
      return `${who}’s side refused the transfer.`;
  }
}
