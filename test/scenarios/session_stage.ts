// What the stories of session timers share: calls that last, and what has gone over the wire in them.

import assert from "node:assert/strict";
import type { SessionPolicy } from "../../core/sip/session/session_policy.ts";
import { header, type SipText } from "./sip_text.ts";
import { answerSdp, assertNothingLeft, offerSdp, relayAddress } from "./stage.ts";
import type { Terminal } from "./terminal.ts";
import { type TerminalStage, terminalStage, type TerminalStageOptions } from "./terminal_stage.ts";

type Lines = readonly (readonly [name: string, value: string])[];

export const allow = ["Allow", "INVITE, ACK, CANCEL, BYE, UPDATE"] as const;
export const noUpdate = ["Allow", "INVITE, ACK, CANCEL, BYE"] as const;
export const required = ["Require", "timer"] as const;
export const supported = ["Supported", "timer"] as const;

export function expires(value: string): readonly [string, string] {
  return ["Session-Expires", value];
}

export interface SessionStageOptions extends TerminalStageOptions {
  readonly session?: SessionPolicy;
  /** Lines of the terminal's 2xx, or of its INVITE. */
  readonly says?: Lines;
}

const ordinary: SessionPolicy = { interval: 1800, minimum: 90 };

/** alice has called the terminal. The clock is at 1 s, the 2xx came at `answeredAt`. */
export function called(
  { session = ordinary, says = [], ...options }: SessionStageOptions = {},
): TerminalStage {
  const set = terminalStage({
    invited: (phone) => phone.answer(answerSdp),
    ...options,
    config: { session },
  });
  set.phone.says = says;
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(1000);
  assert.equal(set.alice.session.state, "up");
  assert.equal(set.phone.state, "up");
  return set;
}

/** The terminal has called alice. */
export function calling(
  { session = ordinary, says = [], ...options }: SessionStageOptions = {},
): TerminalStage {
  const set = terminalStage({ answer: answerSdp, ...options, config: { session } });
  set.phone.supports = "";
  set.phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: says });
  set.network.run(1000);
  assert.equal(set.alice.session.state, "up");
  assert.equal(set.phone.state, "up");
  return set;
}

/** The final response of the relay to the terminal's last request of a method. */
export function answerTo(phone: Terminal, method: string): SipText {
  const found = phone.received.findLast((message) =>
    /^[2-6]\d\d$/.test(message.start) && header(message, "cseq").endsWith(` ${method}`)
  );
  assert.ok(found !== undefined, phone.story());
  return found;
}

/** When requests of a method, or responses, have left the relay the first time, in milliseconds. */
export function sentAt({ network }: TerminalStage, start: string): number[] {
  const seen = new Set<string>();
  const times: number[] = [];
  for (const { from, bytes, sentAt } of network.packets) {
    const text = new TextDecoder().decode(bytes);
    if (from.host !== relayAddress.host || !text.startsWith(start) || seen.has(text)) continue;
    seen.add(text);
    times.push(sentAt);
  }
  return times;
}

/** When the terminal's first 2xx left, or the relay's. */
export function answeredAt({ network }: TerminalStage): number {
  const found = network.packets.find(({ bytes }) => {
    const text = new TextDecoder().decode(bytes);
    return text.startsWith("SIP/2.0 200") && /CSeq: \d+ INVITE/.test(text);
  });
  return found!.sentAt;
}

/** Ends the call in peace. */
export function hangUp(set: TerminalStage): void {
  set.alice.end();
  set.network.run(1000);
  assert.equal(set.phone.state, "ended");
  assertNothingLeft(set);
}

/** The relay has ended the call on both sides. */
export function assertOver(set: TerminalStage): void {
  assert.equal(set.phone.state, "ended", set.phone.story());
  assert.equal(set.alice.last("SHUTDOWN").messageType, "SHUTDOWN");
  assertNothingLeft(set);
}
