// Names of transactions that are a sibling shard's, while its message is in the hands of our transports.

/** A transaction of a sibling's, as our own transports name it when they fail. No key of our own begins so: a branch is a token. */
export function foreign(shard: number, transaction: string): string {
  return `@${shard} ${transaction}`;
}

/** The sibling whose transaction it is, and its name there; undefined: it is ours. */
export function readForeign(transaction: string): { shard: number; transaction: string } | undefined {
  if (!transaction.startsWith("@")) return undefined;
  const space = transaction.indexOf(" ");
  return { shard: Number(transaction.slice(1, space)), transaction: transaction.slice(space + 1) };
}
