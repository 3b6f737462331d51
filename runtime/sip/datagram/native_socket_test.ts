// What only the batched socket can do, and what it does when the operating system refuses.

import assert from "node:assert/strict";
import type { Hop } from "../../../core/hop.ts";
import { KINDS, nobody, Phone, udpRig } from "../../../test/datagrams.ts";
import { EAGAIN, EINTR, ENOBUFS, EPERM, type Libc } from "./libc.ts";

const EHOSTUNREACH = 113;
const ignore = !KINDS.includes("batched");

function test(claim: string, fn: () => Promise<void> | void): void {
  Deno.test(`NativeSocket ${claim}`, { ignore }, fn);
}

function invite(branch: string, { method = "INVITE", uri = "sip:bob@127.0.0.1" } = {}): string {
  return `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=${branch};rport\r\n` +
    `To: <${uri}>\r\n\r\n${"x".repeat(1_000)}`;
}

/** The library with a hand on sendmmsg: `before` answers instead of it, or says how many may go, or nothing. */
function sending(before: (count: number) => number | undefined) {
  return (libc: Libc): Libc => ({
    ...libc,
    sendmmsg: tried((descriptor, messages, count) => {
      const answer = before(count);
      if (answer !== undefined && answer < 0) return answer;
      return libc.sendmmsg(descriptor, messages, answer ?? count);
    }),
  });
}

/** Nothing at all is how the library is tried out. */
function tried(call: Libc["recvmmsg"]): Libc["recvmmsg"] {
  return (descriptor, messages, count) => count === 0 ? 0 : call(descriptor, messages, count);
}

async function texts(phone: Phone, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) seen.push((await phone.receive()).text);
  return seen;
}

const ten = Array.from({ length: 10 }, (_, at) => `message ${at}`);

test("delivers what came at once in batches, in its order", async () => {
  await using relay = udpRig({ kind: "batched" });
  const all = Array.from({ length: 100 }, (_, at) => `message ${at}`);
  // All are in the socket's buffer before the event loop turns.
  await using sender = udpRig({ kind: "batched" });
  const [{ host, port }] = relay.addresses as [{ host: string; port: number }];
  for (const text of all) sender.sent(text, { transport: "udp", host, port, flow: 0 });
  sender.udp.flush();
  for (const text of all) assert.equal((await relay.inputs.sip()).text, text);
  assert.ok(relay.inputs.batches < 10, `${relay.inputs.batches} batches`);
});

for (const host of ["127.0.0.1", "::1"]) {
  test(`tells the transaction whose request nobody takes at ${host}`, async () => {
    await using relay = udpRig({ kind: "batched", hosts: [host] });
    relay.sent(invite("z9hG4bKa"), nobody(host), "z9hG4bKa INVITE");
    relay.udp.flush();
    assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "z9hG4bKa INVITE" });
    assert.equal(relay.udp.counts.failures, 1);
  });
}

test("tells of IPv4 on the wildcard of IPv6 too", async () => {
  await using relay = udpRig({ kind: "batched", hosts: ["::"] });
  relay.sent(invite("z9hG4bKa"), nobody(), "z9hG4bKa INVITE");
  relay.udp.flush();
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "z9hG4bKa INVITE" });
});

test("tells each transaction of a batch its own, and sends the others in their order", async () => {
  await using relay = udpRig({ kind: "batched" });
  using phone = new Phone();
  const dead = [nobody(), nobody()];
  for (const [at, text] of ten.entries()) {
    relay.sent(invite(`z9hG4bK${at}`), dead[at % 2]!, `z9hG4bK${at} INVITE`);
    relay.sent(text, phone.hop(), `live ${at}`);
  }
  relay.udp.flush();
  assert.deepEqual(await texts(phone, 10), ten);
  const told = new Set<string>();
  while (told.size < 10) {
    const input = await relay.inputs.next();
    assert.ok(input.type === "transportFailed");
    told.add(input.transaction);
  }
  assert.deepEqual(told, new Set(ten.map((_, at) => `z9hG4bK${at} INVITE`)));
  assert.equal(relay.inputs.all.length, 10);
});

test("leaves responses that nobody takes alone and goes on", async () => {
  await using relay = udpRig({ kind: "batched" });
  using phone = new Phone();
  relay.sent("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKb\r\n\r\n", nobody(), "server");
  relay.sent("not even SIP", nobody(), "t");
  relay.udp.flush();
  relay.sent(invite("z9hG4bKa"), nobody(), "z9hG4bKa INVITE");
  relay.sent("after", phone.hop());
  relay.udp.flush();
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "z9hG4bKa INVITE" });
  assert.equal((await phone.receive()).text, "after");
  assert.equal(relay.inputs.all.length, 1);
});

