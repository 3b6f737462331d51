// Core's questions to the resolver: bounded, and each answered by an input.

import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import type { NameResolver } from "./name_resolver.ts";

const LIMIT = 10_000;

export class Queries {
  readonly #resolver: NameResolver;
  readonly #log: Log;
  readonly #deliver: Inputs["deliver"];
  #size = 0;

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
    if (this.#size >= LIMIT) return this.#deliver({ type: "resolved", query, hops: [] });
    this.#size++;
    this.#resolver.resolve(target).then(
      (hops) => this.#answered(query, hops.map((hop) => named(hop, target))),
      (error) => {
        this.#log.warn({ host: target.host, error: String(error) }, "Name could not be resolved");
        this.#answered(query, []);
      },
    );
  }

  #answered(query: number, hops: readonly Hop[]): void {
    this.#size--;
    this.#deliver({ type: "resolved", query, hops });
  }
}

/** RFC 5922 section 4: what a certificate has to name is the domain that was asked for, whatever DNS makes of it. */
function named(hop: Hop, { host }: ResolveTarget): Hop {
  return hop.transport === "tls" ? { ...hop, domain: host } : hop;
}
