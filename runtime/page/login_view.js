// @ts-check
// The login form: a name, a name with its password, or a token, as the relay wants it.

/// <reference lib="dom" />

import { Login } from "./login.js";

/** @typedef {import("./login.js").Way} Way */

const HINTS = {
  name: "Choose a name: it is how others call you. There is no password.",
  password: "Log in with your name, which is how others call you, and your password.",
  token: "Log in with the token that your operator gave you.",
};

export class LoginView {
  /** @type {Way} */
  #way;
  #busy = false;

  /** @param {{way: Way}} options */
  constructor({ way }) {
    this.#way = way;
    /** Somebody has chosen a name, which needs no proof. @type {(user: string) => void} */
    this.onName = () => {};
    /** Somebody has proved who he is. @type {(login: Login) => void} */
    this.onLogin = () => {};
    by("login-hint").textContent = HINTS[way];
    by("login-by-name").hidden = way === "token";
    by("login-first").hidden = way !== "name";
    by("login-by-secret").hidden = way === "name";
    by("login-secret-label").textContent = way === "token" ? "Token" : "Password";
    field("login-secret").autocomplete = way === "token" ? "off" : "current-password";
    field("login-name").autocomplete = way === "password" ? "username" : "off";
    by("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** @param {{user?: string, problem?: string}} [known] */
  show({ user = "", problem = "" } = {}) {
    by("login-view").hidden = false;
    by("login-problem").textContent = problem;
    field("login-secret").value = "";
    if (user !== "") field("login-name").value = user;
    const toName = this.#way === "name" || (this.#way === "password" && field("login-name").value === "");
    field(toName ? "login-name" : "login-secret").focus();
  }

  hide() {
    by("login-view").hidden = true;
    field("login-secret").value = "";
  }

  async #submit() {
    const user = field("login-name").value.trim();
    const secret = field("login-secret").value;
    const problem = this.#way === "token"
      ? secret.trim() === "" ? "Paste the token first." : ""
      : problemOf(user) || (this.#way === "password" && secret === "" ? "Type the password first." : "");
    by("login-problem").textContent = problem;
    if (problem !== "" || this.#busy) return;
    if (this.#way === "name") return this.onName(user);
    this.#busy = true;
    const found = this.#way === "token"
      ? await Login.withToken(secret.trim())
      : await Login.withPassword(user, secret);
    this.#busy = false;
    if (typeof found !== "string") return this.onLogin(found);
    by("login-problem").textContent = found;
    field("login-secret").select();
  }
}

/** @param {string} user @returns {string} "" or why this is no name */
export function problemOf(user) {
  if (user === "") return "Type a name first.";
  if (/[\s@:;<>"/?\\]/.test(user)) return 'A name has no spaces and none of @ : ; < > " / ? \\ in it.';
  if (user.length > 64) return "A name has at most 64 characters.";
  return "";
}

/** @param {string} id @returns {HTMLElement} */
function by(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function field(id) {
  return /** @type {HTMLInputElement} */ (by(id));
}
