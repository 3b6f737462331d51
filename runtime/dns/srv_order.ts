// The order in which SRV targets are tried, RFC 2782: priorities ascending, chance by weight within one.

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Chance = () => number;

/** What of an SRV record its order depends on. */
export interface Weighed {
  readonly priority: number;
  readonly weight: number;
}

/** All of `records`, the first to be tried first. */
export function srvOrder<Record extends Weighed>(
  records: readonly Record[],
  chance: Chance,
): readonly Record[] {
  if (records.length < 2) return records;
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    weighted(records.filter((record) => record.priority === priority), chance)
  );
}

/**
 * One priority: records of weight 0 come first, a number is drawn from 0 to the sum of the weights, inclusive, and the
 * first record whose running sum reaches it is next; then again with the rest.
 */
function weighted<Record extends Weighed>(records: readonly Record[], chance: Chance): readonly Record[] {
  if (records.length < 2) return records;
  const rest = [...records].sort((a, b) => Math.min(a.weight, 1) - Math.min(b.weight, 1));
  const order: Record[] = [];
  let sum = rest.reduce((total, { weight }) => total + weight, 0);
  while (rest.length > 0) {
    const drawn = Math.floor(chance() * (sum + 1));
    let running = 0;
    const at = rest.findIndex(({ weight }) => (running += weight) >= drawn);
    const [next] = rest.splice(Math.max(at, 0), 1);
    if (next === undefined) break;
    order.push(next);
    sum -= next.weight;
  }
  return order;
}

/** Each order as likely as any other. */
export function shuffled<Item>(items: readonly Item[], chance: Chance): readonly Item[] {
  if (items.length < 2) return items;
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
