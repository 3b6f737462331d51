// Questions to a real resolver: the one that is configured, or the system's, with /etc/hosts before it.

import { promises as system } from "node:dns";
import type { Millis } from "../../core/context.ts";
import type { Endpoint } from "../config/config.ts";
import type { Ask, Naptr, Records, Srv } from "./question.ts";

const PATIENCE: Millis = 1_500;
/** A datagram may get lost: each question is asked again once. */
const ATTEMPTS = 2;

export interface AskOptions {
  /** `undefined` = the system's resolver. */
  readonly dns: Endpoint | undefined;
  /** How long one attempt may take. */
  readonly patience?: Millis;
  /** IP versions that the relay's own sockets can send to. */
  readonly families?: readonly (4 | 6)[];
}

/** A way to ask `dns`. Silence, refusals and broken answers all become no records. */
export function asking({ dns, patience = PATIENCE, families = [4, 6] }: AskOptions): Ask {
  const options = dns === undefined ? {} : { nameServer: { ipAddr: dns.host, port: dns.port } };

  /** `work` with a time limit, twice if it must be; no records when neither came to anything. */
  async function patiently<Item>(work: (signal: AbortSignal) => Promise<Item[]>): Promise<Item[]> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), patience);
      try {
        return await work(controller.signal);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
      } finally {
        clearTimeout(timer);
      }
    }
    return [];
  }

  async function addresses(name: string): Promise<string[]> {
    if (dns === undefined) return await patiently((signal) => looked(name, { families, signal }));
    const types = families.map((family) => family === 4 ? "A" as const : "AAAA" as const);
    const found = await Promise.all(
      types.map((type) => patiently((signal) => Deno.resolveDns(`${name}.`, type, { ...options, signal }))),
    );
    return found.flat();
  }

  const questions: { readonly [Kind in keyof Records]: (name: string) => Promise<Records[Kind][]> } = {
    ADDRESS: addresses,
    SRV: (name) => patiently<Srv>((signal) => Deno.resolveDns(`${name}.`, "SRV", { ...options, signal })),
    NAPTR: (name) =>
      patiently<Naptr>((signal) => Deno.resolveDns(`${name}.`, "NAPTR", { ...options, signal })),
  };
  return (kind, name) => {
    // Names of this machine alone: no resolver out there knows them (RFC 6761 section 6.3).
    const own = dns === undefined && (name === "localhost" || name.endsWith(".localhost"));
    return own && kind !== "ADDRESS" ? Promise.resolve([]) : questions[kind](name);
  };
}

/** What the system knows of a name, /etc/hosts first. */
async function looked(
  name: string,
  { families, signal }: { families: readonly (4 | 6)[]; signal: AbortSignal },
): Promise<string[]> {
  const given = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => given.reject(new Error("The system's resolver is silent")));
  try {
    const found = await Promise.race([system.lookup(name, { all: true }), given.promise]);
    return families.flatMap((family) =>
      found.filter((one) => one.family === family).map(({ address }) => address)
    );
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOTFOUND") return [];
    throw error;
  }
}
