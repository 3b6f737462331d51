// Nothing that belongs to one side of the relay may show on the other.

import assert from "node:assert/strict";
import type { RoapMessage } from "../../scenarios/browser.ts";
import { header, headerLines, parameter, type SipText } from "../../scenarios/sip_text.ts";

interface Side {
  readonly name: string;
  readonly received: readonly RoapMessage[];
  readonly sent: readonly RoapMessage[];
}

/** Values that tell of a dialog, of the way that a message has taken, or of the program at its end. */
const NAMES = [
  "call-id",
  "contact",
  "via",
  "record-route",
  "route",
  "path",
  "user-agent",
  "server",
  "p-called-party-id",
];
/** Shorter ones may stand anywhere by chance. */
const SHORTEST = 5;

/** What a message tells of its own side. */
export function secretsOf(message: SipText): string[] {
  const values = NAMES.flatMap((name) => headerLines(message, name));
  const tags = ["from", "to"].map((name) => parameter(header(message, name), "tag"));
  const branches = headerLines(message, "via").map((via) => parameter(via, "branch"));
  return [...values, ...tags, ...branches].filter((secret) => secret.length >= SHORTEST);
}

/** No browser learns anything of SIP, and nobody beyond the relay anything of a browser's sessions. */
export function assertNoLeak(
  messages: readonly { readonly message: SipText; readonly text: string }[],
  browsers: readonly Side[],
): void {
  assert.ok(messages.length > 0 && browsers.length > 0);
  const secrets = new Set(messages.flatMap(({ message }) => secretsOf(message)));
  for (const { name, received } of browsers) {
    for (const told of received) {
      const seen = JSON.stringify(told);
      for (const secret of secrets) {
        assert.ok(!seen.includes(secret), `${name} has learnt ${secret}: ${seen}`);
      }
    }
  }
  const ids = new Set(
    browsers.flatMap(({ received, sent }) => [...received, ...sent]).flatMap((message) =>
      [message.offererSessionId, message.answererSessionId].filter((id) => id !== undefined && id !== "")
    ),
  );
  for (const { text } of messages) {
    for (const id of ids) assert.ok(!text.includes(id!), `${id} of a browser's stands in\n${text}`);
  }
}
