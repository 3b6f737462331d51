// Browsers' identities at a registrar that is not ours: registered, called, challenged, refreshed and taken back.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { HOME, type KamailioRegistrar, PASSWORD, startRegistrar } from "./kamailio_registrar.ts";
import { openBrowser } from "./live_browser.ts";
import { type Relay, startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

async function withRelay(
  users: Readonly<Record<string, string>>,
  story: (stage: { relay: Relay; registrar: KamailioRegistrar }) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  await using registrar = await startRegistrar();
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const entries = Object.entries(users).map(([user, password]) => [`sip:${user}@${HOME}`, { password }]);
    await Deno.writeTextFile(file, JSON.stringify(Object.fromEntries(entries)));
    const { host, port } = registrar.address;
    await using relay = await startRelay(["--ims", `${host}:${port}`, "--ims-users", file, ...args]);
    await story({ relay, registrar });
  } finally {
    await Deno.remove(file);
  }
}

const right = { alice: PASSWORD, bob: PASSWORD };

Deno.test({
  ...needing("two browsers are registered, and one calls the other through their network", "kamailio"),
  fn: () =>
    withRelay(right, async ({ relay, registrar }) => {
      await using alice = await openBrowser(relay, "alice");
      await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
      await registrar.hasSaved("alice");
      await registrar.hasSaved("bob");
      // Kamailio challenges the INVITE too
      alice.call("bob", describe("alice"));
      const answer = await alice.gets("ANSWER");
      assert.equal(answer.sdp, describe("bob"));
      assert.equal(bob.all("OFFER")[0]!.from, `sip:alice@${HOME}`);
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      await bob.gets("SHUTDOWN");
    }),
});

Deno.test({
  ...needing("a wrong password and a barred user: the browser is told and let go", "kamailio"),
  fn: () =>
    withRelay({ alice: "guessed", barred: PASSWORD }, async ({ relay, registrar }) => {
      await using alice = await openBrowser(relay, "alice");
      await using barred = await openBrowser(relay, "barred");
      const { code, reason } = await alice.closes();
      assert.deepEqual([code, reason], [
        1008,
        "The IMS refuses the registration: 403 The credentials are not accepted",
      ]);
      assert.equal((await barred.closes()).reason, "The IMS refuses the registration: 403 Barred here");
      assert.deepEqual(registrar.saved, []);
    }),
});

Deno.test({
  ...needing("an identity is taken back when its browser has gone, and when the relay stops", "kamailio"),
  fn: () =>
    withRelay(right, async ({ relay, registrar }) => {
      await using alice = await openBrowser(relay, "alice");
      await using bob = await openBrowser(relay, "bob");
      await registrar.hasSaved("alice");
      await registrar.hasSaved("bob");
      alice.leave();
      assert.match(await registrar.hasSaved("alice", 2), /;expires=0$/);
      bob.call("alice", describe("bob"));
      assert.equal((await bob.gets("ERROR")).status, 480);
      await relay.stop();
      assert.match(await registrar.hasSaved("bob", 2), /;expires=0$/);
      assert.ok(!relay.errors.some((line) => line.includes(PASSWORD)), "the log tells a secret");
    }),
});

Deno.test({
  ...needing("a pool over two shards: each identity is registered once, and lent to a call", "kamailio"),
  fn: () =>
    withRelay(
      { p0: PASSWORD, p1: PASSWORD, p2: PASSWORD },
      async ({ relay, registrar }) => {
        for (const user of ["p0", "p1", "p2"]) await registrar.hasSaved(user);
        const contacts = registrar.saved.map((line) => /@[\d.]+:(\d+)/.exec(line)?.[1]);
        assert.equal(contacts.length, 3);
        assert.equal(new Set(contacts).size, 2, "one port for each shard");
        await using zoe = await openBrowser(relay, "zoe");
        zoe.call(`sip:nobody@${HOME}`, describe("zoe"));
        assert.equal((await zoe.gets("ERROR")).status, 480);
      },
      ["--ims-mode", "pool", "--shards", "2"],
    ),
});
