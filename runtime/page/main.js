// @ts-check
// Starts the page: who is logged in stands behind the # of its address, so a reload logs in again.

/// <reference lib="dom" />

import { Ladder, LadderFeed } from "./ladder.js";
import { LadderView } from "./ladder_view.js";
import { Phone } from "./phone.js";
import { PhoneView } from "./phone_view.js";

/** @param {string} id @returns {HTMLElement} */
const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const nameField = /** @type {HTMLInputElement} */ (by("login-name"));
const audio = /** @type {HTMLAudioElement} */ (by("audio"));

const ladder = new Ladder();
new LadderView({ ladder });

/** @type {{stop: () => void} | undefined} */
let session;

by("login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const user = nameField.value.trim();
  by("login-problem").textContent = problemOf(user);
  if (problemOf(user) === "") location.hash = encodeURIComponent(user);
});
by("logout").addEventListener("click", () => location.hash = "");
addEventListener("hashchange", enter);
// A tab that goes away says so; the relay would find out by itself, but later.
addEventListener("pagehide", () => session?.stop());
// A page that comes back from the browser's cache has stopped: it begins anew.
addEventListener("pageshow", (event) => event.persisted && enter());
enter();

function enter() {
  session?.stop();
  session = undefined;
  ladder.clear();
  const user = userOfAddress();
  by("login-view").hidden = user !== "";
  by("phone-view").hidden = by("account").hidden = user === "";
  if (user === "") nameField.focus();
  else session = start(user);
}

/** @param {string} user */
function start(user) {
  const phone = new Phone({ user, audio });
  const feed = new LadderFeed({ user, ladder });
  const view = new PhoneView({ phone });
  phone.onChange = () => {
    if (phone.link.type === "online") feed.open();
    view.render();
  };
  phone.start();
  return {
    stop() {
      view.close();
      phone.stop();
      feed.close();
    },
  };
}

/** @returns {string} "" when nobody is logged in */
function userOfAddress() {
  let user = location.hash.slice(1);
  try {
    user = decodeURIComponent(user);
  } catch {
    return "";
  }
  return problemOf(user) === "" ? user : "";
}

/** @param {string} user @returns {string} "" or why this is no name */
function problemOf(user) {
  if (user === "") return "Type a name first.";
  if (/[\s@:;<>"/?\\]/.test(user)) return 'A name has no spaces and none of @ : ; < > " / ? \\ in it.';
  if (user.length > 64) return "A name has at most 64 characters.";
  return "";
}
