// A message with one header line of a test's own.

import assert from "node:assert/strict";
import * as codes from "../assembly/codes.ts";
import { loadText, type Span } from "../codec.ts";
import { headers } from "../header.ts";
import { sip } from "../sip.ts";
import { isMalformed } from "./cursor.ts";

/** Reads a message with these lines. */
export function readLines(...lines: readonly string[]): void {
  const message = [
    "OPTIONS sip:ropeway.test SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:ann@hill.example>;tag=1",
    "To: <sip:bob@hill.example>",
    "Call-ID: 1",
    "CSeq: 1 OPTIONS",
    ...lines,
    "",
    "",
  ].join("\r\n");
  assert.equal(sip.read(loadText(message)), 0, `${lines} at ${sip.faultOffset}`);
}

/** The first value of the line's header, in a message that has it. */
export function valueOf(line: string): Span {
  readLines(line);
  const name = line.slice(0, line.indexOf(":"));
  const header = headers.id(name);
  return header === codes.HEADER_OTHER ? sip.named(name) : sip.value(header);
}

/** Each value is refused, with its header and an offset in its line. */
export function assertMalformed(
  name: string,
  read: (value: Span) => unknown,
  values: readonly string[],
): void {
  for (const value of values) {
    const span = valueOf(`${name}: ${value}`);
    const result = read(span);
    assert.ok(isMalformed(result), `${name}: ${value} is ${JSON.stringify(result)}`);
    assert.equal(result.fault, codes.FAULT_BAD_HEADER);
    assert.equal(result.header, headers.id(name));
    const start = span >>> 16;
    assert.ok(result.offset >= start && result.offset <= start + (span & 0xffff), `${name}: ${value}`);
  }
}
