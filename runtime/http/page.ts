// The web page's files: read once at the start, so that a request's path can only ever name one of them.

import { createHash } from "node:crypto";

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** With its quotes (RFC 9110 section 8.8.3). */
  readonly etag: string;
}

/** By path: `/app.js`; `/` is index.html. */
export type Page = ReadonlyMap<string, PageFile>;

const TYPES = new Map([
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["svg", "image/svg+xml"],
]);

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Reads the files of one folder; those with another ending than the page's own are left out. */
export async function readPage(folder: URL): Promise<Page> {
  const page = new Map<string, PageFile>();
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isFile || !/^[a-z0-9_.-]+$/i.test(entry.name)) continue;
    const file = pageFile(entry.name, await Deno.readFile(new URL(entry.name, folder)));
    if (file === undefined) continue;
    page.set(`/${entry.name}`, file);
    if (entry.name === "index.html") page.set("/", file);
  }
  return page;
}

/** undefined: not a kind of file that the page is made of. */
export function pageFile(name: string, bytes: Uint8Array<ArrayBuffer>): PageFile | undefined {
  const type = TYPES.get(name.slice(name.lastIndexOf(".") + 1));
  if (type === undefined) return undefined;
  return { bytes, type, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}

/** The answer to a GET or HEAD for a path; undefined = there is no such file. */
export function answerPage(page: Page, path: string, request: Request): Response | undefined {
  const file = page.get(path);
  if (file === undefined) return undefined;
  const headers = {
    "content-type": file.type,
    etag: file.etag,
    "cache-control": "no-cache",
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "microphone=(self), camera=(self)",
    "cross-origin-opener-policy": "same-origin",
  };
  const known = request.headers.get("if-none-match")?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(file.etag)) return new Response(null, { status: 304, headers });
  return new Response(request.method === "HEAD" ? null : file.bytes, { headers });
}
