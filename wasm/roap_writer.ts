// The relay's writer of ROAP messages.

import { codec } from "./codec.ts";
import type { Body, Written } from "./memory.ts";
import type { RoapHead, RoapMore } from "./roap_message_writer.ts";

export type { RoapHead, RoapMore };

const writer = codec.roapWriter;

/** Writes one message, as RoapWriter says. */
export function writeRoap(head: RoapHead, body: Body): Written | undefined {
  return writer.writeRoap(head, body);
}
