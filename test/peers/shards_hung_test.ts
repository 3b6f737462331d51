// A shard that hangs: SIGSTOP, which is what a stuck event loop looks like from outside.

import assert from "node:assert/strict";
import { isBound } from "./ports.ts";
import { describe, hold } from "./sdp.ts";
import { exists, hangShard, linesOf, meetingOf, openBrowserAt, pidOf, startShards } from "./shards.ts";

Deno.test("a shard that hangs is found, killed and started again; calls beside it go on all the while", async () => {
  await using relay = await startShards();
  // alice and bob at 0, carol at 1 talks to erin at 0
  await using alice = await openBrowserAt(relay, 0, { name: "alice" });
  await using bob = await openBrowserAt(relay, 0, { name: "bob", answer: describe("bob") });
  const carol = await openBrowserAt(relay, 1, { name: "carol", answer: describe("carol") });
  await using erin = await openBrowserAt(relay, 0, { name: "erin", patience: 60_000 });
  erin.call("carol", describe("erin"));
  await erin.gets("ANSWER");
  await carol.gets("OK");

  const hung = pidOf(relay, 1);
  const back = hangShard(relay, 1);
  // nobody is waited for: a call begins, changes and ends meanwhile
  alice.call("bob", describe("alice"));
  const answer = await alice.gets("ANSWER");
  await bob.gets("OK");
  alice.reoffer(hold("alice"));
  assert.equal((await bob.gets("OFFER")).sdp, hold("alice"));
  await alice.gets("ANSWER");
  await bob.gets("OK");
  assert.deepEqual(linesOf(relay, "Shard says nothing: it is killed"), []);
  alice.hangUp(answer, 3);
  await bob.gets("SHUTDOWN");

  await carol.closes();
  await erin.gets("SHUTDOWN");
  await back;
  const [told, ...others] = linesOf(relay, "Shard says nothing: it is killed");
  assert.deepEqual([told?.shard, told?.pid, others.length], [1, hung, 0]);
  assert.ok(isBound("udp", relay.udp[1]!.port) && isBound("tcp", relay.tcp[1]!.port));
  await using again = await openBrowserAt(relay, 1, { name: "carol", answer: describe("again") });
  erin.call("carol", describe("erin"));
  assert.equal((await erin.gets("ANSWER")).sdp, describe("again"));
  again.end();
  await erin.gets("SHUTDOWN");
});

Deno.test("SIGTERM while a shard hangs: the others stop in order, and the exit code says that one did not", async () => {
  const relay = await startShards();
  const meeting = meetingOf(relay);
  const alice = await openBrowserAt(relay, 0, { name: "alice" });
  Deno.kill(pidOf(relay, 1), "SIGSTOP");
  Deno.kill(relay.pid, "SIGTERM");
  assert.equal((await alice.closes()).code, 1001);
  assert.equal((await relay.ended).code, 1);
  await relay.stop();
  assert.equal(exists(meeting), false);
});
