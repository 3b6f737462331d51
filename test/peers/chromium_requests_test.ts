// The relay's own page with JsSIP and with SIP.js in Chromium: texts and keys both ways, and transfers by either, to the third party's sound.

import { deepEqual, equal, match } from "node:assert/strict";
import { needing } from "../programs.ts";
import type { Softphone } from "./browser/softphone.ts";
import { DOMAIN, Stage } from "./browser/stage.ts";
import type { Phone } from "./chromium.ts";

/** Jim has the library's phone, alice and bob the page. */
interface Cast {
  readonly stage: Stage;
  readonly jim: Softphone;
  readonly alice: Phone;
}

const STORIES: Readonly<Record<string, (cast: Cast) => Promise<void>>> = {
  async "texts go both ways, and one that nobody gets says so"({ jim, alice }) {
    await alice.write("jim", "hello, wörld");
    equal(await jim.sees("message"), `message sip:alice@${DOMAIN} hello, wörld`);
    await alice.sees('#text-list .ours[data-state="taken"] .text-content', "hello, wörld");
    await jim.do("message", `sip:alice@${DOMAIN}`, "<b>and back, ☎</b>");
    await jim.sees("message taken");
    await alice.sees("#text-list .theirs .text-content", "<b>and back, ☎</b>");
    await alice.click("#text-list .theirs .name");
    await alice.type("#text-content", "once more");
    await alice.click("#text-send");
    equal(await jim.sees("message"), `message sip:alice@${DOMAIN} once more`);
    await alice.write("nobody", "is anybody there?");
    await alice.sees(
      '#text-list .ours[data-state="refused"] .problem',
      "There is nobody called nobody here. (404",
    );
  },

  async "texts go both ways in a call too"({ jim, alice }) {
    await calls(alice, jim);
    await alice.write("jim", "can you hear me?");
    equal(await jim.sees("message"), `message sip:alice@${DOMAIN} can you hear me?`);
    await jim.do("message", `sip:alice@${DOMAIN}`, "well enough");
    await alice.sees("#text-list .theirs .text-content", "well enough");
    await hangUp(jim, alice);
  },

  async "keys go both ways, in their order"({ jim, alice }) {
    await calls(alice, jim);
    await alice.click("#keys-toggle");
    for (const key of ["4", "2", "#"]) await alice.click(`#pad [data-key="${key}"]`);
    for (const key of ["4", "2", "#"]) equal(await jim.sees("key"), `key 0 ${key}`);
    equal(await alice.read("#keys-pressed"), "42#");
    for (const key of ["7", "*", "A"]) await jim.do("press", key);
    await alice.sees("#keys-heard:not([hidden])", "jim pressed 7*A");
    await hangUp(jim, alice);
  },

  async "the page is sent on to somebody else once its person agrees"({ stage, jim, alice }) {
    await using bob = await stage.page("bob");
    await calls(alice, jim);
    await jim.do("refer", `sip:bob@${DOMAIN}`);
    await alice.sees("#invitation:not([hidden]) #invitation-text", "jim asks you to call bob instead.");
    equal(await alice.read("#invitation-address"), `sip:bob@${DOMAIN}`);
    equal((await jim.story()).includes("transfer begun"), false);
    await alice.click("#follow");
    await jim.sees("transfer begun");
    await bob.inState("incoming");
    equal(await bob.read("#peer"), "alice");
    await bob.press("answer");
    equal(await jim.sees("transfer"), "transfer 200");
    await alice.inState("talking");
    equal(await alice.read("#peer"), "bob");
    await alice.sees("#behind:not([hidden]) #behind-text", "jim waits");
    await jim.do("hangUp");
    await alice.sees("#behind[hidden]");
    await Promise.all([alice.hears(), bob.hears()]);
    await bob.press("hangup");
    match(await alice.outcome(), /^bob hung up after/);
  },

  async "the page's person does not want to be sent on"({ jim, alice }) {
    await calls(jim, alice);
    await jim.do("refer", `sip:bob@${DOMAIN}`);
    await alice.sees("#invitation:not([hidden])");
    await alice.click("#stay");
    equal(await jim.sees("transfer"), "transfer refused 603");
    await alice.sees("#invitation[hidden]");
    await Promise.all([alice.hears(), jim.hears()]);
    await hangUp(jim, alice);
  },

  async "the page is sent on to nobody, and the call before goes on"({ jim, alice }) {
    await calls(jim, alice);
    await jim.do("refer", `sip:nobody@${DOMAIN}`);
    await alice.sees("#invitation:not([hidden])");
    await alice.click("#follow");
    await jim.sees("transfer begun");
    equal(await jim.sees("transfer"), "transfer 404");
    await alice.sees("#peer", "jim");
    await alice.sees("#notice", "There is nobody called nobody here.");
    await jim.hears();
    await hangUp(jim, alice);
  },

  async "the page sends the other side on"({ stage, jim, alice }) {
    await using bob = await stage.page("bob");
    await calls(alice, jim);
    await alice.nameTarget("bob");
    await alice.click("#transfer");
    await bob.inState("incoming");
    equal(await bob.read("#peer"), "jim");
    await alice.sees("#transfer-state:not([hidden])", "jim is calling bob");
    await bob.press("answer");
    equal(await alice.outcome(), "jim is now talking with bob.");
    await Promise.all([jim.sees("up 1"), jim.sees("over 0")]);
    await Promise.all([jim.hears(), bob.hears()]);
    await bob.press("hangup");
    await jim.sees("over 1");
  },

  async "the page sends the other side on to nobody, and talks on"({ jim, alice }) {
    await calls(alice, jim);
    await alice.nameTarget("nobody");
    await alice.click("#transfer");
    await alice.sees("#notice", "jim could not reach nobody. (404");
    await Promise.all([alice.hears(), jim.hears(0)]);
    await hangUp(jim, alice);
  },

  async "the page asks first, then connects the two"({ stage, jim, alice }) {
    await using bob = await stage.page("bob");
    await calls(jim, alice);
    await alice.nameTarget("bob");
    await alice.click("#consult");
    await jim.flows("recvonly");
    await bob.inState("incoming");
    await alice.sees("#behind:not([hidden]) #behind-text", "jim waits");
    await bob.press("answer");
    await alice.inState("talking");
    await Promise.all([alice.hears(), bob.hears()]);
    await alice.click("#connect");
    equal(await alice.outcome(), "jim is now talking with bob.");
    await Promise.all([jim.sees("up 1"), jim.sees("over 0")]);
    await bob.sees("#notice", "Somebody else has taken alice’s place in this call.");
    await Promise.all([jim.hears(), bob.hears()]);
    await bob.press("hangup");
    await jim.sees("over 1");
  },

  async "the page asks first, in vain, and takes the one who waited back"({ stage, jim, alice }) {
    await using bob = await stage.page("bob");
    await calls(alice, jim);
    await alice.nameTarget("bob");
    await alice.click("#consult");
    await jim.flows("recvonly");
    await bob.inState("incoming");
    await bob.press("hangup");
    await jim.flows("sendrecv");
    await alice.sees("#peer", "jim");
    await alice.sees("#notice", "bob declined the call.");
    await Promise.all([alice.hears(0), jim.hears()]);
    await hangUp(jim, alice);
  },

  async "two pages are connected by whoever speaks with both"({ stage, jim, alice }) {
    await using bob = await stage.page("bob");
    await calls(jim, alice);
    await jim.do("call", `sip:bob@${DOMAIN}`);
    await bob.inState("incoming");
    await bob.press("answer");
    await jim.sees("up 1");
    await jim.do("join", 0, 1);
    await alice.sees("#invitation:not([hidden]) #invitation-text", "jim asks you to call bob instead.");
    await alice.click("#follow");
    await alice.inState("talking");
    await jim.sees("transfer 200");
    await jim.do("hangUp", 0);
    await alice.sees("#behind[hidden]");
    await Promise.all([alice.hears(), bob.hears()]);
    await alice.press("hangup");
    match(await bob.outcome(), /hung up after/);
  },
};

