import assert from "node:assert/strict";
import { Ladder, type Rung, rungText } from "./ladder.ts";

const encoder = new TextEncoder();

const arrival = { transport: "udp", host: "::1", port: 5070, flow: 0, localPort: 5060 } as const;
const hop = { transport: "tcp", host: "192.0.2.1", port: 5060, flow: 0 } as const;
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("Ladder is inactive until somebody subscribes, and again after the last one left", () => {
  const ladder = new Ladder({ tracing: false, usersOf: () => ["alice"] });
  assert.equal(ladder.active, false);
  const seen: Rung[] = [];
  const leave = ladder.subscribe("alice", (rung) => seen.push(rung));
  assert.equal(ladder.active, true);
  ladder.roapIn(1, encoder.encode("{}"));
  leave();
  leave();
  assert.equal(ladder.active, false);
  ladder.roapIn(1, encoder.encode("{}"));
  assert.equal(seen.length, 1);
});

Deno.test("Ladder shows a message to the users of its call alone", () => {
  const ladder = new Ladder({ tracing: false, usersOf: (call) => call === 1 ? ["alice", "bob"] : ["carol"] });
  const seen: string[] = [];
  for (const user of ["alice", "bob", "carol", "dave"]) ladder.subscribe(user, () => seen.push(user));
  ladder.roapOut(1, encoder.encode("{}"));
  assert.deepEqual(seen, ["alice", "bob"]);
  ladder.roapOut(2, encoder.encode("{}"));
  ladder.roapOut(0, encoder.encode("{}"));
  assert.deepEqual(seen, ["alice", "bob", "carol"]);
});

Deno.test("Ladder replays the last 200 messages of the user's calls while tracing", () => {
  const ladder = new Ladder({ tracing: true, usersOf: (call) => [call % 2 ? "alice" : "bob"] });
  for (let call = 1; call <= 600; call++) ladder.roapIn(call, encoder.encode(`{"n":${call}}`));
  const calls: number[] = [];
  ladder.subscribe("alice", ({ call }) => calls.push(call));
  assert.equal(calls.length, 200);
  assert.deepEqual([calls[0], calls.at(-1)], [201, 599]);
});

Deno.test("Ladder keeps no past of a call that begins among many, and shows it to whoever looks", () => {
  let live = 50;
  const ladder = new Ladder({ tracing: true, usersOf: () => ["alice"], calls: () => live });
  ladder.roapIn(1, encoder.encode("{}"));
  live = 51;
  ladder.roapIn(2, encoder.encode("{}"));
  ladder.roapIn(1, encoder.encode("{}"));
  live = 1;
  ladder.roapIn(2, encoder.encode("{}"));
  const calls: number[] = [];
  ladder.subscribe("alice", ({ call }) => calls.push(call));
  assert.deepEqual(calls, [1, 1]);
  ladder.roapIn(2, encoder.encode("{}"));
  assert.deepEqual(calls, [1, 1, 2]);
});

Deno.test("Ladder is inactive while many calls are under way, once none that is traced can have messages any more", () => {
  let [live, now] = [1, 1_000_000];
  const users = new Map([[1, ["alice"]]]);
  const calls = () => live;
  const ladder = new Ladder({
    tracing: true,
    usersOf: (call) => users.get(call) ?? [],
    calls,
    now: () => now,
  });
  ladder.roapIn(1, encoder.encode("{}"));
  live = 51;
  let last = 1;
  const another = () => ladder.active ? ladder.roapIn(++last, encoder.encode("{}")) : ladder.passOver(++last);
  for (let i = 0; i < 10; i++) another();
  assert.equal(ladder.active, true, "the traced call goes on");
  users.delete(1);
  another();
  now += 31_999;
  another();
  ladder.roapOut(1, encoder.encode("{}"));
  assert.equal(ladder.active, true, "its BYE may still be answered");
  now += 1;
  another();
  assert.equal(ladder.active, false);
  another();
  const begunMeanwhile = last;
  for (const call of [begunMeanwhile, begunMeanwhile + 1]) users.set(call, ["alice"]);
  live = 1;
  assert.equal(ladder.active, true);
  for (const call of [begunMeanwhile, begunMeanwhile + 1]) ladder.roapIn(call, encoder.encode("{}"));
  const past: number[] = [];
  ladder.subscribe("alice", ({ call }) => past.push(call));
  assert.deepEqual(past, [1, 1, begunMeanwhile + 1]);
});

