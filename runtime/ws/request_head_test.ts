import assert from "node:assert/strict";
import fc from "fast-check";
import { headEnd, latin1, readHead, type RequestHead, writeHead } from "./request_head.ts";

function read(text: string): RequestHead | number {
  return readHead(latin1(text));
}

const GOOD =
  "GET /ws?user=a HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\r\n";

Deno.test("readHead reads request line and fields", () => {
  const head = read(GOOD);
  assert.ok(typeof head !== "number");
  assert.deepEqual([head.method, head.target, head.minor], ["GET", "/ws?user=a", 1]);
  assert.equal(head.headers.get("connection"), "keep-alive, Upgrade");
  assert.ok(head.headers.lists("connection", "upgrade"));
  assert.ok(head.headers.lists("upgrade", "websocket"));
  assert.ok(!head.headers.lists("connection", "close"));
  assert.equal(head.headers.get("origin"), null);
});

Deno.test("readHead joins a field's lines, and trims", () => {
  const head = read("GET / HTTP/1.1\r\nHost:a\r\nX: \t1 \t\r\nx:2\r\nEmpty:\r\n\r\n");
  assert.ok(typeof head !== "number");
  assert.equal(head.headers.get("x"), "1, 2");
  assert.equal(head.headers.get("empty"), "");
});

Deno.test("readHead refuses what somebody could read otherwise", () => {
  const cases: readonly [status: number, text: string][] = [
    [400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"],
    [400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"],
    [400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    [400, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    [400, "GET / HTTP/1.1\nHost: a\r\n\r\n"],
    [400, "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\n\r\n"],
    [400, "GET / HTTQ/1.1\r\nHost: a\r\n\r\n"],
    [505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"],
    [505, "PRI * HTTP/2.0\r\n\r\n"],
    [431, `GET / HTTP/1.1\r\nHost: a\r\n${"x: y\r\n".repeat(101)}\r\n`],
  ];
  for (const [status, text] of cases) assert.equal(read(text), status, JSON.stringify(text));
  assert.notEqual(typeof read("GET / HTTP/1.0\r\n\r\n"), "number");
});

Deno.test("headEnd finds the blank line, and no other", () => {
  const bytes = latin1(`${GOOD}rest\r\n\r\n`);
  assert.equal(headEnd(bytes), GOOD.length);
  for (let cut = 0; cut < GOOD.length; cut++) {
    assert.equal(headEnd(bytes.subarray(0, cut)), 0);
    assert.equal(headEnd(bytes, Math.max(cut - 3, 0)), GOOD.length);
  }
  assert.equal(headEnd(latin1("GET / HTTP/1.1\n\nX\r\n")), 0);
});

Deno.test("writeHead writes what readHead reads, with the fields that are to be replaced", () => {
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
  const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/);
  fc.assert(fc.property(fc.array(fc.tuple(token, value), { maxLength: 8 }), (fields) => {
    const others = fields.filter(([name]) => !/^(host|connection)$/i.test(name));
    const lines = [["Host", "a"], ["connection", "keep-alive"], ...others, ["CONNECTION", "x"]] as const;
    const text = `GET /x HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
    const head = read(text);
    assert.ok(typeof head !== "number");
    const again = readHead(writeHead(head, [["Connection", "close"]]));
    assert.ok(typeof again !== "number");
    assert.deepEqual(again.headers.lines, [["Host", "a"], ...others, ["Connection", "close"]]);
    assert.deepEqual([again.method, again.target, again.minor], ["GET", "/x", 1]);
  }));
});
