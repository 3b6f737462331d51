// @ts-check
// The telephone on the screen: reads the state of a Phone, and turns clicks into its actions.

/// <reference lib="dom" />

import { duration } from "./outcome.js";
import { TextsView } from "./texts_view.js";
import { Tone } from "./tone.js";
import { ToolsView } from "./tools_view.js";

/** @typedef {import("./phone.js").Phone} Phone */
/** @typedef {import("./call.js").Call} Call */

const TITLE = "Ropeway";
const LEVEL_MS = 100;

export class PhoneView {
  /** @type {Phone} */
  #phone;
  #tone = new Tone();
  #shown = {
    call: /** @type {Call | undefined} */ (undefined),
    state: "",
    link: "",
    outcome: /** @type {object | undefined} */ (undefined),
  };
  #ticks = setInterval(() => this.#tick(), 1000);
  #beats = setInterval(() => this.#showLevel(), LEVEL_MS);
  #gone = new AbortController();
  /** @type {ToolsView} */
  #tools;
  /** @type {TextsView} */
  #texts;

  /** @param {{phone: Phone}} options */
  constructor(options) {
    const phone = this.#phone = options.phone;
    phone.onChange = () => this.render();
    const { signal } = this.#gone;
    this.#tools = new ToolsView({ phone, signal });
    this.#texts = new TextsView({ phone, signal });
    by("dial-form").addEventListener("submit", (event) => {
      event.preventDefault();
      phone.dial(input("dial-to").value);
    }, { signal });
    by("again").addEventListener("click", () => phone.dial(phone.lastPeer), { signal });
    by("answer").addEventListener("click", () => phone.call?.accept(), { signal });
    by("hangup").addEventListener("click", () => phone.call?.hangUp(), { signal });
    by("mute").addEventListener("click", () => phone.call?.mute(!phone.call.muted), { signal });
    by("retry").addEventListener("click", () => phone.reconnect(), { signal });
    for (const gesture of ["pointerdown", "keydown"]) {
      addEventListener(gesture, () => this.#tone.wake(), { signal });
    }
    const other = phone.user === "bob" ? "alice" : "bob";
    by("user").textContent = by("own-name").textContent = phone.user;
    by("second-name").textContent = by("second-name-again").textContent = other;
    by("second").setAttribute("href", `#${other}`);
    by("outcome").hidden = true;
    input("dial-to").placeholder = input("text-to").placeholder = other;
    this.render();
  }

  close() {
    clearInterval(this.#ticks);
    clearInterval(this.#beats);
    this.#gone.abort();
    this.#phone.onChange = () => {};
    this.#tone.play(undefined);
    document.title = TITLE;
  }

  render() {
    const { call, outcome } = this.#phone;
    this.#renderLink();
    by("idle").hidden = call !== undefined;
    by("call").hidden = call === undefined;
    if (call === undefined) this.#renderIdle();
    else this.#renderCall(call);
    this.#tools.render();
    this.#texts.render();
    this.#announce(call);
    this.#shown = { call, state: call?.state ?? "", link: this.#phone.link.type, outcome };
    this.#tick();
  }

  #renderLink() {
    const { link } = this.#phone;
    by("link").dataset["state"] = link.type;
    by("retry").hidden = link.type !== "waiting" && link.type !== "refused";
    const online = link.type === "online";
    for (const id of ["dial", "again", "text-send"]) button(id).disabled = !online;
    if (link.type === "connecting") say("link-text", "Connecting …");
    if (online) say("link-text", `Online as ${this.#phone.user}`);
    if (link.type === "refused") {
      say("link-text", link.reason === "" ? "Refused by the relay" : `Refused: ${link.reason}`);
    }
  }

  #renderIdle() {
    const { outcome, lastPeer } = this.#phone;
    this.#tone.play(undefined);
    by("outcome").hidden = outcome === undefined;
    by("outcome").dataset["kind"] = outcome?.kind ?? "";
    say("outcome-text", outcome?.text ?? "");
    by("again").hidden = lastPeer === "";
    say("again", this.#phone.outcome?.kind === "missed" ? "Call back" : "Call again");
    if (this.#shown.call !== undefined && focusIsLost()) input("dial-to").focus({ preventScroll: true });
  }

  /** @param {Call} call */
  #renderCall(call) {
    const incoming = call.state === "incoming";
    by("call").dataset["state"] = call.state;
    say("call-state", stateText(call));
    say("initial", (call.name.match(/[\p{L}\p{N}]/u)?.[0] ?? "?").toUpperCase());
    say("peer", call.name);
    say("peer-address", call.peer === call.name ? "" : call.peer);
    by("answer").hidden = !incoming;
    by("mute").hidden = call.state !== "talking" || call.silence !== "";
    by("mute").setAttribute("aria-pressed", String(call.muted));
    say("mute-text", call.muted ? "Muted" : "Mute");
    say("hangup-text", incoming ? "Refuse" : call.since === 0 ? "Cancel" : "Hang up");
    by("duration").hidden = call.since === 0;
    by("notice").hidden = call.notice === "";
    say("notice", call.notice);
    this.#tone.play(incoming ? "bell" : call.state === "ringing" ? "ringBack" : undefined);
    // The form that had the focus is gone; but nobody's typing may answer a call.
    if (this.#shown.call === undefined && !call.incoming && focusIsLost()) by("hangup").focus();
    if (this.#shown.state === "incoming" && !incoming && focusIsLost()) by("hangup").focus();
  }

  /** @param {Call | undefined} call Says once, for a screen reader, what has changed. */
  #announce(call) {
    const { link, outcome } = this.#phone;
    if (call !== undefined && call.state !== this.#shown.state) {
      say("announcer", call.state === "preparing" && call.incoming ? "" : `${stateText(call)}: ${call.name}`);
    } else if (call === undefined && outcome !== undefined && outcome !== this.#shown.outcome) {
      say("announcer", outcome.text);
    } else if (link.type === "online" && this.#shown.link !== "online") {
      say("announcer", "Connected");
    } else if (link.type === "refused" || (link.type === "waiting" && this.#shown.link === "online")) {
      say("announcer", "No connection to the relay");
    }
  }

  /** Makes the other side's sound visible: somebody who hears nothing learns whether anything comes. */
  #showLevel() {
    const { call } = this.#phone;
    if (call?.state !== "talking" || document.hidden) return;
    // Loudness is felt by its root, more or less.
    by("avatar").style.setProperty("--level", Math.sqrt(call.level).toFixed(2));
  }

  #tick() {
    const { call, link } = this.#phone;
    if (call !== undefined && call.since !== 0) say("duration", duration((Date.now() - call.since) / 1000));
    if (link.type === "waiting") {
      const seconds = Math.max(1, Math.ceil((link.retryAt - Date.now()) / 1000));
      say(
        "link-text",
        `${link.reason === "" ? "No connection" : `Disconnected: ${link.reason}`}. Next try in ${seconds} s`,
      );
    }
    const wanted = call?.state === "incoming"
      ? "is calling"
      : call?.transfers.theirs !== undefined
      ? "asks you to call somebody else"
      : "";
    const title = call === undefined ? TITLE : call.state === "talking" ? `${call.name} – ${TITLE}` : TITLE;
    const flash = wanted !== "" && Math.floor(Date.now() / 1000) % 2 === 0;
    document.title = flash ? `☎ ${call?.name} ${wanted}` : title;
  }
}

/** @param {Call} call */
function stateText(call) {
  switch (call.state) {
    case "preparing":
      return call.incoming ? "Somebody is calling …" : "Preparing the call …";
    case "calling":
      return "Calling …";
    case "ringing":
      return "Ringing …";
    case "progress":
      return "Ringing, with sound …";
    case "incoming":
      return "Incoming call";
    case "answering":
      return "Answering …";
    default:
      return "In a call";
  }
}

function focusIsLost() {
  const active = document.activeElement;
  return active === null || active === document.body || active.closest("[hidden]") !== null;
}

/** @param {string} id @returns {HTMLElement} */
function by(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (by(id));
}

/** @param {string} id */
function button(id) {
  return /** @type {HTMLButtonElement} */ (by(id));
}

/** @param {string} id @param {string} text always as text, never as markup; live regions speak only when it changes */
function say(id, text) {
  const element = by(id);
  if (element.textContent !== text) element.textContent = text;
}
