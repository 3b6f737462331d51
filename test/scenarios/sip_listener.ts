// What a SIP node of a story has heard, and how a test asks for it.

import assert from "node:assert/strict";
import type { SipText } from "./sip_text.ts";

export class SipListener {
  readonly received: SipText[] = [];
  /** For messages of tests. */
  readonly user: string;

  constructor(user: string) {
    this.user = user;
  }

  /** The newest message of a kind; fails when there is none. */
  last(start: string): SipText {
    const found = this.received.findLast((message) => message.start === start);
    assert.ok(found !== undefined, `${this.user} received ${this.story()}, wanted ${start}`);
    return found;
  }

  /** Methods and statuses in the order in which they came. */
  story(): string {
    return this.received.map(({ start }) => start).join(" ");
  }

  count(start: string): number {
    return this.received.filter((message) => message.start === start).length;
  }
}
