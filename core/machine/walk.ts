// Walks a state table through everything that can happen: what a table's test asks for.

import type { StateTable } from "./table.ts";

export interface Walk<State extends string, Event extends string, Effect extends string> {
  readonly start: State;
  /** The timers that run from the start. */
  readonly running: readonly Event[];
  /** What can happen at any time, in the states named; the other events are timers, and happen only while they run. */
  readonly outside: Readonly<Partial<Record<Event, readonly State[]>>>;
  /** What an effect does to the running timers: starts one, or stops `"all"`. Other effects leave them. */
  readonly timers: Readonly<Partial<Record<Effect, { readonly starts: Event } | "stops all">>>;
}

/**
 * The arrows that were passed: `"state event"` → the next state, or `"ignore"`. A cell that is `"never"` is not to be reached.
 *
 * @throws Error when a `"never"` is reached, or a timer of the last state (one whose cells lead nowhere) still runs.
 */
export function walk<State extends string, Event extends string, Effect extends string>(
  table: StateTable<State, Event, Effect>,
  { start, running, outside, timers }: NoInfer<Walk<State, Event, Effect>>,
): Map<string, State | "ignore"> {
  const passed = new Map<string, State | "ignore">();
  const seen = new Set<string>();
  const places: { state: State; running: readonly Event[] }[] = [{ state: start, running }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { state, running } = place;
    const name = `${state} [${[...running].sort().join(" ")}]`;
    if (seen.has(name)) continue;
    seen.add(name);
    for (const event of Object.keys(table[state]) as Event[]) {
      const states = outside[event];
      if (states === undefined ? !running.includes(event) : !states.includes(state)) continue;
      const cell = table[state][event];
      if (cell === "never") throw new Error(`${name}: ${event} can happen, but the table says never`);
      passed.set(`${state} ${event}`, cell === "ignore" ? "ignore" : cell[0]);
      const left = new Set(running);
      if (states === undefined) left.delete(event);
      if (cell === "ignore") {
        places.push({ state, running: [...left] });
        continue;
      }
      const [next, ...effects]: readonly [State, ...Effect[]] = cell;
      for (const effect of effects) {
        const change = timers[effect];
        if (change === "stops all") left.clear();
        else if (change !== undefined) left.add(change.starts);
      }
      places.push({ state: next, running: [...left] });
    }
  }
  return passed;
}

/** The cells that are not `"never"`, as `"state event"`. */
export function livingCells<State extends string, Event extends string, Effect extends string>(
  table: StateTable<State, Event, Effect>,
): string[] {
  const names: string[] = [];
  for (const state of Object.keys(table) as State[]) {
    for (const event of Object.keys(table[state]) as Event[]) {
      if (table[state][event] !== "never") names.push(`${state} ${event}`);
    }
  }
  return names;
}
