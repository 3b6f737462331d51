// kill -9 of a shard, and of the supervisor.

import assert from "node:assert/strict";
import { address, header } from "../scenarios/sip_text.ts";
import { openRawPhone, rawRequest } from "./raw_phone.ts";
import { isBound, until } from "./ports.ts";
import { describe, hold } from "./sdp.ts";
import { exists, killShard, meetingOf, openBrowserAt, pidOf, startShards } from "./shards.ts";

Deno.test("kill -9 of a shard: calls beside it live on, its own end, it comes back with its ports and takes calls", async () => {
  await using relay = await startShards();
  // alice and bob at 0, carol at 1 talks to erin at 0
  await using alice = await openBrowserAt(relay, 0, { name: "alice" });
  await using bob = await openBrowserAt(relay, 0, { name: "bob", answer: describe("bob") });
  const carol = await openBrowserAt(relay, 1, { name: "carol", answer: describe("carol") });
  await using erin = await openBrowserAt(relay, 0, { name: "erin" });
  alice.call("bob", describe("alice"));
  const answer = await alice.gets("ANSWER");
  await bob.gets("OK");
  erin.call("carol", describe("erin"));
  await erin.gets("ANSWER");
  await carol.gets("OK");

  const killed = killShard(relay, 1);
  await carol.closes();
  await erin.gets("SHUTDOWN");
  await killed;
  // the call at the other shard has not noticed
  alice.reoffer(hold("alice"));
  assert.equal((await bob.gets("OFFER")).sdp, hold("alice"));
  await alice.gets("ANSWER");
  await bob.gets("OK");
  alice.hangUp(answer, 3);
  await bob.gets("SHUTDOWN");
  await alice.gets("OK");

  // the new one has the old one's ports, browsers, and calls in either direction
  assert.ok(isBound("udp", relay.udp[1]!.port) && isBound("tcp", relay.tcp[1]!.port));
  await using again = await openBrowserAt(relay, 1, { name: "carol", answer: describe("again") });
  erin.call("carol", describe("erin"));
  assert.equal((await erin.gets("ANSWER")).sdp, describe("again"));
  again.end();
  await erin.gets("SHUTDOWN");
  again.call("bob", describe("again"));
  assert.equal((await again.gets("ANSWER")).sdp, describe("bob"));
  using phone = await openRawPhone(relay, "udp", 1);
  await phone.send(rawRequest(phone, { method: "OPTIONS", uri: "sip:ropeway.local" }));
  assert.equal((await phone.next())!.start, "200");
  const faults = relay.errors.filter((line) => /Fault of our own|makes no sense/.test(line));
  assert.deepEqual(faults, []);
});

Deno.test("kill -9 of the public shard: the other one takes what is its, and what comes for the dead is told so", async () => {
  await using relay = await startShards();
  await using bob = await openBrowserAt(relay, 1, { name: "bob", answer: describe("bob") });
  using phone = await openRawPhone(relay, "udp");
  // by the public port: the call's first half is at 0
  const uri = "sip:bob@ropeway.local";
  await phone.send(rawRequest(phone, { method: "INVITE", uri, body: describe("phone") }));
  let answer = (await phone.next())!;
  while (answer.start !== "200") answer = (await phone.next())!;
  const inside = (method: string, number: number) =>
    rawRequest(phone, {
      method,
      uri: address(header(answer, "contact")),
      headers: {
        From: header(answer, "from"),
        To: header(answer, "to"),
        "Call-ID": header(answer, "call-id"),
        CSeq: `${number} ${method}`,
      },
    });
  await phone.send(inside("ACK", 7));
  await bob.gets("OK");
  await killShard(relay, 0);
  await bob.gets("SHUTDOWN");
  for (const listener of [0, 1]) {
    phone.turnTo!(relay.udp[listener]!);
    await phone.send(inside("BYE", 8 + listener));
    assert.equal((await phone.next())!.start, "481");
  }
  // a new call, by the public port
  phone.turnTo!(relay.udp[0]!);
  await phone.send(rawRequest(phone, { method: "INVITE", uri, body: describe("phone") }));
  do answer = (await phone.next())!; while (Number(answer.start) < 200);
  assert.equal(answer.start, "200");
});

Deno.test("SIGTERM with two shards: both halves of a call end in order, 1001 and exit code 0, and no sockets are left", async () => {
  const relay = await startShards();
  const alice = await openBrowserAt(relay, 0, { name: "alice" });
  const bob = await openBrowserAt(relay, 1, { name: "bob", answer: describe("bob") });
  alice.call("bob", describe("alice"));
  await alice.gets("ANSWER");
  await bob.gets("OK");
  const meeting = meetingOf(relay);
  assert.ok(exists(meeting));
  const stopping = relay.stop();
  await Promise.all([alice.gets("SHUTDOWN"), bob.gets("SHUTDOWN")]);
  assert.deepEqual([(await alice.closes()).code, (await bob.closes()).code], [1001, 1001]);
  assert.deepEqual(await stopping, { code: 0, signal: null });
  assert.equal(exists(meeting), false);
});

Deno.test("SIGTERM with drain and two shards: the one without calls waits for the other", async () => {
  const relay = await startShards(["--drain", "20"]);
  const alice = await openBrowserAt(relay, 0, { name: "alice" });
  const bob = await openBrowserAt(relay, 0, { name: "bob", answer: describe("bob") });
  const carol = await openBrowserAt(relay, 1, { name: "carol" });
  alice.call("bob", describe("alice"));
  const answer = await alice.gets("ANSWER");
  await bob.gets("OK");
  const stopping = relay.stop();
  // refused, but still there
  for (;;) {
    carol.call("bob", describe("carol"));
    const { messageType, status } = await carol.gets(({ messageType }) =>
      ["ERROR", "ANSWER"].includes(messageType)
    );
    if (messageType === "ERROR" && status === 503) break;
    carol.end();
  }
  alice.hangUp(answer, 2);
  await alice.gets("OK");
  assert.equal((await carol.closes()).code, 1001);
  assert.deepEqual(await stopping, { code: 0, signal: null });
});

Deno.test("kill -9 of the supervisor: the shards stop by themselves", async () => {
  const relay = await startShards();
  const alice = await openBrowserAt(relay, 0, { name: "alice" });
  const pids = [0, 1].map((shard) => pidOf(relay, shard));
  const meeting = meetingOf(relay);
  Deno.kill(relay.pid, "SIGKILL");
  assert.equal((await alice.closes()).code, 1001);
  const isOver = () =>
    !pids.some(lives) && !relay.udp.some(({ port }) => isBound("udp", port)) && !exists(meeting);
  await until(isOver, { within: 10_000, failing: () => "Shards are left" });
  await relay.ended;
  await relay.stop();
});

function lives(pid: number): boolean {
  try {
    // Z: it is dead, and only nobody has asked how.
    return !/^\d+ \(.*\) Z/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
