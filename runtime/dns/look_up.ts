// The answer to one question from the messages of a resolver: CNAME chains followed, how long it holds, RFC 1034 section 3.6.2, RFC 2308.

import type { Millis } from "../../core/context.ts";
import { isName, isWithin } from "./domain_name.ts";
import { type DnsRecord, type Message, NXDOMAIN } from "./message.ts";
import { type Answer, type Kind, type Records, without } from "./question.ts";

/** Links that are followed from one name. */
const CHAIN_LIMIT = 16;
/** Records of one answer that are kept. */
const RECORD_LIMIT = 64;
/** The longest that an answer is kept, whatever it says. */
const LONGEST: Millis = 3_600_000;
/** RFC 2308 section 5 allows hours, but who adds a record wants calls to follow it. */
const LONGEST_ABSENCE: Millis = 300_000;
/** Where the zone does not say: RFC 2308 section 5 would not have servers pass it on, but whoever has no AAAA is not to be asked for each call. */
const UNSAID_ABSENCE: Millis = 1_000;
/** How long a question that nobody could answer is not asked again, RFC 9520 section 3.2. */
export const FAILURE: Millis = 5_000;

/** One question to a resolver; undefined = nobody could tell. */
export type Inquire = (kind: Kind, name: string) => Promise<Message | undefined>;

export async function lookUp<Name extends Kind>(
  inquire: Inquire,
  kind: Name,
  name: string,
): Promise<Answer<Records[Name]>> {
  let owner = name;
  let ttl = LONGEST;
  let links = 0;
  while (true) {
    const message = await inquire(kind, owner);
    if (message === undefined) return without("failed", FAILURE);
    const asked = owner;
    for (let link = linkOf(message, owner); link !== undefined; link = linkOf(message, owner)) {
      links++;
      if (links > CHAIN_LIMIT || !isName(link.data)) return without("failed", FAILURE);
      ttl = Math.min(ttl, 1_000 * link.ttl);
      owner = link.data;
    }
    const found = message.answers.filter((record) => record.type === kind && record.name === owner);
    if (found.length > 0) {
      const records = found.slice(0, RECORD_LIMIT);
      for (const record of records) ttl = Math.min(ttl, 1_000 * record.ttl);
      return { type: "found", records: records.map(({ data }) => data as Records[Name]), ttl };
    }
    const absence = absenceOf(message, owner);
    // A resolver that answers for the chain's beginning alone, and says nothing about its end, is asked about that.
    const isUnfinished = owner !== asked && absence === undefined && message.rcode !== NXDOMAIN;
    if (isUnfinished) continue;
    return without(
      message.rcode === NXDOMAIN ? "noName" : "noData",
      Math.min(ttl, absence ?? UNSAID_ABSENCE),
    );
  }
}

function linkOf({ answers }: Message, owner: string): Extract<DnsRecord, { type: "CNAME" }> | undefined {
  return answers.find((record) => record.type === "CNAME" && record.name === owner) as
    | Extract<DnsRecord, { type: "CNAME" }>
    | undefined;
}

/** How long it holds that there is nothing, RFC 2308 section 5; undefined when the zone does not say. */
function absenceOf({ authorities }: Message, owner: string): Millis | undefined {
  for (const record of authorities) {
    if (record.type !== "SOA" || !isWithin(owner, record.name)) continue;
    return Math.min(1_000 * Math.min(record.ttl, record.data.minimum), LONGEST_ABSENCE);
  }
  return undefined;
}
