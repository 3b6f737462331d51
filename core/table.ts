// The session tables that the runtime owns and core works on: bounded, counted maps.

/** A bounded map. `set` answers false, and stores nothing, when a new key would pass the limit. */
export interface Table<Value, Key = string> {
  readonly size: number;
  readonly limit: number;
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): boolean;
  delete(key: Key): boolean;
  values(): Iterable<Value>;
}
