// Core's questions to the resolver: bounded, and each answered by an input.

import type { Millis } from "../../core/context.ts";
import type { Resolved, ResolveTarget } from "../../core/output.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import type { NameResolver } from "./name_resolver.ts";

const LIMIT = 10_000;
/** Every so often an operator is told that names cannot be resolved: not for each call of an outage. */
const TOLD_EVERY: Millis = 10_000;
const UNKNOWN: Resolved = { hops: [], isSure: false };

export class Queries {
  readonly #resolver: NameResolver;
  readonly #log: Log;
  readonly #deliver: Inputs["deliver"];
  #size = 0;
  #tellAfter: Millis = 0;

  constructor({ resolver, log, deliver }: { resolver: NameResolver; log: Log; deliver: Inputs["deliver"] }) {
    this.#resolver = resolver;
    this.#log = log;
    this.#deliver = deliver;
  }

  /** Those that have no answer yet. */
  get size(): number {
    return this.#size;
  }

  ask(query: number, target: ResolveTarget): void {
    if (this.#size >= LIMIT) return this.#deliver({ type: "resolved", query, ...UNKNOWN });
    this.#size++;
    this.#resolver.resolve(target).then(
      (found) => {
        if (found.hops.length === 0 && !found.isSure) this.#tell(target.host);
        this.#answered(query, found);
      },
      (error) => {
        this.#log.warn({ host: target.host, error: String(error) }, "Name could not be resolved");
        this.#answered(query, UNKNOWN);
      },
    );
  }

  #tell(host: string): void {
    const now = performance.now();
    if (now < this.#tellAfter) return;
    this.#tellAfter = now + TOLD_EVERY;
    this.#log.warn({ host }, "No resolver could tell where a name leads");
  }

  #answered(query: number, { hops, isSure }: Resolved): void {
    this.#size--;
    this.#deliver({ type: "resolved", query, hops, isSure });
  }
}
