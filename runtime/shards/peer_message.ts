// What a sibling says of its users, read as carefully as if a stranger had said it.

import { z } from "zod";
import type { PeerMessage } from "../../core/peer_message.ts";

const user = z.string().max(256);
const uri = z.string().max(1_024);
/** A URI, or an instance and a number. */
const key = z.string().max(1_024);
const number = z.number();
const count = z.number().int().min(0);
const contact = z.strictObject({
  uri,
  transport: z.enum(["udp", "tcp", "tls", "ws", "wss"]),
  host: z.string().max(64),
  port: z.number().int().min(0).max(65_535),
  flow: count,
  shard: count.max(31),
  expires: number,
  q: z.number().min(0).max(1),
  callId: z.string().max(512),
  cseq: count,
  since: number,
  instance: z.string().max(256),
  regId: count,
});
const contacts = z.array(contact).max(100);

const schema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("feeds"), user, count: count.max(1_000) }),
  z.strictObject({ type: z.literal("contacts"), user, put: contacts, gone: z.array(key).max(100) }),
  z.strictObject({ type: z.literal("known"), user, contacts }),
  z.strictObject({ type: z.literal("flowGone"), flow: count }),
  z.strictObject({
    type: z.literal("nonce"),
    nonce: z.string().max(128),
    algorithm: z.string().max(16),
    count,
  }),
]);

/** undefined: it is none. */
export function readPeerMessage(value: unknown): PeerMessage | undefined {
  return schema.safeParse(value).data;
}
