// @ts-check
// The transfers of one call: at most one that we ask for and one that the other side asks for.

import { shortName } from "./address.js";
import { Invitation, Transfer } from "./transfer.js";

/** @typedef {import("./roap_requests.js").Ask} Ask */
/** @typedef {import("./roap_requests.js").RoapRequest} RoapRequest */

export class Transfers {
  /** @type {Ask} */
  #ask;
  #name;
  #onChange;
  #onEnd;
  #isOver = false;

  /** @param {{ask: Ask, name: string, onChange: () => void, onEnd: (transfer: Transfer) => void}} options name: of the other side. onEnd: ours is done or has failed */
  constructor(options) {
    this.#ask = options.ask;
    this.#name = options.name;
    this.#onChange = options.onChange;
    this.#onEnd = options.onEnd;
    /** Ours, while it is under way. @type {Transfer | undefined} */
    this.ours = undefined;
    /** Theirs, until the person has decided. @type {Invitation | undefined} */
    this.theirs = undefined;
  }

  /**
   * Has the other side call somebody else.
   * @param {{to: string} | {replaces: string, name: string}} whom an address, or the id of another call of ours, whose other side it
   *   is to be connected with
   */
  ask(whom) {
    if (this.ours !== undefined) return;
    const { request, name } = "to" in whom
      ? { request: { to: whom.to }, name: shortName(whom.to) }
      : { request: { replaces: whom.replaces }, name: whom.name };
    const transfer = new Transfer({ who: this.#name, whom: name });
    this.ours = transfer;
    this.#ask({ messageType: "REFER", ...request }, (news) => {
      if (this.#isOver) return;
      transfer.hear(news);
      if (transfer.state !== "done" && transfer.state !== "failed") return this.#onChange();
      this.ours = undefined;
      this.#onEnd(transfer);
    });
    this.#onChange();
  }

  /** @param {RoapRequest} request REFER: we are to call somebody else */
  arrived(request) {
    if (this.theirs !== undefined) return request.refuse(491, "Another transfer waits for an answer");
    this.theirs = new Invitation(request, { onLapse: () => this.#decided() });
    this.#onChange();
  }

  /** The person agrees. @returns {{to: string, referToken: string} | undefined} whom to call */
  follow() {
    const { theirs } = this;
    if (theirs === undefined) return undefined;
    const referToken = theirs.accept();
    this.#decided();
    return { to: theirs.target, referToken };
  }

  /** The person does not. */
  stay() {
    this.theirs?.decline();
    this.#decided();
  }

  /** The call is over. */
  end() {
    this.#isOver = true;
    this.ours = undefined;
    this.theirs?.decline();
    this.theirs = undefined;
  }

  #decided() {
    this.theirs = undefined;
    this.#onChange();
  }
}
