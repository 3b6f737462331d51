// Header values read piece by piece, as the decoders of single headers do, but in an order that the message's bytes choose.

import { SIP_LINE_COUNT, SIP_LINE_WORDS, SIP_LINES } from "../../../wasm/assembly/layout.ts";
import type { Build, ValueExports } from "../builds.ts";
import { hold } from "../claim.ts";
import { VALUE, wordOf } from "./sip_record.ts";

/** Each answers a span, a number or whether it moved. */
const TAKES: readonly ((values: ValueExports) => number)[] = [
  (values) => values.takeToken(),
  (values) => values.takeHost(),
  (values) => values.takeCallId(),
  (values) => values.takeNumber(0xffffffff),
  (values) => values.takeQuoted(),
  (values) => values.takeComment(),
  (values) => values.takeParam(),
  (values) => values.takeAuthParam(),
  (values) => values.takeAddress(),
  (values) => values.takeElement(),
  (values) => values.takeHead(),
  (values) => values.takeCharacter(0x2c),
  (values) => values.takeCharacter(0x3b),
];
/** One that moves nothing may have looked at the whole value, so few are made. */
const TRIES = 24;

/** Reads one value of the message in the window. A number made of all that was answered: the same in every build. */
export function walkValue(build: Build, length: number): number {
  const lines = wordOf(build, SIP_LINE_COUNT);
  if (lines === 0) return 0;
  const { values } = build;
  const value = wordOf(build, SIP_LINES + (length % lines) * SIP_LINE_WORDS + VALUE);
  const end = (value >>> 16) + (value & 0xffff);
  values.openValue(value);
  let at = values.valueOffset();
  let made = at;
  let choice = length;
  for (let tries = 0; tries < TRIES && values.valueDone() === 0; tries++) {
    choice = Math.imul(choice ^ made, 0x01000193) >>> 0;
    const answer = TAKES[choice % TAKES.length]!(values);
    const next = values.valueOffset();
    hold(next >= at && next <= end, "A piece of a value ends inside the value", () => `${next} of ${end}`);
    at = next;
    made = Math.imul(made ^ answer ^ (at << 7), 0x01000193);
  }
  return made;
}
