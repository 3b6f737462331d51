// @ts-check
// Starts the page: who is there stands behind the # of its address, so a reload logs in again; where the relay wants that proved, a token
// that the tab keeps does.

/// <reference lib="dom" />

import { Ladder, LadderFeed } from "./ladder.js";
import { LadderView } from "./ladder_view.js";
import { Login, wayIn } from "./login.js";
import { LoginView, problemOf } from "./login_view.js";
import { Phone } from "./phone.js";
import { PhoneView } from "./phone_view.js";

/** @param {string} id @returns {HTMLElement} */
const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const ladder = new Ladder();
new LadderView({ ladder });

const way = await wayIn();
const loginView = new LoginView({ way });
let login = way === "name" ? undefined : Login.stored();
/** @type {{stop: () => void} | undefined} */
let session;

loginView.onName = go;
loginView.onLogin = (/** @type {Login} */ proved) => {
  login?.stop();
  login = proved;
  go(proved.user);
};
by("logout").addEventListener("click", () => {
  forget();
  go("");
});
addEventListener("hashchange", () => enter());
// A tab that goes away says so; the relay would find out by itself, but later.
addEventListener("pagehide", () => session?.stop());
// A page that comes back from the browser's cache has stopped: it begins anew.
addEventListener("pageshow", (event) => event.persisted && enter());
enter();

/** @param {string} user "" = nobody */
function go(user) {
  const hash = user === "" ? "" : `#${encodeURIComponent(user)}`;
  if (location.hash === hash) enter();
  else location.hash = hash;
}

function forget() {
  login?.forget();
  login = undefined;
}

/** @param {string} [problem] why somebody has to log in again */
function enter(problem = "") {
  session?.stop();
  session = undefined;
  ladder.clear();
  const user = userOfAddress();
  const isKnown = user !== "" && (way === "name" || login?.user === user);
  by("phone-view").hidden = by("account").hidden = !isKnown;
  if (!isKnown) return loginView.show({ user, problem });
  loginView.hide();
  session = start(user);
}

/** @param {string} user */
function start(user) {
  const token = () => login?.token;
  const phone = new Phone({ user, token });
  const feed = new LadderFeed({ user, token, ladder });
  const view = new PhoneView({ phone });
  if (login !== undefined) login.onToken = () => phone.renew();
  phone.onChange = () => {
    const { link } = phone;
    if (link.type === "online") feed.open();
    if (link.type === "refused" && link.unproved) {
      forget();
      return enter(`${link.reason || "Your login has ended"}. Log in again.`);
    }
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

/** @returns {string} "" when nobody is there */
function userOfAddress() {
  let user = location.hash.slice(1);
  try {
    user = decodeURIComponent(user);
  } catch {
    return "";
  }
  // Whom the relay itself has named it takes.
  return user === login?.user || problemOf(user) === "" ? user : "";
}
