// A user's ladder over all shards: each shows what it has seen itself, and the one that is watched puts it in order of time.
//
//   page ──► the shard its stream came to ──watch──► every sibling
//            the past, sorted ◄──── rungs, replayed ────┘ then each rung as it happens

import { z } from "zod";
import { type Ladder, type LadderSource, type Rung, rungText } from "../ladder.ts";
import type { Interconnect, LadderListener } from "./interconnect.ts";

/** How long siblings' pasts are waited for, in milliseconds. */
const PATIENCE = 500;
/** Watches of one sibling: as many as streams it may have. */
const WATCH_LIMIT = 100;

const id = z.number().int().min(0);
const schema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("watch"), id, user: z.string().max(256) }),
  z.strictObject({ type: z.literal("unwatch"), id }),
  z.strictObject({ type: z.literal("rung"), id, time: z.number(), text: z.string() }),
  z.strictObject({ type: z.literal("replayed"), id }),
]);

type LadderMessage = z.infer<typeof schema>;

/** A stream of this shard's. Its past is gathered first. */
interface Watch {
  readonly user: string;
  readonly show: (text: string) => void;
  /** Until all pasts are there. */
  gathered: { readonly time: number; readonly text: string }[] | undefined;
  readonly awaited: Set<number>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class SharedLadder implements LadderSource, LadderListener {
  readonly #ladder: Ladder;
  readonly #interconnect: Pick<Interconnect, "linked" | "sendLadder">;
  readonly #watches = new Map<number, Watch>();
  /** What siblings watch here: how each watch is ended, by sibling and number. */
  readonly #lent = new Map<number, Map<number, () => void>>();
  #last = 0;

  constructor(options: { ladder: Ladder; interconnect: Pick<Interconnect, "linked" | "sendLadder"> }) {
    this.#ladder = options.ladder;
    this.#interconnect = options.interconnect;
  }

  subscribe(user: string, show: (text: string) => void): () => void {
    const id = ++this.#last;
    const watch: Watch = {
      user,
      show,
      gathered: [],
      awaited: new Set(this.#interconnect.linked),
      timer: undefined,
    };
    this.#watches.set(id, watch);
    const unsubscribe = this.#ladder.subscribe(user, (rung) => see(watch, rung.time, rungText(rung)));
    if (watch.awaited.size === 0) settle(watch);
    else watch.timer = setTimeout(() => settle(watch), PATIENCE);
    this.#interconnect.sendLadder({ type: "watch", id, user } satisfies LadderMessage);
    return () => {
      unsubscribe();
      clearTimeout(watch.timer);
      if (!this.#watches.delete(id)) return;
      this.#interconnect.sendLadder({ type: "unwatch", id } satisfies LadderMessage);
    };
  }

  heard(shard: number, value: unknown): void {
    const { data: message } = schema.safeParse(value);
    if (message === undefined) return;
    const { id } = message;
    switch (message.type) {
      case "watch":
        return this.#lend(shard, id, message.user);
      case "unwatch":
        this.#lent.get(shard)?.get(id)?.();
        this.#lent.get(shard)?.delete(id);
        return;
      case "rung": {
        const watch = this.#watches.get(id);
        if (watch !== undefined) see(watch, message.time, message.text);
        return;
      }
      case "replayed":
        return this.#replayed(id, shard);
    }
  }

  /** A sibling that comes back hears of the watches anew. */
  came(shard: number): void {
    for (const [id, { user }] of this.#watches) {
      this.#interconnect.sendLadder({ type: "watch", id, user } satisfies LadderMessage, shard);
    }
  }

  gone(shard: number): void {
    for (const end of this.#lent.get(shard)?.values() ?? []) end();
    this.#lent.delete(shard);
    for (const id of [...this.#watches.keys()]) this.#replayed(id, shard);
  }

  #lend(shard: number, id: number, user: string): void {
    let lent = this.#lent.get(shard);
    if (lent === undefined) this.#lent.set(shard, lent = new Map());
    if (lent.has(id) || lent.size >= WATCH_LIMIT) return;
    const show = (rung: Rung) => {
      const message: LadderMessage = { type: "rung", id, time: rung.time, text: rungText(rung) };
      this.#interconnect.sendLadder(message, shard);
    };
    lent.set(id, this.#ladder.subscribe(user, show));
    this.#interconnect.sendLadder({ type: "replayed", id } satisfies LadderMessage, shard);
  }

  #replayed(id: number, shard: number): void {
    const watch = this.#watches.get(id);
    if (watch?.awaited.delete(shard) && watch.awaited.size === 0) settle(watch);
  }
}

function see(watch: Watch, time: number, text: string): void {
  if (watch.gathered === undefined) watch.show(text);
  else watch.gathered.push({ time, text });
}

function settle(watch: Watch): void {
  clearTimeout(watch.timer);
  const { gathered } = watch;
  if (gathered === undefined) return;
  watch.gathered = undefined;
  for (const { text } of gathered.toSorted((left, right) => left.time - right.time)) watch.show(text);
}
