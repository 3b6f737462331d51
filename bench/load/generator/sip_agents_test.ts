// Both SIP agents, joined by a wire that may lose things, under a clock turned by hand.

import assert from "node:assert/strict";
import { Arena } from "./arena.ts";
import { findNumber } from "./call_number.ts";
import { Calls, FAR, NEAR, TIMER, TIMERS, TO_IMS } from "./calls.ts";
import type { DatagramSender } from "./sender.ts";
import { SipAnswerer } from "./sip_answerer.ts";
import { SipCaller } from "./sip_caller.ts";
import { SipIndex, VIA } from "./sip_index.ts";
import { UdpPath } from "./sip_path.ts";
import { hostNumber } from "./socket_address.ts";
import { Tally } from "./tally.ts";
import { CALL } from "./template.ts";
import { TimerWheel } from "./timer_wheel.ts";

const HOST = hostNumber("127.0.0.1");
const ROOM = 4_096;
const OFFER = `v=0\r\no=- ${CALL} 1 IN IP4 127.0.0.1\r\n`;
const ANSWER = `v=0\r\no=- ${CALL} 2 IN IP4 127.0.0.1\r\n`;

interface Loss {
  /** Whether this message, the so-many-eth of its kind, is lost. */
  (kind: string, time: number): boolean;
}

/** Kinds are `INVITE`, `200 INVITE` and so on. */
class Bench implements DatagramSender {
  now = 1_000;
  readonly arena = new Arena(512 * 1024);
  readonly tally = new Tally();
  readonly wheel = new TimerWheel(4 * TIMERS, this.now);
  readonly calls = new Calls({ arena: this.arena, wheel: this.wheel, tally: this.tally, count: 4 });
  /** Kinds of what was sent, lost or not. */
  readonly sent: string[] = [];
  readonly texts: string[] = [];
  readonly #loss: Loss;
  readonly #queue: string[] = [];
  readonly #room = this.arena.allocate(ROOM);
  readonly #received = this.arena.allocate(ROOM);
  readonly #index = new SipIndex();
  readonly #caller: SipCaller;
  readonly #answerer: SipAnswerer;
  /** What happens to a text on its way. */
  change: (text: string) => string = (text) => text;