test("goes on receiving while its own datagrams are refused", async () => {
  await using relay = udpRig({ kind: "batched" });
  using phone = new Phone();
  for (const text of ten) {
    relay.sent(invite("z9hG4bKa", { method: "OPTIONS" }), nobody(), "z9hG4bKa OPTIONS");
    relay.udp.flush();
    await phone.send(text, relay.addresses[0]!);
  }
  const seen: string[] = [];
  while (seen.length < 10) {
    const input = await relay.inputs.next();
    if (input.type === "sip") seen.push(input.text);
    else assert.deepEqual(input, { type: "transportFailed", transaction: "z9hG4bKa OPTIONS" });
  }
  assert.deepEqual(seen, ten);
  assert.deepEqual(relay.log.lines.filter(({ level }) => level === "warn"), []);
});

for (const [name, error] of [["EAGAIN", EAGAIN], ["ENOBUFS", ENOBUFS]] as const) {
  test(`sends later, in the order of all, what meets ${name}`, async () => {
    let calls = 0;
    // Three leave, then nothing for some calls, then two at a time.
    const before = () => ++calls === 1 ? 3 : calls < 6 ? -error : 2;
    await using relay = udpRig({ kind: "batched", around: sending((count) => Math.min(before(), count)) });
    using phone = new Phone();
    for (const text of ten.slice(0, 6)) relay.sent(text, phone.hop());
    relay.udp.flush();
    assert.equal(relay.udp.pending, 3);
    for (const text of ten.slice(6)) relay.sent(text, phone.hop());
    relay.udp.flush();
    assert.deepEqual(await texts(phone, 10), ten);
    assert.deepEqual([relay.udp.pending, relay.udp.counts.lost, relay.udp.counts.failures], [0, 0, 0]);
  });
}

test("copies what has to wait: the bytes are the loop's again", async () => {
  let stuck = true;
  await using relay = udpRig({ kind: "batched", around: sending(() => stuck ? -EAGAIN : undefined) });
  using phone = new Phone();
  const bytes = new TextEncoder().encode("as it was");
  for (let i = 0; i < 2; i++) relay.udp.send({ hop: phone.hop(), bytes, transaction: "" });
  relay.udp.flush();
  bytes.fill(0);
  stuck = false;
  assert.deepEqual(await texts(phone, 2), ["as it was", "as it was"]);
});

test("loses what does not fit its queue and counts it", async () => {
  await using relay = udpRig({ kind: "batched", around: sending(() => -EAGAIN) });
  using phone = new Phone();
  for (let i = 0; i < 10_100; i++) relay.sent("x", phone.hop());
  relay.udp.flush();
  assert.equal(relay.udp.pending, 10_000);
  assert.equal(relay.udp.counts.lost, 100);
});

test("tells the transaction of a datagram that is forbidden, and sends the others", async () => {
  let calls = 0;
  // The second of three is what a firewall refuses.
  const around = sending(() => ++calls === 1 ? 1 : calls === 2 ? -EPERM : undefined);
  await using relay = udpRig({ kind: "batched", around });
  using phone = new Phone();
  for (const name of ["one", "two", "three"]) relay.sent(name, phone.hop(), name);
  relay.udp.flush();
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "two" });
});

test("does not take a report of another datagram for this one's failure", async () => {
  let calls = 0;
  await using relay = udpRig({
    kind: "batched",
    // What the kernel does with a report that came in between: the next call has it, whatever it sends.
    around: (libc) => ({
      ...libc,
      sendmmsg: tried((descriptor, messages, count) =>
        ++calls === 1 ? -EHOSTUNREACH : libc.sendmmsg(descriptor, messages, count)
      ),
      recverrors: (descriptor, messages, count) =>
        calls === 1 ? (calls++, 1) : libc.recverrors(descriptor, messages, count),
    }),
  });
  using phone = new Phone();
  relay.sent("innocent", phone.hop(), "t");
  relay.udp.flush();
  assert.equal((await phone.receive()).text, "innocent");
  assert.deepEqual(relay.inputs.all, []);
});

test("gives a datagram up whose every attempt is answered with reports of others", async () => {
  await using relay = udpRig({
    kind: "batched",
    around: (libc) => ({
      ...libc,
      sendmmsg: tried(() => -EHOSTUNREACH),
      recverrors: () => 1,
    }),
  });
  relay.sent("INVITE", nobody(), "t");
  relay.udp.flush();
  assert.deepEqual(await relay.inputs.next(), { type: "transportFailed", transaction: "t" });
});

test("calls again when it was interrupted", async () => {
  let calls = 0;
  const twice = <Result>(call: () => Result) => ++calls % 3 === 0 ? call() : -EINTR;
  await using relay = udpRig({
    kind: "batched",
    around: (libc) => ({
      ...libc,
      recvmmsg: tried((d, m, count) => twice(() => libc.recvmmsg(d, m, count))),
      sendmmsg: tried((d, m, count) => twice(() => libc.sendmmsg(d, m, count))),
      recverrors: (d, m, count) => twice(() => libc.recverrors(d, m, count)),
    }),
  });
  using phone = new Phone();
  for (const text of ten) await phone.send(text, relay.addresses[0]!);
  for (const text of ten) assert.equal((await relay.inputs.sip()).text, text);
  for (const text of ten) relay.sent(text, phone.hop());
  relay.sent(invite("z9hG4bKa"), nobody(), "");
  relay.udp.flush();
  assert.deepEqual(await texts(phone, 10), ten);
  assert.equal((await relay.inputs.next()).type, "transportFailed");
});

