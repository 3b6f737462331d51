// Date (RFC 3261 20.17): the date of RFC 1123, in GMT and no other zone.

import { HEADER_DATE } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import type { Cursor, Malformed } from "./cursor.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const form = /^(sun|mon|tue|wed|thu|fri|sat), (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) gmt$/i;

/** Milliseconds since 1970. A day that its month does not have is malformed; what weekday it is said to be does not matter. */
export function readDate(cursor: Cursor, value: Span): number | Malformed {
  cursor.open(value);
  const [, , day, name = "", year, hour, minute, second] = form.exec(cursor.text(value)) ?? [];
  const month = months.indexOf(name.toLowerCase());
  if (month < 0) return cursor.malformed(HEADER_DATE);
  const [d, y, h, m, s] = [day, year, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(y, month, d);
  date.setUTCHours(h, m, s);
  const exact = date.getUTCDate() === d && h < 24 && m < 60 && s < 60;
  return exact ? date.getTime() : cursor.malformed(HEADER_DATE);
}