  constructor(loss: Loss = () => false, { answerDelay = 20 }: { answerDelay?: number } = {}) {
    this.#loss = loss;
    const address = "127.0.0.1:5070";
    const { arena, calls, tally } = this;
    const shared = { arena, calls, tally, offer: OFFER, answer: ANSWER, address };
    this.#answerer = new SipAnswerer({ ...shared, udp: this, answerDelay });
    this.#caller = new SipCaller({
      ...shared,
      path: new UdpPath(this, calls),
      target: `sip:c${CALL}@${address}`,
      from: `sip:c${CALL}@caller.invalid`,
      run: "test",
      hold: 1_000,
    });
  }

  reserve(): number {
    return this.#room;
  }

  commit(length: number, host: number, port: number): void {
    assert.equal(host, HOST);
    assert.ok(port > 0);
    const text = this.arena.text(this.#room, this.#room + length);
    const kind = kindOf(text);
    this.sent.push(kind);
    this.texts.push(text);
    const time = this.sent.filter((each) => each === kind).length;
    if (!this.#loss(kind, time)) this.#queue.push(this.change(text));
  }

  call(): number {
    const call = this.calls.begin({ direction: TO_IMS, stream: 0, scheduled: this.now, measured: true });
    this.calls.nearHost[call] = HOST;
    this.calls.nearPort[call] = 5070;
    this.#caller.start(call, this.now);
    this.#work();
    return call;
  }

  /** Lets so many milliseconds pass, one by one. */
  pass(milliseconds: number): void {
    for (const end = this.now + milliseconds; this.now < end;) {
      this.now++;
      this.wheel.advance(this.now, (timer) => {
        const call = Math.floor(timer / TIMERS);
        if (timer % TIMERS === TIMER.near) this.#caller.timer(call, this.now);
        else this.#answerer.timer(call, this.now);
      });
      this.#work();
    }
  }

  #work(): void {
    for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
      const bytes = new TextEncoder().encode(text);
      this.arena.bytes.set(bytes, this.#received);
      this.#deliver(this.#received + bytes.length);
    }
  }

  #deliver(end: number): void {
    const { bytes } = this.arena;
    const message = this.#index;
    assert.ok(message.read(bytes, this.#received, end));
    if (message.status === 0) {
      const number = findNumber(bytes, message.uriStart, message.uriEnd);
      const from = { host: HOST, port: 5070 };
      return this.#answerer.receive(this.calls.callOf(number), number, message, from, this.now);
    }
    const via = message.find(VIA);
    const call = this.calls.callOf(findNumber(bytes, message.values[via]!, message.ends[via]!));
    if (call >= 0) this.#caller.receive(call, message, this.now);
  }
}

function kindOf(text: string): string {
  const [first = "", second = ""] = text.split(" ");
  const [, method = ""] = /\r\nCSeq: \d+ (\w+)/.exec(text) ?? [];
  return first === "SIP/2.0" ? `${second} ${method}` : first;
}

Deno.test("SIP agents: a call, from INVITE to the 200 to BYE", () => {
  const bench = new Bench();
  bench.call();
  bench.pass(2_000);
  assert.deepEqual(bench.sent, ["INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"]);
  assert.equal(bench.tally.completed, 1);
  assert.equal(bench.tally.nearCompleted, 1);
  assert.equal(bench.tally.farCompleted, 1);
  assert.equal(bench.calls.active, 0);
  assert.equal(bench.wheel.size, 0);
  assert.ok(bench.tally.setUp.quantile(1) >= 20);
  assert.equal(bench.tally.added.quantile(1), 0);
});

Deno.test("SIP agents: each message lost once is made up for, and the repeats are counted", () => {
  for (const lost of ["INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"]) {
    const bench = new Bench((kind, time) => kind === lost && time === 1);
    bench.call();
    bench.pass(6_000);
    assert.equal(bench.tally.completed, 1, lost);
    assert.equal(bench.tally.failed, 0, lost);
    assert.equal(bench.wheel.size, 0, lost);
    const { invites, answers, byes } = bench.tally.retransmissions;
    const expected: Record<string, number[]> = {
      "INVITE": [1, 0, 0],
      "180 INVITE": [0, 0, 0],
      "200 INVITE": [0, 1, 0],
      "ACK": [0, 1, 0],
      "BYE": [0, 0, 1],
      "200 BYE": [0, 0, 1],
    };
    assert.deepEqual([invites, answers, byes], expected[lost], lost);
  }
});

Deno.test("SIP agents: an INVITE into the void goes again after 0.5, 1.5, 3.5, 7.5 s (timer A)", () => {
  const bench = new Bench((kind) => kind === "INVITE");
  bench.call();
  const at: number[] = [];
  for (let ms = 0; ms < 8_000; ms++) {
    const before = bench.sent.length;
    bench.pass(1);
    if (bench.sent.length > before) at.push(bench.now - 1_000);
  }
  assert.deepEqual(at, [500, 1_500, 3_500, 7_500]);
  assert.equal(new Set(bench.texts).size, 1, "Every one is the same");
});

Deno.test("SIP agents: a 200 without ACK goes again, at most every 4 s, and is given up after 32 s", () => {
  const bench = new Bench((kind) => kind === "ACK" || kind === "BYE");
  bench.call();
  bench.pass(40_000);
  assert.equal(bench.tally.completed, 0);
  assert.deepEqual([...bench.tally.causes.keys()], ["no ACK to the 200"]);
  // 0.5, 1, 2, 4, 4 … within 32 s
  assert.equal(bench.tally.retransmissions.answers, 10);
  assert.equal(bench.calls.active, 0);
});

Deno.test("SIP agents: an SDP that arrives changed fails the call, on either side", () => {
  const offered = new Bench();
  offered.change = (text) => text.startsWith("INVITE") ? text.replace(" 1 IN IP4", " 9 IN IP4") : text;
  offered.call();
  assert.deepEqual([...offered.tally.causes.keys()], ["an INVITE with another SDP than the OFFER's"]);
  const answered = new Bench();
  answered.change = (text) => text.startsWith("SIP/2.0 200") ? text.replace(" 2 IN IP4", " 9 IN IP4") : text;
  answered.call();
  answered.pass(100);
  assert.deepEqual([...answered.tally.causes.keys()], ["a 200 with another SDP than the ANSWER's"]);
});

Deno.test("SIP agents: a refusal is acknowledged in its transaction and names its status", () => {
  const bench = new Bench();
  bench.change = (text) =>
    text.startsWith("SIP/2.0 180") ? text.replace("180 Ringing", "503 Service Unavailable") : text;
  bench.call();
  assert.deepEqual([...bench.tally.causes], [["SIP 503", 1]]);
  const branch = (text = "") => /branch=([^;\r]+)/.exec(text)?.[1];
  const ack = bench.texts.find((text) => text.startsWith("ACK"));
  assert.equal(branch(ack), branch(bench.texts[0]));
  assert.match(ack ?? "", /^ACK sip:c\d{10}@127\.0\.0\.1:5070 SIP\/2\.0\r\n/);
});

Deno.test("SIP agents: the route set is the Record-Route turned around, and goes before the target", () => {
  const bench = new Bench();
  bench.change = (text) =>
    text.replace(
      /^(SIP\/2\.0 200 OK\r\n)(.*CSeq: 1 INVITE)/s,
      "$1Record-Route: <sip:127.0.0.1:7001;lr>, <sip:127.0.0.1:7002;lr>\r\nRecord-Route: <sip:127.0.0.1:5070;lr>\r\n$2",
    );
  bench.call();
  bench.pass(2_000);
  for (const method of ["ACK", "BYE"]) {
    const text = bench.texts.find((each) => each.startsWith(method)) ?? "";
    assert.deepEqual(text.match(/^Route: .*$/gm), [
      "Route: <sip:127.0.0.1:5070;lr>",
      "Route: <sip:127.0.0.1:7002;lr>",
      "Route: <sip:127.0.0.1:7001;lr>",
    ]);
  }
  assert.equal(bench.tally.completed, 1);
});

Deno.test("SIP agents: what belongs to a call that is over is answered, and is no call", () => {
  const bench = new Bench();
  const first = bench.call();
  bench.pass(2_000);
  const bye = bench.texts.find((text) => text.startsWith("BYE"))!;
  bench.change = (text) => text.startsWith("INVITE") ? bye : text;
  const second = bench.call();
  assert.equal(second, first, "The place is used again");
  assert.equal(bench.sent.at(-1), "200 BYE");
  assert.equal(bench.calls.near[second], NEAR.calling);
  assert.equal(bench.calls.far[second], FAR.idle);
});

Deno.test("Calls: a number is a call's own until the call is over", () => {
  const bench = new Bench((kind) => kind === "INVITE");
  const numbers = new Set<number>();
  for (let i = 0; i < 1_000; i++) {
    const call = bench.call();
    const number = bench.calls.numberOf(call);
    assert.equal(bench.calls.callOf(number), call);
    bench.calls.fail(call, "over");
    assert.equal(bench.calls.callOf(number), -1);
    numbers.add(number);
  }
  assert.equal(numbers.size, 1_000);
  assert.ok(Math.max(...numbers) < 1e10);
});

Deno.test("Calls: more than there is room for fail, and say so", () => {
  const bench = new Bench((kind) => kind === "INVITE");
  for (let i = 0; i < 4; i++) bench.call();
  const begun = { direction: TO_IMS, stream: 0, scheduled: bench.now, measured: true };
  assert.equal(bench.calls.begin(begun), -1);
  assert.deepEqual([...bench.tally.causes], [["no room in the generator", 1]]);
});
