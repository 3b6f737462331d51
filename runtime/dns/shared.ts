// Look-ups that are under way, shared by all who want the same, and their answers for a moment longer.

import type { Millis } from "../../core/context.ts";
import type { Ask, Records } from "./question.ts";

/**
 * How long an answer is good for. Deno's resolver does not tell the records' time to live, so this stays shorter than
 * any that matters: it only keeps a busy route from asking for every call.
 */
const FRESH: Millis = 1_000;
/** Questions under way at once; one more is answered with no records. */
const PENDING_LIMIT = 1_024;
const ANSWER_LIMIT = 4_096;

interface Look {
  readonly records: Promise<readonly Records[keyof Records][]>;
  /** Infinity while under way. */
  until: Millis;
}

/** Puts a memory before `ask`. */
export function shared(
  ask: Ask,
  { now, fresh = FRESH, pendingLimit = PENDING_LIMIT }: {
    now: () => Millis;
    fresh?: Millis;
    pendingLimit?: number;
  },
): Ask {
  const looks = new Map<string, Look>();
  let pending = 0;
  return <Kind extends keyof Records>(kind: Kind, name: string): Promise<readonly Records[Kind][]> => {
    const key = `${kind} ${name}`;
    const known = looks.get(key);
    if (known !== undefined && known.until > now()) return known.records as Promise<readonly Records[Kind][]>;
    looks.delete(key);
    if (pending >= pendingLimit) return Promise.resolve([]);
    pending += 1;
    const records = ask(kind, name);
    const look: Look = { records, until: Infinity };
    looks.set(key, look);
    if (looks.size > ANSWER_LIMIT) forget(looks, now());
    const done = () => {
      pending -= 1;
      look.until = now() + fresh;
    };
    records.then(done, done);
    return records;
  };
}

/** Makes room: what is stale, and if that is nothing, the oldest answer. Never what is under way. */
function forget(looks: Map<string, Look>, now: Millis): void {
  let oldest: string | undefined;
  for (const [key, { until }] of looks) {
    if (until <= now) looks.delete(key);
    else if (until !== Infinity) oldest ??= key;
  }
  if (looks.size > ANSWER_LIMIT && oldest !== undefined) looks.delete(oldest);
}
