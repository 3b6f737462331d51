// @ts-check
// What one can do in a call besides speaking: press keys, send the other side on, and be sent on.

/// <reference lib="dom" />

/** @typedef {import("./phone.js").Phone} Phone */
/** @typedef {import("./call.js").Call} Call */

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export class ToolsView {
  /** @type {Phone} */
  #phone;
  /** The tool that is open, and the call it is open for. @type {"" | "keys" | "transfer"} */
  #open = "";
  /** @type {Call | undefined} */
  #shown;

  /** @param {{phone: Phone, signal: AbortSignal}} options */
  constructor({ phone, signal }) {
    this.#phone = phone;
    by("pad").replaceChildren(...KEYS.map((key) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = button.dataset["key"] = key;
      button.addEventListener("click", () => this.#phone.call?.keys.press(key), { signal });
      return button;
    }));
    /** @param {string} id @param {() => void} happen */
    const click = (id, happen) => by(id).addEventListener("click", happen, { signal });
    click("keys-toggle", () => this.#toggle("keys"));
    click("transfer-toggle", () => this.#toggle("transfer"));
    click("consult", () => this.#send((typed) => phone.consult(typed)));
    by("transfer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send((typed) => phone.sendOn(typed));
    }, { signal });
    click("follow", () => phone.follow());
    click("stay", () => phone.call?.transfers.stay());
    click("connect", () => phone.connect());
    click("behind-hangup", () => phone.behind?.hangUp());
  }

  render() {
    const { call, behind } = this.#phone;
    if (call !== this.#shown) {
      this.#shown = call;
      this.#open = "";
      by("transfer-problem").textContent = "";
      target().value = "";
    }
    if (call === undefined) return;
    const { keys, transfers: { ours, theirs } } = call;
    const moving = ours ?? behind?.transfers.ours;
    const isTalking = call.state === "talking";

    const isAsked = theirs !== undefined;
    by("invitation").hidden = !isAsked;
    say("invitation-text", isAsked ? `${call.name} asks you to call ${theirs.name} instead.` : "");
    say("invitation-address", theirs?.target ?? "");
    say("follow", `Call ${theirs?.name ?? ""}`);
    say("stay", `Stay with ${call.name}`);

    by("behind").hidden = behind === undefined || moving !== undefined;
    say("behind-text", `${behind?.name ?? ""} waits and hears nothing.`);
    by("connect").hidden = !isTalking || behind?.isHeld !== true;
    say("connect", `Connect ${behind?.name ?? ""} and ${call.name}`);
    say("behind-hangup", `End ${behind?.name ?? ""}’s call`);

    by("transfer-state").hidden = moving === undefined;
    say("transfer-state", moving?.text ?? "");

    by("tools").hidden = !isTalking || isAsked;
    const mayTransfer = behind === undefined && moving === undefined;
    by("transfer-toggle").hidden = !mayTransfer;
    if (!mayTransfer && this.#open === "transfer") this.#open = "";
    for (const tool of ["keys", "transfer"]) {
      by(`${tool}-toggle`).setAttribute("aria-expanded", String(this.#open === tool));
    }
    by("keypad").hidden = this.#open !== "keys";
    by("transfer-form").hidden = this.#open !== "transfer";
    say("transfer-label", `Send ${call.name} on to`);
    say("keys-pressed", keys.pressed);
    by("keys-heard").hidden = keys.heard === "";
    say("keys-heard", `${call.name} pressed ${keys.heard}`);
    say("keys-problem", keys.refusal === "" ? "" : `${call.name}’s side takes no keys.${keys.refusal}`);
  }

  /** @param {"keys" | "transfer"} tool */
  #toggle(tool) {
    this.#open = this.#open === tool ? "" : tool;
    this.render();
    if (this.#open === "transfer") target().focus();
  }

  /** @param {(typed: string) => string} act */
  #send(act) {
    by("transfer-problem").textContent = act(target().value);
  }
}

function target() {
  return /** @type {HTMLInputElement} */ (by("transfer-to"));
}

/** @param {string} id @returns {HTMLElement} */
function by(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id @param {string} text always as text, never as markup */
function say(id, text) {
  const element = by(id);
  if (element.textContent !== text) element.textContent = text;
}
