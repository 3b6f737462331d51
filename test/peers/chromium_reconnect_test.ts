// The page while the relay goes away and comes back.

import { deepEqual, match, ok } from "node:assert/strict";
import { answerPage, readPage } from "../../runtime/http/page.ts";
import { needing } from "../programs.ts";
import { openChromium } from "./chromium.ts";
import { startRelay } from "./relay.ts";

Deno.test({
  ...needing("the page in Chromium: a relay that stops in a call, and comes back", "chromium"),
  async fn() {
    await using chromium = await openChromium();
    const relay = await startRelay();
    const alice = await chromium.openPhone(relay.http, "alice");
    const bob = await chromium.openPhone(relay.http, "bob");
    await alice.dial("bob");
    await bob.inState("incoming");
    await bob.press("answer");
    await Promise.all([alice.inState("talking"), bob.inState("talking")]);

    await relay.stop();
    for (const phone of [alice, bob]) {
      // "The call ended after …" or "The connection … was lost": whichever reached the page first.
      match(await phone.outcome(), /^(The call ended|The connection to the relay was lost|\w+ hung up)\b/);
      await phone.sees('#link[data-state="waiting"]');
    }

    await using _again = await startRelay(["--http", relay.http.slice("http://".length)]);
    await Promise.all([alice.online(), bob.online()]);
    await bob.dial("alice");
    await alice.inState("incoming");
    await alice.press("answer");
    await Promise.all([alice.hears(), bob.hears()]);
    // A relay that stops waits for its calls first.
    await bob.press("hangup");
    await alice.outcome();
    deepEqual(chromium.faults, []);
  },
});

Deno.test({
  ...needing(
    "the page in Chromium: a name that the relay does not take is refused with its reason",
    "chromium",
  ),
  async fn() {
    await using relay = await startRelay();
    await using chromium = await openChromium();
    const alice = await chromium.openPhone(relay.http, "alice");
    await alice.page.goto(`${relay.http}/#${encodeURIComponent("a[b]c")}`);
    await alice.sees('#link[data-state="refused"] #link-text', "Refused: ");
    await alice.page.goto(`${relay.http}/#alice`);
    await alice.online();
    deepEqual(chromium.faults, []);
  },
});

Deno.test({
  ...needing(
    "the page in Chromium: a relay with too much to do is left alone as long as it asks",
    "chromium",
  ),
  async fn() {
    await using chromium = await openChromium();
    await using busy = await BusyServer.open();
    const page = await chromium.openTab(`http://${busy.host}/#alice`);
    const text = await page.waitForFunction(
      `/^Disconnected: The relay has too much to do. Next try in (\\d+) s$/.exec(
        document.querySelector("#link-text").textContent)?.[1]`,
      { polling: 50 },
    );
    const seconds = Number(await text.jsonValue());
    ok(seconds >= BusyServer.SECONDS - 2 && seconds <= 1.5 * BusyServer.SECONDS, `${seconds}`);
    deepEqual(busy.attempts, ["/ws", "/ladder"]);
  },
});

/** Has the page, and nothing else. */
class BusyServer implements AsyncDisposable {
  static readonly SECONDS = 40;
  readonly attempts: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(page: Awaited<ReturnType<typeof readPage>>) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/ws" && pathname !== "/ladder") {
        return answerPage(page, pathname, request) ?? new Response(null, { status: 404 });
      }
      this.attempts.push(pathname);
      return new Response("The relay has too much to do\n", {
        status: 503,
        headers: { "retry-after": `${BusyServer.SECONDS}` },
      });
    });
  }

  static async open(): Promise<BusyServer> {
    return new BusyServer(await readPage(new URL("../../runtime/page/", import.meta.url)));
  }

  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
