// The same message to several readers: SIMD and scalar code, the plain readers written from the grammar, and, where they are installed, the
// SIP parsers of npm.

import { ENVELOPE_WORDS } from "../../../wasm/assembly/envelope_layout.ts";
import { BODY, INPUT, TEXT, URI_TEXT, URI_TEXT_SIZE } from "../../../wasm/assembly/layout.ts";
import { ROAP_MEMBERS, ROAP_WORDS } from "../../../wasm/assembly/roap_layout.ts";
import type { Build, Builds } from "../builds.ts";
import { agree, agreeBytes } from "../claim.ts";
import { textOf } from "../dictionary.ts";
import { readPlainUri } from "../plain_uri.ts";
import { comparePeers, type Peer } from "./peers.ts";
import { keepRoap, sameRoap, SPANS } from "./roap.ts";
import { compareRoap } from "./roap_plain.ts";
import { compareSip } from "./sip_plain.ts";
import { emptyRecord, keepRecord, sameRecord } from "./sip_record.ts";
import { walkValue } from "./values.ts";
import { loadPoisoned, type Target } from "./target.ts";

const BRACE = 0x7b;
/** By SCHEME_*. */
const SCHEMES = ["", "sip", "sips", "tel", "other"];
const SAME = "SIMD and scalar read the same";

export function differentialTarget({ simd, scalar }: Builds, peers: readonly Peer[]): Target {
  const sipRecord = emptyRecord();
  const roapRecord = new Uint32Array(ROAP_WORDS + ENVELOPE_WORDS);
  return {
    build: simd,
    other: scalar,
    seeds: ["sip", "json"],
    run(message) {
      const length = loadPoisoned(simd, message);
      if (length < 0) return false;
      if (message.subarray(0, 8).includes(BRACE)) {
        const fault = simd.codec.roap.read(length);
        keepRoap(simd, roapRecord);
        loadPoisoned(scalar, message, 5);
        agree(scalar.codec.roap.read(length), fault, SAME);
        sameRoap(scalar, roapRecord, SAME);
        sameSpans(simd, scalar, roapRecord);
        compareRoap(simd, message, fault);
        return fault === 0;
      } else {
        const fault = simd.codec.sip.read(length);
        keepRecord(simd, sipRecord);
        loadPoisoned(scalar, message, 5);
        agree(scalar.codec.sip.read(length), fault, SAME);
        sameRecord(scalar, sipRecord, SAME);
        sameWindow(simd, scalar, length);
        compareSip(simd, message, fault);
        sameTexts(simd, scalar);
        agree(
          walkValue(scalar, length),
          walkValue(simd, length),
          "SIMD and scalar read the same pieces of a value",
        );
        for (const uri of ["fromUri", "contactUri", "routeUri"] as const) {
          compareUri(simd, scalar, simd.codec.sip[uri]);
        }
        sameHead(simd, scalar, message);
        return fault === 0;
      }
    },
    thorough(message) {
      if (peers.length === 0 || message.subarray(0, 8).includes(BRACE)) return;
      if (simd.codec.sip.read(simd.codec.load(message)) === 0) comparePeers(simd, message, peers);
    },
  };
}

/** The texts that the record's spans mean. Between them lies what unescaping left. */
function sameSpans(left: Build, right: Build, record: Uint32Array): void {
  for (const member of SPANS) {
    const span = record[ROAP_MEMBERS + member]!;
    const start = INPUT + (span >>> 16);
    const end = start + (span & 0xffff);
    agreeBytes(
      right.codec.memory.bytes.subarray(start, end),
      left.codec.memory.bytes.subarray(start, end),
      SAME,
    );
  }
}

/** What a read leaves of the message: folds joined. */
function sameWindow(left: Build, right: Build, length: number): void {
  agreeBytes(
    right.codec.memory.bytes.subarray(INPUT, INPUT + length),
    left.codec.memory.bytes.subarray(INPUT, INPUT + length),
    SAME,
  );
}

/** Texts that are made of the message in the window. */
function sameTexts(left: Build, right: Build): void {
  const make = [
    (build: Build) => build.codec.wasm.serverKey(0),
    (build: Build) => build.codec.wasm.clientKey(),
    (build: Build) => build.codec.wasm.routeSet(1),
  ];
  for (const one of make) {
    const length = one(left);
    agree(one(right), length, "SIMD and scalar make the same texts");
    agreeBytes(
      right.codec.memory.bytes.subarray(TEXT, TEXT + length),
      left.codec.memory.bytes.subarray(TEXT, TEXT + length),
      "SIMD and scalar make the same texts",
    );
  }
}

/** The strict reader of URIs, which the readers of address headers are not. */
function compareUri(left: Build, right: Build, span: number): void {
  const length = span & 0xffff;
  if (length === 0 || length > URI_TEXT_SIZE) return;
  const text = left.codec.memory.bytes.subarray(INPUT + (span >>> 16), INPUT + (span >>> 16) + length);
  left.codec.memory.bytes.set(text, URI_TEXT);
  right.codec.memory.bytes.set(text, URI_TEXT);
  const fault = left.codec.wasm.readUri(length);
  agree(right.codec.wasm.readUri(length), fault, "SIMD and scalar read the same URI");
  const plain = readPlainUri(textOf(text));
  agree(fault === 0, typeof plain !== "string", "Codec and plain reader agree what is a URI");
  if (typeof plain === "string") return;
  const { uri } = left.codec;
  agree(SCHEMES[uri.scheme], plain.scheme, "Codec and plain reader agree on a URI's scheme");
  agree(uri.hasHeaders, plain.hasHeaders, "Codec and plain reader agree on a URI's headers");
}

/** A framer's look at the same bytes. */
function sameHead(left: Build, right: Build, message: Uint8Array): void {
  left.codec.memory.bytes.set(message, BODY);
  right.codec.memory.bytes.set(message, BODY);
  const head = left.codec.wasm.findHead(message.length);
  agree(right.codec.wasm.findHead(message.length), head, "SIMD and scalar find the same head");
  if (head !== 0) {
    agree(
      right.codec.wasm.headLength(head),
      left.codec.wasm.headLength(head),
      "SIMD and scalar find the same length",
    );
  }
}
