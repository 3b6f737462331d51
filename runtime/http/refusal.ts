// An HTTP answer that we give ourselves, and after which the connection ends.

import { latin1 } from "../ws/request_head.ts";

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PHRASES: Readonly<Record<string, string>> = {
  "400": "Bad Request",
  "401": "Unauthorized",
  "403": "Forbidden",
  "408": "Request Timeout",
  "426": "Upgrade Required",
  "431": "Request Header Fields Too Large",
  "503": "Service Unavailable",
  "505": "HTTP Version Not Supported",
};

/** The whole answer. `reason` is ASCII. */
export function refusalBytes({ status, reason, headers = {} }: Refusal): Uint8Array<ArrayBuffer> {
  const body = `${reason}\n`;
  const fields = {
    ...headers,
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-length": `${body.length}`,
    connection: headers["upgrade"] === undefined ? "close" : "close, upgrade",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return latin1(`HTTP/1.1 ${status} ${PHRASES[status] ?? "Refused"}\r\n${lines}\r\n${body}`);
}
