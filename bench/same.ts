// Proof that all targets do the same work, before any is timed.

import assert from "node:assert/strict";
import type { Message } from "./messages.ts";
import type { Peer } from "./peers/peer.ts";
import type { Fields, Reader, ReaderInPlace } from "./readers/fields.ts";

/** @throws AssertionError naming the reader and the field that differ. */
export function sameFields(readers: readonly Reader[], message: Message): void {
  const [first, ...others] = readers;
  const wanted = first?.fields(message.bytes);
  for (const reader of others) {
    assert.deepEqual(reader.fields(message.bytes), wanted, `${reader.name} reads ${message.name} otherwise`);
  }
}

/** The same for a reader of messages that lie in its memory. */
export function sameFieldsInPlace(reader: ReaderInPlace, message: Message, wanted: Fields): void {
  reader.receive(message.bytes);
  const fields = reader.fields(message.bytes.length);
  assert.deepEqual(fields, wanted, `${reader.name} reads ${message.name} otherwise`);
}

/**
 * The same for a reader in another process, which tells its fields as texts.
 *
 * @param at place of the message among those that the peer was started with
 * @throws AssertionError naming the field that differs
 */
export async function samePeerFields(
  peer: Peer,
  { message, at, wanted }: { message: Message; at: number; wanted: Fields },
): Promise<void> {
  for (const inPlace of peer.nameInPlace === "" ? [false] : [false, true]) {
    const told = await peer.fields(at, inPlace);
    for (const [name, value] of Object.entries(wanted)) {
      const who = inPlace ? peer.nameInPlace : peer.name;
      assert.equal(told.get(name), String(value), `${who} reads ${name} of ${message.name} otherwise`);
    }
  }
}

/** @throws AssertionError naming the target whose bytes differ from the first one's. */
export function sameBytes(outputs: readonly (readonly [name: string, bytes: Uint8Array])[]): void {
  const decoder = new TextDecoder();
  const wanted = decoder.decode(outputs[0]?.[1]);
  for (const [name, bytes] of outputs) {
    assert.equal(decoder.decode(bytes), wanted, `${name} writes otherwise`);
  }
}
