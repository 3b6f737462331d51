// Many calls at the same time: none hears of another.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header } from "../scenarios/sip_text.ts";
import { calling } from "./calling.ts";
import { openBrowser } from "./live_browser.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

for (const transport of ["udp", "tcp"] as const) {
  Deno.test({
    ...needing(`a hundred calls of phones to one browser over ${transport}`, "sipp"),
    fn: () =>
      calling(
        { scenario: "calling_hangup", transport, answer: describe("bob"), calls: 100 },
        async ({ bob, phone, relay }) => {
          for (let call = 0; call < 100; call++) await bob.gets("SHUTDOWN");
          await phone.done();
          const ids = bob.all("OFFER").map(({ offererSessionId }) => offererSessionId);
          assert.equal(new Set(ids).size, 100);
          const tags = phone.messages.filter(({ message, direction }) =>
            direction === "received" && message.start === "200" && header(message, "cseq").endsWith("INVITE")
          ).map(({ message }) => header(message, "to"));
          assert.equal(new Set(tags).size, 100);
          assert.equal(bob.all("ERROR").length, 0);
          assert.equal(relay.errors.filter((line) => /Fault of our own/.test(line)).length, 0);
        },
      ),
  });
}

Deno.test("thirty browsers call each other in a ring, all at once", async () => {
  await using relay = await startRelay();
  await using stack = new AsyncDisposableStack();
  const names = Array.from({ length: 30 }, (_, index) => `u${index}`);
  const browsers = await Promise.all(
    names.map((name) => openBrowser(relay, name, { answer: describe(`answer of ${name}`) })),
  );
  browsers.forEach((browser) => stack.use(browser));
  browsers.forEach((browser, index) =>
    browser.call(names[(index + 1) % names.length]!, describe(`offer of ${browser.name}`))
  );
  await Promise.all(browsers.map(async (browser, index) => {
    const answer = await browser.gets("ANSWER");
    assert.equal(answer.sdp, describe(`answer of ${names[(index + 1) % names.length]}`));
    browser.hangUp(answer, 2);
  }));
  await Promise.all(browsers.map(async (browser, index) => {
    if (browser.all("SHUTDOWN").length === 0) await browser.gets("SHUTDOWN");
    const [offer] = browser.all("OFFER");
    const caller = names[(index + names.length - 1) % names.length]!;
    assert.equal(offer!.from, `sip:${caller}@ropeway.local`);
    assert.equal(offer!.sdp, describe(`offer of ${caller}`));
    assert.equal(browser.all("ERROR").length, 0, browser.story());
  }));
});