test("gives others their turn however much comes", async () => {
  let calls = 0;
  // Full batches of empty datagrams without end.
  const recvmmsg = (_descriptor: number, _messages: Deno.PointerValue, count: number) => (calls++, count);
  await using relay = udpRig({ kind: "batched", around: (libc) => ({ ...libc, recvmmsg: tried(recvmmsg) }) });
  await using other = udpRig({ kind: "plain" });
  using phone = new Phone();
  // Nobody takes it, so the socket stays readable.
  await phone.send("first", relay.addresses[0]!);
  // The first of them may come before the reactor has had its look at the one without end.
  for (let sent = 0; sent < ten.length || calls === 0; sent++) {
    const text = ten[sent % ten.length]!;
    await phone.send(text, other.addresses[0]!);
    assert.equal((await other.inputs.sip()).text, text);
  }
  assert.ok(calls > 0);
});

/** What the kernel would say of a datagram that was cut off, and of one from port 0, which no socket sends. */
const FLAWS: Readonly<Record<string, (header: Deno.UnsafePointerView) => void>> = {
  "was cut off": (header) => new DataView(header.getArrayBuffer(64)).setUint32(48, 0x20, true),
  "came from port 0": (header) => {
    const name = Deno.UnsafePointer.create(header.getBigUint64(0))!;
    new DataView(new Deno.UnsafePointerView(name).getArrayBuffer(16)).setUint16(2, 0);
  },
};

for (const [flaw, apply] of Object.entries(FLAWS)) {
  test(`passes over a datagram that ${flaw}`, async () => {
    let given = false;
    await using relay = udpRig({
      kind: "batched",
      around: (libc) => ({
        ...libc,
        recvmmsg: tried((descriptor, messages, count) => {
          const came = libc.recvmmsg(descriptor, messages, count);
          if (came > 0 && !given) apply(new Deno.UnsafePointerView(messages as Deno.PointerObject));
          given ||= came > 0;
          return came;
        }),
      }),
    });
    await using sender = udpRig({ kind: "batched" });
    const hop: Hop = { transport: "udp", ...relay.addresses[0]!, flow: 0 };
    // The first is the one.
    for (const text of ten.slice(0, 3)) sender.sent(text, hop);
    sender.udp.flush();
    const seen = [(await relay.inputs.sip()).text, (await relay.inputs.sip()).text];
    assert.deepEqual(seen, ten.slice(1, 3));
    assert.equal(relay.udp.counts.received, 3);
  });
}

test("says so when it cannot receive, and tries again", async () => {
  const EIO = 5;
  let failures = 1;
  await using relay = udpRig({
    kind: "batched",
    around: (libc) => ({
      ...libc,
      recvmmsg: tried((...given) => failures-- > 0 ? -EIO : libc.recvmmsg(...given)),
      recverrors: () => -EAGAIN,
    }),
  });
  using phone = new Phone();
  for (const text of ten.slice(0, 2)) {
    await phone.send(text, relay.addresses[0]!);
    assert.equal((await relay.inputs.sip()).text, text);
  }
  assert.deepEqual(relay.log.lines[0], {
    level: "warn",
    fields: { error: EIO, port: relay.addresses[0]!.port },
    text: "Datagram could not be received",
  });
});

test("touches nothing once who is told of a datagram has closed it", async () => {
  let calls = 0;
  const relay = udpRig({
    kind: "batched",
    around: (libc) => ({
      ...libc,
      recvmmsg: tried((d, m, count) => (calls++, libc.recvmmsg(d, m, count))),
    }),
  });
  using phone = new Phone();
  const delivered = Promise.withResolvers<void>();
  relay.inputs.deliver = () => {
    relay.udp.close();
    delivered.resolve();
  };
  await phone.send("the last", relay.addresses[0]!);
  await delivered.promise;
  await relay[Symbol.asyncDispose]();
  assert.equal(calls, 1);
});

test("says what buffers were granted when they are smaller than asked for", async () => {
  await using relay = udpRig({ kind: "batched", bufferBytes: 1_073_741_824 });
  const [line, ...others] = relay.log.lines;
  assert.deepEqual(others, []);
  assert.equal(line?.level, "info");
  const { asked, granted } = line.fields as { asked: number; granted: number };
  assert.equal(asked, 1_073_741_824);
  assert.ok(granted > 0 && granted < asked);
});

test("counts what found the receive buffer full", async () => {
  await using relay = udpRig({ kind: "batched", bufferBytes: 4_096 });
  await using sender = udpRig({ kind: "batched" });
  const hop: Hop = { transport: "udp", ...relay.addresses[0]!, flow: 0 };
  for (let i = 0; i < 100; i++) sender.sent(`${i} ${"x".repeat(1_000)}`, hop);
  sender.udp.flush();
  await relay.inputs.sip();
  const { dropped, received } = relay.udp.counts;
  assert.ok(dropped > 0 && dropped < 100);
  assert.ok(received <= 100 - dropped);
});
