// Reading SIP: whatever the bytes, a code or spans inside the message, the same whatever lies behind it, and answers that break no line.

import {
  SIP_ANSWERABLE,
  SIP_CONTACT_COUNT,
  SIP_REQUEST_URI,
  TABLES,
  TEXT,
  TEXT_SIZE,
} from "../../../wasm/assembly/layout.ts";
import { INPUT, SIP, URI_TEXT, URI_TEXT_SIZE } from "../../../wasm/assembly/layout.ts";
import { faultText } from "../../../wasm/fault.ts";
import type { Build, Builds } from "../builds.ts";
import { agree, hold } from "../claim.ts";
import { bytesOf } from "../dictionary.ts";
import { checkRecord, emptyRecord, keepRecord, sameRecord, wordOf } from "./sip_record.ts";
import { walkValue } from "./values.ts";
import { loadPoisoned, poisonIsWhole, type Target } from "./target.ts";

const IP = bytesOf("192.0.2.1");
const KEPT = TEXT + 64;
const LF = 10;
/** What a read clears behind the message. */
const CLEARED = 32;
/** Contact values that are looked at one by one. */
const CONTACTS = 4;
const HEADERS = 96;
const KEPT_NAME = /^(?:Via|Record-Route|From|Call-ID|CSeq): /;

export function sipTarget({ simd }: Builds): Target {
  const kept = emptyRecord();
  const tables = simd.codec.memory.bytes.slice(0, INPUT);
  return {
    build: simd,
    seeds: ["sip"],
    run(message) {
      const length = loadPoisoned(simd, message);
      if (length < 0) return false;
      const fault = simd.codec.sip.read(length);
      hold(
        fault === 0 || !faultText(fault).startsWith("Unknown fault"),
        "A fault has a text",
        () => `${fault}`,
      );
      hold(poisonIsWhole(simd, length, CLEARED), "A read writes only a little behind the message");
      checkRecord(simd, length);
      keepRecord(simd, kept);
      loadPoisoned(simd, message, 3);
      simd.codec.sip.read(length);
      sameRecord(simd, kept, "What lies behind the message does not matter");
      makeTexts(simd);
      selectContacts(simd);
      walkValue(simd, length);
      readRequestUri(simd);
      return fault === 0;
    },
    thorough(message) {
      useViews(simd, message);
      for (let at = 0; at < TABLES + 0x8000 && at < INPUT; at += 4) {
        hold(simd.codec.memory.bytes[at] === tables[at], "A read leaves the tables alone", () => `${at}`);
      }
    },
  };
}

/** Keys, kept lines and route sets, as the transactions ask for them. */
export function makeTexts(build: Build): void {
  const { codec } = build;
  const raw = codec.wasm;
  for (const asInvite of [0, 1]) checkText(build, raw.serverKey(asInvite), TEXT_SIZE);
  checkText(build, raw.clientKey(), TEXT_SIZE);
  checkText(build, raw.routeSet(0), TEXT_SIZE);
  checkText(build, raw.routeSet(1), TEXT_SIZE);
  if (wordOf(build, SIP_ANSWERABLE) === 0) return;
  codec.memory.bytes.set(IP, TEXT);
  const length = raw.responseLines(IP.length, 5060);
  hold(length > 0 && length <= TEXT_SIZE - 64, "Kept lines fit their room", () => `${length}`);
  for (let at = KEPT; at < KEPT + length; at++) {
    const byte = codec.memory.bytes[at]!;
    const good = byte >= 0x20 ? byte !== 0x7f : byte === 9 || byte === LF;
    hold(good, "Kept lines have no control character", () => `${byte}`);
    // Names begin with a capital: V, R, F or C.
    if (byte === LF) {
      hold("VRFC".includes(String.fromCharCode(codec.memory.bytes[at + 1]!)), "Each kept line is a header");
    }
  }
}

function checkText({ codec }: Build, length: number, limit: number): void {
  hold(length >= 0 && length <= limit, "A text fits its room", () => `${length}`);
  for (let at = TEXT; at < TEXT + length; at++) {
    const byte = codec.memory.bytes[at]!;
    if (byte < 0x20 && byte !== 9) hold(false, "A key has no control character", () => `${byte}`);
  }
}

function selectContacts(build: Build): void {
  const { sip } = build.codec;
  const count = wordOf(build, SIP_CONTACT_COUNT);
  const faulty = wordOf(build, 0);
  for (let nth = 0; nth < Math.min(count, CONTACTS); nth++) {
    const found = sip.selectContact(nth);
    if (faulty === 0) agree(found, !sip.contactStar, "Each Contact value that was counted can be selected");
    if (found) hold(sip.contactUri !== 0 && sip.contact !== 0, "A selected Contact has a URI");
    agree(wordOf(build, SIP_CONTACT_COUNT), count, "Selecting a Contact leaves their number");
  }
  if (faulty === 0) agree(sip.selectContact(count), false, "No Contact behind the last");
}

function readRequestUri({ codec, codec: { wasm: raw } }: Build): void {
  const span = codec.memory.words[(SIP >> 2) + SIP_REQUEST_URI]!;
  const length = span & 0xffff;
  if (length === 0 || length > URI_TEXT_SIZE) return;
  const from = INPUT + (span >>> 16);
  codec.memory.bytes.copyWithin(URI_TEXT, from, from + length);
  raw.readUri(length);
}

/** The views as their users use them, text by text. */
function useViews({ codec, codec: { sip } }: Build, message: Uint8Array): void {
  if (sip.read(codec.load(message)) < 0) return;
  for (let header = 1; header < HEADERS; header++) {
    for (let nth = Math.min(sip.count(header), 8) - 1; nth >= 0; nth--) {
      const value = sip.value(header, nth);
      sip.text(value);
      sip.param(value, "tag");
    }
    sip.lists(header, "100rel");
  }
  if (!sip.answerable) return;
  for (const line of sip.responseLines("2001:db8::1", 65535).split("\n")) {
    hold(KEPT_NAME.test(line), "A kept line is one of those that a response copies", () => line);
  }
}
