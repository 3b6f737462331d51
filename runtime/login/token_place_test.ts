import assert from "node:assert/strict";
import { SEVERAL, tokenOf } from "./token_place.ts";

function found(path: string, headers: Record<string, string> = {}): string | undefined {
  return tokenOf({ headers: new Headers(headers) }, new URL(path, "http://relay.test"));
}

Deno.test("tokenOf looks where browsers and programs put tokens", () => {
  assert.equal(found("/ws"), undefined);
  assert.equal(found("/ws", { "sec-websocket-protocol": "roap.ims, token.a.b.c" }), "a.b.c");
  assert.equal(found("/ws", { "sec-websocket-protocol": "token.a.b.c,roap" }), "a.b.c");
  assert.equal(found("/ws", { authorization: "Bearer a.b.c" }), "a.b.c");
  assert.equal(found("/ws", { authorization: "bearer  a.b.c" }), "a.b.c");
  assert.equal(found("/ws?access_token=a.b.c"), "a.b.c");
  assert.equal(found("/ws?token=a.b.c"), "a.b.c");
});

Deno.test("tokenOf takes nothing else for a token, cookies least of all", () => {
  assert.equal(found("/ws", { authorization: "Basic YTpi" }), undefined);
  assert.equal(found("/ws", { authorization: "Bearer a b" }), undefined);
  assert.equal(found("/ws", { cookie: "token=a.b.c; access_token=a.b.c" }), undefined);
  assert.equal(found("/ws", { "sec-websocket-protocol": "roap.ims, tokens.a" }), undefined);
  assert.equal(found("/ws#access_token=a.b.c"), undefined);
});

Deno.test("tokenOf: two tokens are one too many, even the same", () => {
  for (
    const [path, headers] of [
      ["/ws?token=a", { authorization: "Bearer a" }],
      ["/ws?token=a&token=a", {}],
      ["/ws?token=a&access_token=b", {}],
      ["/ws", { "sec-websocket-protocol": "token.a, token.b" }],
      ["/ws", { "sec-websocket-protocol": "token.a", authorization: "Bearer a" }],
    ] as [string, Record<string, string>][]
  ) assert.equal(found(path, headers), SEVERAL, path);
});
