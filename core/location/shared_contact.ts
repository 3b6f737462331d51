// A registered contact as shards tell each other of it.

import type { SharedContact } from "../peer_message.ts";
import type { ContactBinding } from "./bindings.ts";

/** `own`: the shard that says it. */
export function toShared(
  { uri, hop, expires, q, callId, cseq, since }: ContactBinding,
  own: number,
): SharedContact {
  const { transport, host, port, flow, shard = own } = hop;
  // A REGISTER comes from a phone, never over the loop.
  const wire = transport === "loop" ? "udp" : transport;
  return { uri, transport: wire, host, port, flow, shard, expires, q, callId, cseq, since };
}

/** `own`: the shard that is told. */
export function toContact(shared: SharedContact, user: string, own: number): ContactBinding {
  const { uri, transport, host, port, flow, shard, expires, q, callId, cseq, since } = shared;
  const hop = { transport, host, port, flow };
  return {
    type: "contact",
    user,
    uri,
    hop: shard === own ? hop : { ...hop, shard },
    expires,
    q,
    callId,
    cseq,
    since,
  };
}
