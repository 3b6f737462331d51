// Names of transactions that are a sibling shard's, while its message is in the hands of our transports.

import { shardOf } from "../../core/sip/shard_marks.ts";

/** A client transaction by its branch, mark first, and method, as a report of ICMP tells it; a server's has its peer's sent-by between them. */
const MARKED = /^z9hG4bK(.)[^ ]* [A-Z]+$/;

/** A transaction of a sibling's, as our own transports name it when they fail. No key of our own begins so: a branch is a token. */
export function foreign(shard: number, transaction: string): string {
  return `@${shard} ${transaction}`;
}

/** The sibling whose transaction it is, and its name there; undefined: it is ours. */
export function readForeign(
  transaction: string,
  { own, shards }: { own: number; shards: number },
): { shard: number; transaction: string } | undefined {
  if (transaction.startsWith("@")) {
    const space = transaction.indexOf(" ");
    return { shard: Number(transaction.slice(1, space)), transaction: transaction.slice(space + 1) };
  }
  const mark = MARKED.exec(transaction)?.[1];
  const shard = mark === undefined ? -1 : shardOf(mark.charCodeAt(0));
  return shard < 0 || shard >= shards || shard === own ? undefined : { shard, transaction };
}
