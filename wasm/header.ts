// The relay's reader of header fields beyond what routing needs.

import { codec } from "./codec.ts";
import type { HeaderReader } from "./header_reader.ts";

export const headers: HeaderReader = codec.headers;
