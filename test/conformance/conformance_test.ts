// Replays every case of this folder: whole and cut at every byte, as a datagram and as a stream, through both builds of the codec, through a whole
// relay, and written out again.

import assert from "node:assert/strict";
import { HEADER_OTHER, METHOD_ACK } from "../../wasm/assembly/codes.ts";
import { faultStatus } from "../../wasm/codec.ts";
import { headers } from "../../wasm/header.ts";
import { sip } from "../../wasm/sip.ts";
import { type Case, casesOf } from "./case.ts";
import { copyBoth, readBoth } from "./codecs.ts";
import { fieldOf, linesNamed, reading } from "./fields.ts";
import { Stage, statusOf } from "./relay.ts";
import { faultName, framesOf } from "./stream.ts";

/** Cases that are not met, each with its reason. */
const unmet: ReadonlyMap<string, string> = new Map();

/** A longer message is cut at every byte of its ends, and at every so many bytes between; a very long one's ends are shorter. */
const wholeCuts = 1500;
const veryLong = 8000;
const stride = 997;

const cases = readCases();

for (const one of cases) {
  const reason = unmet.get(one.name);
  Deno.test({
    name: one.name + (reason === undefined ? "" : ` (${reason})`),
    ignore: reason !== undefined,
    fn: () => meet(one),
  });
}

Deno.test("every reason for an unmet case is a case's", () => {
  const names = new Set(cases.map(({ name }) => name));
  assert.equal(names.size, cases.length, "Two cases have one name");
  for (const name of unmet.keys()) assert.ok(names.has(name), name);
});

function meet(one: Case): void {
  const { bytes, expected } = one;
  const fault = readBoth(bytes);
  if (expected.outcome === "rejected") checkFault(one, fault);
  else assert.equal(faultName(fault), "", `at ${sip.faultOffset} in ${sip.faultHeader}`);
  for (const [name, value] of Object.entries(expected.fields ?? {})) {
    assert.deepEqual(fieldOf(name), value, name);
  }
  for (const [name, values] of Object.entries(expected.lines ?? {})) {
    assert.deepEqual(linesNamed(name), values, name);
  }
  const counted = sip.contentLength >= 0;
  if (fault === 0) checkCopy(bytes);
  checkRelay(one, fault);
  checkCuts(one, fault);
  checkStream(one, counted);
}

function checkFault({ here, expected }: Case, fault: number): void {
  assert.equal(faultName(fault), expected.fault);
  assert.equal(faultStatus(fault), expected.status, "status");
  const { faultHeader } = sip;
  const header = faultHeader === HEADER_OTHER
    ? "unknown"
    : faultHeader === 0
    ? undefined
    : headers.name(faultHeader);
  assert.equal(header, expected.header, "header");
  assert.equal(sip.faultOffset, here, "offset");
}

/** Read, written and read again, nothing has changed; written again, not a byte. */
function checkCopy(bytes: Uint8Array): void {
  const before = reading();
  const copy = copyBoth();
  assert.equal(readBoth(copy), 0, "The copy has a fault");
  assert.deepEqual(reading(), before);
  assert.equal(sip.contentLength, sip.body & 0xffff);
  assert.deepEqual(copyBoth(), copy);
  readBoth(bytes);
}

function checkRelay({ bytes, expected }: Case, fault: number): void {
  const { outcome, status = 0, relay, login, answer = [] } = expected;
  const silent = !sip.isRequest || sip.method === METHOD_ACK || (fault !== 0 && status === 0);
  const stage = new Stage(login);
  if (bytes.length > 65536) return;
  let responses = stage.deliver(bytes);
  if (login !== undefined) {
    assert.equal(statusOf(responses[0]!), 401);
    responses = stage.deliver(stage.proved(bytes, responses[0]!, login));
  }
  const wanted = relay ?? (silent ? "nothing" : outcome === "accepted" ? undefined : status);
  if (wanted !== undefined) {
    assert.equal(responses.length === 0 ? "nothing" : statusOf(responses[0]!), wanted, "relay");
  }
  for (const line of answer) {
    assert.ok(responses[0]?.split("\r\n").includes(line), `${line} is not in ${responses[0]}`);
  }
}

function checkCuts({ bytes }: Case, fault: number): void {
  readBoth(bytes);
  const stage = new Stage();
  const start = leadingLineBreaks(bytes);
  const blank = indexOf(bytes, "\r\n\r\n", start);
  const headEnd = blank < 0 ? bytes.length + 1 : blank + 4;
  const needed = headEnd + Math.max(0, sip.contentLength);
  const whole = faultName(fault);
  for (const cut of cuts(bytes.length)) {
    const part = bytes.subarray(0, cut);
    const found = faultName(readBoth(part));
    if (cut < headEnd) assert.notEqual(found, "", `Cut at ${cut}, before the blank line`);
    else if (whole === "" || whole === "BODY_TRUNCATED") {
      assert.equal(found, cut < needed ? "BODY_TRUNCATED" : whole, `Cut at ${cut}`);
    } else if (whole !== "TOO_LONG") assert.equal(found, whole, `Cut at ${cut}`);
    if (cut <= wholeCuts) stage.deliver(part);
  }
}

function checkStream({ bytes, expected }: Case, counted: boolean): void {
  const frames = framesOf([bytes]);
  const usual = expected.outcome === "rejected" ? undefined : counted ? ["message"] : ["NO_CONTENT_LENGTH"];
  const wanted = expected.stream ?? usual;
  if (wanted !== undefined) assert.deepEqual(frames.names, wanted, "stream");
  for (const cut of cuts(bytes.length)) {
    assert.deepEqual(framesOf([bytes.subarray(0, cut), bytes.subarray(cut)]), frames, `Split at ${cut}`);
  }
  if (bytes.length > wholeCuts) return;
  assert.deepEqual(
    framesOf(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))),
    frames,
    "Byte by byte",
  );
}

/** Lengths of the beginnings that are tried. */
function* cuts(length: number): Generator<number> {
  const ends = length > veryLong ? 300 : wholeCuts / 2;
  for (let cut = 0; cut < length; cut++) {
    if (cut < ends || cut > length - ends || cut % stride === 0) yield cut;
  }
}

function leadingLineBreaks(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 13 && bytes[at + 1] === 10) at += 2;
  return at;
}

function indexOf(bytes: Uint8Array, text: string, from: number): number {
  for (let at = from; at + text.length <= bytes.length; at++) {
    let same = 0;
    while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same++;
    if (same === text.length) return at;
  }
  return -1;
}

function readCases(): Case[] {
  const folder = new URL("./", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    /^[a-z].*\.md$/.test(name)
  ).sort();
  return files.flatMap((file) => casesOf(file.slice(0, -3), Deno.readTextFileSync(new URL(file, folder))));
}
