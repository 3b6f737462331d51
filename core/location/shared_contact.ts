// A registered contact as shards tell each other of it.

import type { SharedContact } from "../peer_message.ts";
import type { ContactBinding } from "./bindings.ts";

/** What tells a contact from the others of its user. */
export type ContactName = Pick<ContactBinding, "uri" | "instance" | "regId">;

/** One text per contact: its URI, or whose flow it is, whatever the URI (RFC 5626 section 6). */
export function contactKey({ uri, instance, regId }: ContactName): string {
  return regId === 0 ? uri : `${instance} ${regId}`;
}

/** `own`: the shard that says it. */
export function toShared(
  { uri, hop, expires, q, callId, cseq, since, instance, regId }: ContactBinding,
  own: number,
): SharedContact {
  const { transport, host, port, flow, shard = own } = hop;
  // A REGISTER comes from a phone, never over the loop.
  const wire = transport === "loop" ? "udp" : transport;
  return { uri, transport: wire, host, port, flow, shard, expires, q, callId, cseq, since, instance, regId };
}

/** `own`: the shard that is told. */
export function toContact(shared: SharedContact, user: string, own: number): ContactBinding {
  const { transport, host, port, flow, shard, ...rest } = shared;
  const hop = { transport, host, port, flow };
  return { type: "contact", user, hop: shard === own ? hop : { ...hop, shard }, ...rest };
}
