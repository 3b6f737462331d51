import assert from "node:assert/strict";
import { answerPage, type Page, pageFile } from "./page.ts";

const html = new TextEncoder().encode("<!doctype html><title>Ropeway</title>");
const index = pageFile("index.html", html)!;
const page: Page = new Map([["/", index], ["/index.html", index], [
  "/app.js",
  pageFile("app.js", new TextEncoder().encode("1"))!,
]]);

function get(path: string, init: RequestInit = {}): Response | undefined {
  return answerPage(page, path, new Request(`http://127.0.0.1${path}`, init));
}

Deno.test("answerPage serves a file with its type, its tag and a strict policy", async () => {
  const response = get("/")!;
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.match(
    response.headers.get("content-security-policy")!,
    /default-src 'none'.*frame-ancestors 'none'/,
  );
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(await response.text(), "<!doctype html><title>Ropeway</title>");
  assert.equal(get("/app.js")!.headers.get("content-type"), "text/javascript; charset=utf-8");
});

Deno.test("answerPage says 304 to a browser that has the file", () => {
  const { etag } = index;
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
    assert.equal(get("/", { headers: { "if-none-match": tag } })!.status, 304);
  }
  assert.equal(get("/", { headers: { "if-none-match": '"x"' } })!.status, 200);
});

Deno.test("answerPage gives no body to HEAD", async () => {
  assert.equal(await get("/", { method: "HEAD" })!.text(), "");
});

Deno.test("answerPage knows only its own files", () => {
  for (const path of ["/nothing", "/../deno.json", "/%2e%2e/deno.json", "//etc/passwd", "/app.js/"]) {
    assert.equal(answerPage(page, path, new Request("http://127.0.0.1/")), undefined, path);
  }
});

Deno.test("pageFile takes no files of other kinds", () => {
  for (const name of ["a.ts", "b.json", "c", ".env", "d.html.bak"]) {
    assert.equal(pageFile(name, html), undefined, name);
  }
});
