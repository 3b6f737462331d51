import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import packet from "dns-packet";
import fc from "fast-check";
import { type Question, readAnswer, writeQuestion } from "./message.ts";

const QUESTION: Question = { id: 0x1234, kind: "A", name: "a.example" };
/** The header of an answer with so many records, and the question after it: 27 bytes. */
function head(answers: number, { flags = 0x8180, authorities = 0 } = {}): number[] {
  const counts = [0, 1, answers >> 8, answers & 255, 0, authorities, 0, 0];
  const question = [1, ...text("a"), 7, ...text("example"), 0, 0, 1, 0, 1];
  return [0x12, 0x34, flags >> 8, flags & 255, ...counts, ...question];
}

function text(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/** A record whose name points to the question's. */
function record(type: number, data: number[], { ttl = [0, 0, 0, 60], length = data.length } = {}): number[] {
  return [0xc0, 12, 0, type, 0, 1, ...ttl, length >> 8, length & 255, ...data];
}

function read(bytes: number[], question = QUESTION) {
  return readAnswer(new Uint8Array(bytes), question);
}

function answersOf(bytes: number[], question = QUESTION) {
  const message = read(bytes, question);
  assert.ok(typeof message === "object", String(message));
  return message.answers;
}

Deno.test("writeQuestion: RFC 1035's bytes, with EDNS0 when wanted", () => {
  const plain = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...head(0).slice(12)];
  assert.deepEqual([...writeQuestion(QUESTION, { edns: false })], plain);
  const extended = [...plain, 0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, 0, 0, 0, 0];
  extended[11] = 1;
  assert.deepEqual([...writeQuestion(QUESTION, { edns: true })], extended);
});

Deno.test("readAnswer: records of each kind that counts, and others skipped by their length", () => {
  const answers = answersOf([
    ...head(6),
    ...record(1, [192, 0, 2, 1]),
    ...record(5, [1, ...text("B"), 0xc0, 14]),
    ...record(46, [1, 2, 3]),
    ...record(33, [0, 10, 0, 20, 0x13, 0xc4, 1, ...text("t"), 0xc0, 14]),
    ...record(28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]),
    ...record(35, [0, 1, 0, 2, 1, ...text("s"), 7, ...text("SIP+D2U"), 0, 4, ...text("_sip"), 0xc0, 12]),
  ]);
  assert.deepEqual(answers.map(({ type, data }) => [type, data]), [
    ["A", "192.0.2.1"],
    ["CNAME", "b.example"],
    ["SRV", { priority: 10, weight: 20, port: 5060, target: "t.example" }],
    ["AAAA", "2001:db8::9"],
    ["NAPTR", {
      order: 1,
      preference: 2,
      flags: "s",
      services: "SIP+D2U",
      regexp: "",
      replacement: "_sip.a.example",
    }],
  ]);
});

Deno.test("readAnswer: a time to live with its highest bit set is none", () => {
  const bytes = [...head(1), ...record(1, [192, 0, 2, 1], { ttl: [0x80, 0, 0, 1] })];
  assert.equal(answersOf(bytes)[0]!.ttl, 0);
});

Deno.test("readAnswer: what is not an answer to the question is foreign, what cannot be read is broken", () => {
  const good = [...head(1), ...record(1, [192, 0, 2, 1])];
  const changed = (at: number, value: number) => good.map((byte, index) => index === at ? value : byte);
  assert.equal(answersOf(good).length, 1);
  assert.equal(read(changed(0, 0)), "foreign", "id");
  assert.equal(read(changed(2, 0)), "foreign", "a query");
  assert.equal(read(changed(2, 0x91)), "foreign", "opcode");
  assert.equal(read(changed(5, 2)), "foreign", "two questions");
  assert.equal(read(changed(13, 98)), "foreign", "name");
  assert.equal(read(changed(24, 28)), "foreign", "type");
  assert.equal(read(changed(26, 3)), "foreign", "class");
  assert.equal(read(good.slice(0, 11)), "foreign", "cut in the header");
  assert.equal(read(good.slice(0, 20)), "foreign", "cut in the question");
  assert.equal(read(good.slice(0, -1)), "broken", "cut in a record");
  assert.equal(read(changed(7, 2)), "broken", "a record too few");
  assert.equal(
    read([...head(300), ...Array(300).fill(record(1, [192, 0, 2, 1])).flat()]),
    "broken",
    "too many",
  );
  assert.equal(read([...head(1), ...record(1, [192, 0, 2])]), "broken", "an address of three bytes");
  assert.equal(read([...head(1), ...record(1, [192, 0, 2, 1, 5])]), "broken", "an address of five bytes");
  assert.equal(read([...head(1), ...record(5, [0xc0, 39])]), "broken", "a name that points to itself");
  assert.equal(read([...head(1), ...record(5, [0xc0, 200])]), "broken", "a name that points beyond");
  assert.equal(read([...head(1), ...record(5, [0x80, 1])]), "broken", "a label of no kind");
});

Deno.test("readAnswer: a cut answer's records are not looked at", () => {
  const message = read([...head(5, { flags: 0x8380 }), 1, 2, 3]);
  assert.deepEqual(message, { rcode: 0, isTruncated: true, answers: [], authorities: [] });
});

Deno.test("readAnswer: names that are long ways of pointers cost a moment, not seconds", () => {
  // 7,900 pointers, each to the one before, and 250 records that begin at their end.
  const hidden: number[] = [1, 97, 0];
  const start = 27 + 12;
  for (let at = 3; at < 15_000 - 2; at += 2) {
    const to = start + (at === 3 ? 0 : at - 2);
    hidden.push(0xc0 | to >> 8, to & 255);
  }
  const last = start + hidden.length - 2;
  const bytes = [...head(101), ...record(16, hidden)];
  for (let nth = 0; nth < 100; nth++) bytes.push(0xc0 | last >> 8, last & 255, 0, 16, 0, 1, 0, 0, 0, 1, 0, 0);
  const begin = performance.now();
  assert.equal(typeof read(bytes), "object");
  const took = performance.now() - begin;
  assert.ok(took < 250, `${took} ms`);
});

Deno.test("readAnswer: any bytes give a message or a reason", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((rest) => new Uint8Array([...head(rest.length & 7), ...rest])),
    fc.tuple(fc.nat(70), fc.nat(255)).map(([at, value]) => {
      const whole = [...head(2), ...record(1, [192, 0, 2, 1]), ...record(5, [1, 98, 0xc0, 14])];
      whole[at % whole.length] = value;
      return new Uint8Array(whole);
    }),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      const message = readAnswer(bytes, QUESTION);
      if (typeof message === "string") return;
      for (const { ttl } of message.answers) assert.ok(ttl >= 0 && ttl < 2 ** 31);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("readAnswer: what dns-packet writes is read as it was meant", () => {
  const label = fc.stringMatching(/^[a-z\d_-]{1,20}$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
  const short = fc.nat(65_535);
  const members = { priority: short, weight: short, port: short, target: name };
  const data = fc.record(members, { noNullPrototype: true });
  const question: Question = { id: 7, kind: "SRV", name: "_sip._udp.a.example" };
  fc.assert(fc.property(fc.array(data, { maxLength: 20 }), (all) => {
    const bytes: Buffer = packet.encode({
      type: "response",
      id: 7,
      questions: [{ type: "SRV", name: question.name }],
      answers: all.map((data) => ({ type: "SRV", name: question.name, ttl: 5, data })),
    });
    const message = readAnswer(bytes, question);
    assert.ok(typeof message === "object");
    assert.deepEqual(message.answers.map(({ data }) => data), all);
  }));
});
