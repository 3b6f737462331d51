// Where the message that is read begins. Words of the memory, not globals: the views set them without a call, and a
// load from a known address is the cheaper one.

import { INPUT, WINDOW } from "./layout";

store<u32>(WINDOW, INPUT);
store<u32>(WINDOW, INPUT << 16, 4);

/** Address of the message's first byte. */
export function windowStart(): u32 {
  return load<u32>(WINDOW);
}

/** The same, << 16: what span() takes off. */
export function windowShifted(): u32 {
  return load<u32>(WINDOW, 4);
}
