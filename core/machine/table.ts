// Total state tables: every state has a cell for every event, or the program does not compile.

/**
 * One cell: the next state and the effects to perform, in order; `"ignore"` where the RFC says that the event is to be
 * dropped in this state; `"never"` where only a mistake of our own could bring it about.
 */
export type Cell<State extends string, Effect extends string> =
  | readonly [next: State, ...effects: Effect[]]
  | "ignore"
  | "never";

export type StateTable<State extends string, Event extends string, Effect extends string> = Readonly<
  Record<State, Readonly<Record<Event, Cell<State, Effect>>>>
>;

/**
 * The cell of an event, `undefined` where it is to be ignored.
 *
 * @throws Error where the table says `"never"`: an invariant of ours is broken.
 */
export function cellOf<State extends string, Event extends string, Effect extends string>(
  table: StateTable<State, Event, Effect>,
  { state, event, name }: { state: State; event: Event; name: string },
): readonly [State, ...Effect[]] | undefined {
  const cell = table[state][event];
  if (cell === "ignore") return undefined;
  if (cell === "never") throw new Error(`${name}: event ${event} in state ${state}`);
  return cell;
}

/** Cells of events that are to be dropped in a state, named one by one so that none is forgotten. */
export function ignored<const Event extends string>(
  ...events: Event[]
): { readonly [Name in Event]: "ignore" } {
  return cells(events, "ignore");
}

/** Cells of events that only a mistake of our own could bring to a state. */
export function impossible<const Event extends string>(
  ...events: Event[]
): { readonly [Name in Event]: "never" } {
  return cells(events, "never");
}

function cells<Event extends string, Word extends string>(
  events: readonly Event[],
  word: Word,
): { readonly [Name in Event]: Word } {
  return Object.fromEntries(events.map((event) => [event, word])) as { readonly [Name in Event]: Word };
}
