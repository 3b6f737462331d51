// @ts-check
// Who is logged in, where the relay wants that proved: a token for as long as the tab lives, and a fresh one before it ends.

/// <reference lib="dom" />

const STORED = "ropeway.login";
/** Until the relay is asked again that could not be reached. */
const PATIENCE_MS = 10_000;

/**
 * How the relay wants to be told who is there: a name is believed, a password or a token is looked at.
 * @typedef {"name" | "password" | "token"} Way
 * @typedef {{user: string, token: string, renewAt: number}} Proof renewAt: epoch ms
 */

/** @returns {Promise<Way>} */
export async function wayIn() {
  const answer = await ask({}).catch(() => undefined);
  const by = answer?.value["by"];
  return by === "password" || by === "token" ? by : "name";
}

export class Login {
  /** @type {Proof} */
  #proof;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Proof} proof */
  constructor(proof) {
    this.#proof = proof;
    /** There is a fresh token. @type {() => void} */
    this.onToken = () => {};
    this.#keep(proof);
  }

  get user() {
    return this.#proof.user;
  }

  get token() {
    return this.#proof.token;
  }

  /** @returns {Login | undefined} of this tab, before it was loaded again */
  static stored() {
    try {
      const { user, token, renewAt } = JSON.parse(sessionStorage.getItem(STORED) ?? "");
      return typeof user === "string" && typeof token === "string"
        ? new Login({ user, token, renewAt })
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** @param {string} user @param {string} password @returns {Promise<Login | string>} or why not */
  static withPassword(user, password) {
    return enter({ method: "POST", body: JSON.stringify({ user, password }) }, "");
  }

  /** @param {string} token @returns {Promise<Login | string>} or why not */
  static withToken(token) {
    return enter({}, token);
  }

  /** Nobody is logged in any more. */
  forget() {
    this.stop();
    sessionStorage.removeItem(STORED);
  }

  stop() {
    clearTimeout(this.#timer);
    this.onToken = () => {};
  }

  /** @param {Proof} proof */
  #keep(proof) {
    this.#proof = proof;
    try {
      sessionStorage.setItem(STORED, JSON.stringify(proof));
    } catch {
      // A browser that stores nothing: a reload asks again.
    }
    this.#wait(proof.renewAt - Date.now());
  }

  /** @param {number} wait ms */
  #wait(wait) {
    clearTimeout(this.#timer);
    // Longer than a timer can be is as good as never.
    if (wait < 2 ** 31) this.#timer = setTimeout(() => this.#renew(), Math.max(0, wait));
  }

  async #renew() {
    const answer = await ask({ method: "POST" }, this.token).catch(() => undefined);
    if (answer === undefined || answer.status === 503) return this.#wait(PATIENCE_MS);
    const proof = proofOf(answer.value);
    // One of somebody else's tokens is not ours to renew: it holds until it ends.
    if (proof === undefined) return;
    this.#keep(proof);
    this.onToken();
  }
}

/** @param {RequestInit} request @param {string} token @returns {Promise<Login | string>} */
async function enter(request, token) {
  const answer = await ask(request, token).catch(() => undefined);
  if (answer === undefined) return "The relay cannot be reached.";
  const proof = proofOf({ access_token: token, ...answer.value });
  return proof === undefined ? `${answer.text || "The relay does not let you in"}.` : new Login(proof);
}

/** @param {Record<string, unknown>} value @returns {Proof | undefined} */
function proofOf({ user, access_token: token, expires_in: seconds }) {
  if (typeof user !== "string" || typeof token !== "string" || typeof seconds !== "number") return undefined;
  return { user, token, renewAt: Date.now() + seconds * 500 };
}

/** @param {RequestInit} request @returns {Promise<{status: number, text: string, value: Record<string, unknown>}>} */
async function ask(request, token = "") {
  const headers = {
    "content-type": "application/json",
    ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch("/login", { ...request, headers, cache: "no-store" });
  const text = (await response.text()).trim();
  try {
    return { status: response.status, text, value: response.ok ? JSON.parse(text) : {} };
  } catch {
    return { status: response.status, text, value: {} };
  }
}
