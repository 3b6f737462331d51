// The session tables that the runtime owns and core works on: bounded, counted maps.

/** A bounded map. `set` answers false, and stores nothing, when a new key would pass the limit. */
export interface Table<Value> {
  readonly size: number;
  readonly limit: number;
  get(key: string): Value | undefined;
  set(key: string, value: Value): boolean;
  delete(key: string): boolean;
  values(): Iterable<Value>;
}