Deno.test("Ladder replays nothing without tracing", () => {
  const ladder = new Ladder({ tracing: false, usersOf: () => ["alice"] });
  ladder.subscribe("bob", () => {});
  ladder.roapIn(1, encoder.encode("{}"));
  ladder.subscribe("alice", () => assert.fail("replayed"));
});

Deno.test("Ladder keeps no more bytes than its limit, the newest ones", () => {
  const ladder = new Ladder({ tracing: true, usersOf: () => ["alice"], byteLimit: 1_000 });
  for (let call = 1; call <= 50; call++) ladder.roapIn(call, encoder.encode("x".repeat(100)));
  const calls: number[] = [];
  ladder.subscribe("alice", ({ call }) => calls.push(call));
  assert.deepEqual(calls, [41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
});

Deno.test("Ladder shows a call's last messages to its users after core has forgotten the call", () => {
  let users: string[] = ["alice"];
  const ladder = new Ladder({ tracing: true, usersOf: () => users });
  ladder.roapIn(1, encoder.encode("{}"));
  users = [];
  ladder.roapOut(1, encoder.encode("{}"));
  let count = 0;
  ladder.subscribe("alice", () => count++);
  assert.equal(count, 2);
});

Deno.test("Ladder keeps a SIP message's own copy", () => {
  const ladder = new Ladder({ tracing: true, usersOf: () => ["alice"] });
  const message = bytes("BYE sip:a SIP/2.0\r\n\r\n");
  ladder.sipIn(1, arrival, message);
  message.fill(0);
  ladder.subscribe("alice", (rung) => assert.match(rungText(rung), /BYE sip:a/));
});

Deno.test("rungText gives title, peer and the whole message", () => {
  const ladder = new Ladder({ tracing: true, usersOf: () => ["alice"] });
  ladder.sipIn(4, arrival, bytes("INVITE sip:bob@b SIP/2.0\r\nTo: x\r\n\r\n"));
  ladder.sipOut({ call: 4, hop, bytes: bytes("SIP/2.0 180 Ringing\r\n\r\n") });
  ladder.sipOut({ call: 4, hop: { ...hop, transport: "loop" }, bytes: bytes("") });
  ladder.roapOut(4, encoder.encode('{"messageType":"OFFER","sdp":"v=0"}'));
  ladder.roapIn(4, encoder.encode("no JSON"));
  const lines: { [name: string]: unknown }[] = [];
  ladder.subscribe("alice", (rung) => lines.push(JSON.parse(rungText(rung))));
  const short = lines.map(({ direction, protocol, peer, title }) => [direction, protocol, peer, title]);
  assert.deepEqual(short, [
    ["in", "SIP", "udp:[::1]:5070", "INVITE"],
    ["out", "SIP", "tcp:192.0.2.1:5060", "180 Ringing"],
    ["out", "SIP", "loop", ""],
    ["out", "ROAP", "browser", "OFFER"],
    ["in", "ROAP", "browser", "?"],
  ]);
  assert.equal(lines[0]?.text, "INVITE sip:bob@b SIP/2.0\r\nTo: x\r\n\r\n");
  assert.equal(lines[0]?.call, 4);
  assert.ok(Math.abs(Number(lines[0]?.time) - Date.now()) < 60_000);
});

Deno.test("rungText shows no proof of a password, and no caller that hides", () => {
  const shown = (text: string) => {
    const ladder = new Ladder({ tracing: false, usersOf: () => ["alice"] });
    const lines: { text: string }[] = [];
    ladder.subscribe("alice", (rung) => lines.push(JSON.parse(rungText(rung))));
    ladder.sipOut({ call: 1, hop, bytes: bytes(text) });
    return lines[0]!.text;
  };
  const invite =
    'INVITE sip:b SIP/2.0\r\nFrom: <sip:eve@x>;tag=1\r\nProxy-Authorization: Digest response="ab"\r\n' +
    'authorization: Digest response="ab"\r\nP-Asserted-Identity: <sip:eve@x>\r\n';
  const open = shown(`${invite}\r\n`);
  assert.doesNotMatch(open, /response/);
  assert.match(open, /^Proxy-Authorization: …\r$/m);
  assert.match(open, /^P-Asserted-Identity: <sip:eve@x>\r$/m);
  assert.doesNotMatch(shown(`${invite}Privacy: id\r\n\r\n`), /eve/);
});