for (const [library, page] of [["JsSIP", "jssip_phone"], ["SIP.js", "sipjs_phone"]] as const) {
  Deno.test({
    ...needing(`the page in Chromium, with ${library}`, "chromium"),
    async fn(test) {
      await using stage = await Stage.open(page);
      for (const [name, story] of Object.entries(STORIES)) {
        await test.step(`${library}: ${name}`, async () => {
          await using alice = await stage.page("alice");
          await using jim = await stage.jim();
          await story({ stage, jim, alice });
        });
      }
      deepEqual(stage.faults, []);
      deepEqual(stage.relay.errors.filter((line) => line.includes("Fault of our own")), []);
    },
  });
}

/** One calls the other, who answers. */
async function calls(caller: Phone | Softphone, called: Phone | Softphone): Promise<void> {
  const address = `sip:${called.user}@${DOMAIN}`;
  if ("page" in caller) await caller.dial(address);
  else await caller.do("call", address);
  if ("page" in called) {
    await called.inState("incoming");
    await called.press("answer");
  } else {
    await called.sees("incoming 0");
    await called.do("answer");
  }
  await Promise.all(
    [caller, called].map((phone) => "page" in phone ? phone.inState("talking") : phone.sees("up 0")),
  );
}

async function hangUp(jim: Softphone, alice: Phone): Promise<void> {
  await jim.do("hangUp", 0);
  match(await alice.outcome(), /^jim hung up after/);
}
