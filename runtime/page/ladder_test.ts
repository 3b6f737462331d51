import { deepEqual, equal } from "node:assert/strict";
import { Ladder, type LadderLine, readable, stamp } from "./ladder.js";

function line(change: Partial<LadderLine> = {}): LadderLine {
  return {
    time: 1000,
    call: 1,
    direction: "out",
    protocol: "SIP",
    peer: "udp:127.0.0.1:5070",
    title: "INVITE",
    text: "INVITE",
    ...change,
  };
}

function build(lines: readonly Partial<LadderLine>[]): Ladder {
  const ladder = new Ladder();
  for (const change of lines) ladder.receive(JSON.stringify(line(change)));
  return ladder;
}

Deno.test("Ladder counts time from a call's first message", () => {
  const { calls } = build([{ time: 1000 }, { time: 1012.5, text: "2" }, { time: 4000, call: 2 }]);
  deepEqual(calls.map((call) => call.messages.map((message) => message.after)), [[0, 12.5], [0]]);
});

Deno.test("Ladder marks what is sent again, and forgets what it is told again", () => {
  const { calls } = build([{ time: 1000 }, { time: 1500 }, { time: 1500 }, { time: 2500 }, {
    time: 2500,
    direction: "in",
  }]);
  deepEqual(calls[0]!.messages.map((message) => message.repeat), [0, 1, 2, 0]);
});

Deno.test("Ladder knows a refusal", () => {
  const { calls } = build([
    { title: "200 OK", text: "1" },
    { title: "486 Busy Here", text: "2" },
    { title: "ERROR", text: "3", protocol: "ROAP" },
  ]);
  deepEqual(calls[0]!.messages.map((message) => message.bad), [false, true, true]);
});

Deno.test("Ladder names a call by whom the browser's OFFER names", () => {
  const out = build([{ protocol: "ROAP", direction: "in", text: '{"to":"bob"}' }]);
  const inn = build([{}, { protocol: "ROAP", direction: "out", text: '{"from":"sip:a@b"}' }]);
  deepEqual([out.calls[0]!.party, inn.calls[0]!.party], ["bob", "sip:a@b"]);
});

Deno.test("Ladder is bounded in calls and in messages of a call", () => {
  const many = build(Array.from({ length: 100 }, (_, call) => ({ call })));
  equal(many.calls.length, 30);
  const long = build(Array.from({ length: 600 }, (_, i) => ({ text: String(i) })));
  equal(long.calls[0]!.messages.length, 500);
  equal(long.calls[0]!.left, 100);
});

Deno.test("Ladder lives through anything", () => {
  const ladder = new Ladder();
  for (const text of ["", "null", "7", "{}", '{"time":"x","call":1}']) ladder.receive(text);
  deepEqual(ladder.calls, []);
});

Deno.test("stamp shows milliseconds, then seconds", () => {
  deepEqual([stamp(0), stamp(12.4), stamp(9999), stamp(12_345)], ["0", "12", "9999", "12.3 s"]);
});

Deno.test("readable takes the description out of the JSON", () => {
  const roap = line({ protocol: "ROAP", text: '{"seq":1,"sdp":"v=0\\r\\ns=-\\r\\n"}' });
  deepEqual(readable(roap), { text: '{\n  "seq": 1\n}', sdp: "v=0\ns=-\n" });
  deepEqual(readable(line({ text: "INVITE\r\n\r\n" })), { text: "INVITE\n\n", sdp: "" });
  deepEqual(readable(line({ protocol: "ROAP", text: "{" })), { text: "{", sdp: "" });
});
