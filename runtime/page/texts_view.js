// @ts-check
// The texts on the screen, and the form that sends one.

/// <reference lib="dom" />

/** @typedef {import("./phone.js").Phone} Phone */
/** @typedef {import("./texts.js").Text} Text */

const STATES = { "": "", sending: "sending …", taken: "delivered", refused: "not delivered" };

export class TextsView {
  /** @type {Phone} */
  #phone;
  /** What stands on the screen for each. @type {Map<Text, {item: HTMLLIElement, state: string}>} */
  #rows = new Map();

  /** @param {{phone: Phone, signal: AbortSignal}} options */
  constructor({ phone, signal }) {
    this.#phone = phone;
    by("text-list").replaceChildren();
    field("text-content").value = "";
    by("text-problem").textContent = "";
    by("text-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    }, { signal });
  }

  render() {
    const { all } = this.#phone.texts;
    const list = by("text-list");
    for (const [text, { item }] of this.#rows) {
      if (all.includes(text)) continue;
      item.remove();
      this.#rows.delete(text);
    }
    let isNews = false;
    for (const text of all) {
      const shown = this.#rows.get(text);
      if (shown?.state === text.state) continue;
      const item = this.#row(text);
      if (shown === undefined) list.append(item);
      else shown.item.replaceWith(item);
      this.#rows.set(text, { item, state: text.state });
      isNews = text === all.at(-1);
    }
    list.hidden = all.length === 0;
    if (isNews) list.scrollTop = list.scrollHeight;
  }

  #send() {
    const problem = this.#phone.link.type === "online"
      ? this.#phone.texts.send(field("text-to").value, field("text-content").value)
      : "There is no connection to the relay.";
    by("text-problem").textContent = problem;
    if (problem === "") field("text-content").value = "";
    field(problem !== "" && field("text-to").value.trim() === "" ? "text-to" : "text-content").focus();
  }

  /** @param {Text} text @returns {HTMLLIElement} */
  #row(text) {
    const item = document.createElement("li");
    item.className = text.isOurs ? "ours" : "theirs";
    item.dataset["state"] = text.state;
    const head = element("p", "text-about", "");
    head.append(text.isOurs ? `To ${text.name}` : this.#reply(text));
    const time = new Date(text.time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const state = STATES[text.state];
    head.append(element("span", "", state === "" ? time : `${time} · ${state}`));
    item.append(head, element("p", "text-content", text.content));
    if (text.problem !== "") item.append(element("p", "problem", text.problem));
    return item;
  }

  /** Whoever wrote is written back to by a click on the name. @param {Text} text */
  #reply({ name, peer }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "name";
    button.textContent = name;
    button.title = `Write to ${peer}`;
    button.addEventListener("click", () => {
      field("text-to").value = peer;
      field("text-content").focus();
    });
    return button;
  }
}

/** @param {string} tag @param {string} className @param {string} content always as text, never as markup */
function element(tag, className, content) {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.textContent = content;
  return made;
}

/** @param {string} id @returns {HTMLElement} */
function by(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function field(id) {
  return /** @type {HTMLInputElement} */ (by(id));
}
