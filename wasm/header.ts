// The table of header fields, through the relay's codec.

import { codec } from "./codec.ts";
import type { HeaderReader } from "./header_reader.ts";
import type { HeaderRow } from "./header_table.ts";

export type { HeaderRow };

/** Values decoded on demand, and the table itself. */
export const headers: HeaderReader = codec.headers;

/** HEADER_* of a name, long or compact, in whatever case. HEADER_OTHER when it is none of the table's. */
export function headerId(name: string): number {
  return codec.headers.id(name);
}

/** A header's long name in its usual spelling. "" for HEADER_OTHER. Throws RangeError for what is no HEADER_*. */
export function headerName(header: number): string {
  return codec.headers.name(header);
}

/** Throws RangeError for what is no HEADER_*. */
export function headerRow(header: number): HeaderRow {
  return codec.headers.row(header);
}

/** The first HEADER_* that the message in the window lacks, as HeaderTable says. */
export function missingHeader(): number {
  return codec.headers.missing();
}
