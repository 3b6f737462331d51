import assert from "node:assert/strict";
import { type Binding, Bindings, type ContactBinding } from "./bindings.ts";

function contact(user: string, uri: string, options: Partial<ContactBinding> = {}): ContactBinding {
  return {
    type: "contact",
    user,
    uri,
    hop: { transport: "udp", host: "192.0.2.1", port: 5060, flow: 0 },
    expires: 60_000,
    q: 1,
    callId: "c",
    cseq: 1,
    since: 0,
    instance: "",
    regId: 0,
    ...options,
  };
}

const names = (bindings: readonly Binding[]) =>
  bindings.map((binding) =>
    binding.type === "contact" ? binding.uri : binding.type === "feed" ? binding.feed : binding.shard
  );

Deno.test("Bindings.of: greater q first, then the most recent", () => {
  const bindings = new Bindings();
  bindings.addFeed({ user: "alice", feed: 1 }, 100);
  bindings.replaceContacts("alice", [
    contact("alice", "sip:low@h", { q: 0.2, since: 900 }),
    contact("alice", "sip:old@h", { since: 50 }),
    contact("alice", "sip:new@h", { since: 200 }),
  ]);
  bindings.addFeed({ user: "alice", feed: 2 }, 300);
  assert.deepEqual(names(bindings.of("alice", 1000)), [2, "sip:new@h", 1, "sip:old@h", "sip:low@h"]);
  assert.deepEqual(names(bindings.contactsOf("alice", 1000)), ["sip:new@h", "sip:old@h", "sip:low@h"]);
  assert.deepEqual(bindings.of("bob", 0), []);
});

Deno.test("Bindings.of: what has expired is gone, a list handed out stays", () => {
  const bindings = new Bindings();
  bindings.replaceContacts("alice", [
    contact("alice", "sip:a@h", { expires: 10 }),
    contact("alice", "sip:b@h", { expires: 20 }),
  ]);
  const before = bindings.of("alice", 9);
  assert.equal(bindings.of("alice", 9), before);
  assert.deepEqual(names(bindings.of("alice", 10)), ["sip:b@h"]);
  assert.equal(before.length, 2);
  assert.deepEqual(bindings.of("alice", 20), []);
  assert.equal(bindings.size, 0);
  assert.equal(bindings.users, 0);
});

Deno.test("Bindings: a feed goes with its WebSocket and moves with its login", () => {
  const bindings = new Bindings();
  bindings.addFeed({ user: "alice", feed: 1 }, 0);
  bindings.addFeed({ user: "alice", feed: 2 }, 0);
  bindings.addFeed({ user: "bob", feed: 2 }, 0);
  assert.deepEqual(names(bindings.of("alice", 0)), [1]);
  assert.deepEqual(names(bindings.of("bob", 0)), [2]);
  bindings.removeFeed(1);
  bindings.removeFeed(1);
  assert.equal(bindings.users, 1);
  assert.equal(bindings.size, 1);
});

Deno.test("Bindings.removeFlow: takes all that registered over the connection and nothing else", () => {
  const bindings = new Bindings();
  const over = (flow: number) => ({ hop: { transport: "tcp", host: "192.0.2.1", port: 9, flow } as const });
  bindings.replaceContacts("alice", [
    contact("alice", "sip:a@h", over(7)),
    contact("alice", "sip:b@h", over(8)),
  ]);
  bindings.replaceContacts("bob", [contact("bob", "sip:c@h", over(7)), contact("bob", "sip:d@h")]);
  bindings.replaceContacts("carol", [contact("carol", "sip:e@h", over(7))]);
  bindings.replaceContacts("carol", [contact("carol", "sip:e@h", over(9))]);
  bindings.removeFlow(7);
  bindings.removeFlow(0);
  assert.deepEqual(["alice", "bob", "carol"].flatMap((user) => names(bindings.of(user, 0))), [
    "sip:b@h",
    "sip:d@h",
    "sip:e@h",
  ]);
});

Deno.test("Bindings: users, contacts and feeds are bounded", () => {
  const bindings = new Bindings({ users: 2, contactsPerUser: 1, feedsPerUser: 1 });
  assert.ok(bindings.addFeed({ user: "alice", feed: 1 }, 0));
  assert.ok(!bindings.addFeed({ user: "alice", feed: 2 }, 0));
  assert.ok(!bindings.replaceContacts("alice", [contact("alice", "sip:a@h"), contact("alice", "sip:b@h")]));
  assert.ok(bindings.replaceContacts("alice", [contact("alice", "sip:a@h")]));
  assert.ok(bindings.replaceContacts("bob", [contact("bob", "sip:b@h")]));
  assert.ok(!bindings.addFeed({ user: "carol", feed: 3 }, 0));
  assert.ok(!bindings.replaceContacts("carol", [contact("carol", "sip:c@h")]));
  bindings.removeFeed(1);
  bindings.replaceContacts("alice", []);
  assert.ok(bindings.addFeed({ user: "carol", feed: 3 }, 0));
  assert.equal(bindings.size, 2);
});

Deno.test("Bindings.sweep: comes round to every user in small steps", () => {
  const bindings = new Bindings();
  for (let i = 0; i < 100; i++) {
    bindings.replaceContacts(`u${i}`, [contact(`u${i}`, "sip:a@h", { expires: i })]);
  }
  bindings.sweep(50, 10);
  assert.equal(bindings.size, 90);
  for (let i = 0; i < 10; i++) bindings.sweep(50, 10);
  assert.equal(bindings.size, 49);
  for (let i = 0; i < 15; i++) bindings.sweep(1000, 10);
  assert.equal(bindings.users, 0);
});
