// What is asked and answered, apart from who is asked.

import type { Millis } from "../../core/context.ts";

/** The fields of a NAPTR record that RFC 3263 section 4.1 uses. */
export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** The records of each kind of question; addresses as text. */
export interface Records {
  readonly A: string;
  readonly AAAA: string;
  readonly SRV: Srv;
  readonly NAPTR: Naptr;
}

export type Kind = keyof Records;

/**
 * found: there are `records`. noData: the name exists, but not with such records. noName: it does not exist. failed: nobody could tell, in time or
 * at all, or there was no room to ask.
 */
export interface Answer<Item> {
  readonly type: "found" | "noData" | "noName" | "failed";
  readonly records: readonly Item[];
  /** How long the answer holds from now on: the shortest of all that it was put together from. 0 = for those alone who wait for it. */
  readonly ttl: Millis;
}

/** Asks one question. `name` is in lower case, without a dot at its end. Never rejects. */
export type Ask = <Name extends Kind>(kind: Name, name: string) => Promise<Answer<Records[Name]>>;

/** No records, for this reason. */
export function without(type: "noData" | "noName" | "failed", ttl: Millis): Answer<never> {
  return { type, records: [], ttl };
}
