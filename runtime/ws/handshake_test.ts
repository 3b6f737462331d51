import assert from "node:assert/strict";
import { checkHandshake, handshakeAnswer, isUpgrade } from "./handshake.ts";
import { latin1, readHead, type RequestHead } from "./request_head.ts";

const FIELDS = {
  host: "server.example.com",
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

function head(changes: Record<string, string> = {}, start = "GET /chat HTTP/1.1"): RequestHead {
  const lines = Object.entries({ ...FIELDS, ...changes }).filter(([, value]) => value !== "");
  const read = readHead(latin1(`${start}\r\n${lines.map((line) => line.join(": ")).join("\r\n")}\r\n\r\n`));
  assert.ok(typeof read !== "number");
  return read;
}

Deno.test("handshakeAnswer gives the answer of RFC 6455 section 1.3", () => {
  assert.equal(checkHandshake(head()), undefined);
  const answer = handshakeAnswer(head(), "chat");
  assert.match(answer, /^HTTP\/1\.1 101 [^\r]+\r\n/);
  assert.match(answer, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  assert.match(answer, /\r\nSec-WebSocket-Protocol: chat\r\n/);
  assert.ok(answer.endsWith("\r\n\r\n"));
  assert.ok(
    !handshakeAnswer(head({ "sec-websocket-extensions": "permessage-deflate" }), "").includes("Extensions"),
  );
});

Deno.test("isUpgrade knows who wants a WebSocket", () => {
  assert.ok(isUpgrade(head({ upgrade: "h2c, WebSocket" })));
  assert.ok(!isUpgrade(head({ upgrade: "" })));
  assert.ok(!isUpgrade(head({ upgrade: "h2c" })));
  assert.ok(!isUpgrade(head({}, "POST /chat HTTP/1.1")));
});

Deno.test("checkHandshake says what is wrong", () => {
  const cases: readonly [status: number, changes: Record<string, string>, start?: string][] = [
    [400, {}, "GET /chat HTTP/1.0"],
    [400, { connection: "" }],
    [400, { connection: "keep-alive" }],
    [400, { "sec-websocket-key": "" }],
    [400, { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=" }],
    [400, { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZSE=" }],
    [400, { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZ-_=" }],
    [400, { "content-length": "5" }],
    [400, { "transfer-encoding": "chunked" }],
    [426, { "sec-websocket-version": "" }],
    [426, { "sec-websocket-version": "8" }],
    [426, { "sec-websocket-version": "13, 8" }],
  ];
  for (const [status, changes, start] of cases) {
    assert.equal(checkHandshake(head(changes, start))?.status, status, JSON.stringify(changes));
  }
  assert.equal(checkHandshake(head({ connection: "keep-alive, upgrade" })), undefined);
  const old = checkHandshake(head({ "sec-websocket-version": "8" }));
  assert.equal(old?.headers?.["sec-websocket-version"], "13");
});
