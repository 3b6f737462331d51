// The page's login in Chromium, by password and by token, and what becomes of calls when a login goes on or ends.

import { deepEqual, equal, match } from "node:assert/strict";
import { SignJWT } from "jose";
import { hashPassword } from "../../runtime/login/password_hash.ts";
import { needing } from "../programs.ts";
import { type Chromium, openChromium, Phone } from "./chromium.ts";
import { type Relay, startRelay } from "./relay.ts";

const SECRET = "a secret of more than thirty-two bytes";

/** A file of the test's own. */
async function withFile(text: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ prefix: "ropeway-login-" });
  await Deno.writeTextFile(path, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

async function open(chromium: Chromium, relay: Relay, hash = ""): Promise<Phone> {
  const page = await chromium.openTab("about:blank");
  await page.evaluateOnNewDocument(hurry);
  await page.goto(`${relay.http}/${hash}`);
  const phone = new Phone(page, hash.slice(1));
  await phone.sees("#login-view:not([hidden])");
  return phone;
}

async function type({ page }: Phone, fields: Record<string, string>): Promise<void> {
  await page.bringToFront();
  for (const [id, text] of Object.entries(fields)) {
    await page.$eval(`#${id}`, (field) => (field as unknown as { value: string }).value = "");
    await page.type(`#${id}`, text);
  }
  await page.keyboard.press("Enter");
}

Deno.test({
  ...needing("the page in Chromium: log in with a password, call, reload, log out", "chromium"),
  async fn() {
    const hash = await hashPassword("geheim");
    await using users = await withFile(JSON.stringify({ alice: hash, bob: hash }));
    await using relay = await startRelay(["--browsers", users.path, "--shards", "2"]);
    await using chromium = await openChromium();
    const alice = await open(chromium, relay);
    match(await alice.read("#login-hint"), /your password/);
    await type(alice, { "login-name": "alice", "login-secret": "Geheim" });
    await alice.sees("#login-problem", "User or password is wrong.");
    await type(alice, { "login-secret": "geheim" });
    await alice.online();
    // A name in the address proves nothing, but need not be typed again.
    const bob = await open(chromium, relay, "#bob");
    await type(bob, { "login-secret": "geheim" });
    await bob.online();

    await bob.dial("alice");
    await alice.inState("incoming");
    await alice.press("answer");
    await Promise.all([alice.inState("talking"), bob.inState("talking")]);
    await alice.shows(["out ROAP OFFER", "in ROAP ANSWER"]);
    // The call goes on while fresh tokens come.
    await alice.page.waitForFunction("renewals.length > 1", { polling: 50 });
    equal(await alice.page.evaluate('renewals.every((text) => /^{"token":"accepted"/.test(text))'), true);
    await alice.inState("talking");
    await bob.press("hangup");
    await alice.outcome();

    await alice.page.reload();
    await alice.online();
    equal(await alice.read("#user"), "alice");
    await alice.page.bringToFront();
    await alice.page.click("#logout");
    await alice.sees("#login-view:not([hidden])");
    await alice.page.goto(`${relay.http}/#alice`);
    await alice.page.reload();
    await alice.sees("#login-view:not([hidden])");
    deepEqual([...alice.faults, ...bob.faults], []);
    const told = [...relay.log, ...relay.errors].join("\n");
    match(told, /./);
    equal(/geheim|eyJ/i.test(told), false);
  },
});

Deno.test({
  ...needing(
    "the page in Chromium: a token that ends takes its calls with it, and asks for a new one",
    "chromium",
  ),
  async fn() {
    await using secret = await withFile(SECRET);
    await using relay = await startRelay(["--jwt-secret", secret.path]);
    await using chromium = await openChromium();
    const tokenOf = (user: string, seconds: number) =>
      new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setSubject(user)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds).sign(new TextEncoder().encode(SECRET));
    const alice = await open(chromium, relay);
    match(await alice.read("#login-hint"), /token/);
    await type(alice, { "login-secret": await tokenOf("alice", -60) });
    await alice.sees("#login-problem", "The token has expired.");
    const bob = await open(chromium, relay);
    await type(bob, { "login-secret": await tokenOf("bob", 3_600) });
    await bob.online();
    // Two clocks may differ by 30 seconds: this one holds for ten.
    await type(alice, { "login-secret": await tokenOf("alice", -20) });
    await alice.online();
    await alice.dial("bob");
    await bob.inState("incoming");
    await alice.sees("#login-view:not([hidden]) #login-problem", "The login has expired. Log in again.");
    match(await bob.outcome(), /./);
    await type(alice, { "login-secret": await tokenOf("alice", 3_600) });
    await alice.online();
    deepEqual([...alice.faults, ...bob.faults], []);
  },
});

/** Runs in the page before its own scripts: the five minutes until a token is renewed are short, and what the relay says to it is written down. */
function hurry(): void {
  const page = globalThis as unknown as {
    setTimeout: (run: () => void, wait: number) => number;
    WebSocket: new (...args: unknown[]) => EventTarget;
    renewals: string[];
  };
  const { setTimeout } = page;
  page.setTimeout = (run, wait) => setTimeout(run, wait > 100_000 ? 500 : wait);
  page.renewals = [];
  page.WebSocket = class extends page.WebSocket {
    constructor(...args: unknown[]) {
      super(...args);
      this.addEventListener("message", (event) => {
        const { data } = event as MessageEvent<string>;
        if (data.startsWith('{"token":')) page.renewals.push(data);
      });
    }
  };
}
