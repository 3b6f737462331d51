import assert from "node:assert/strict";
import { quotedTransaction } from "./quoted_request.ts";

const request =
  "INVITE sip:bob@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKx7;rport\r\n";

Deno.test("quotedTransaction finds the client transaction of a request that is cut off behind its Via", () => {
  assert.equal(quotedTransaction(request), "z9hG4bKx7 INVITE");
  assert.equal(quotedTransaction(`${request}From: <sip:a`), "z9hG4bKx7 INVITE");
  assert.equal(quotedTransaction(request.replace("INVITE", "BYE")), "z9hG4bKx7 BYE");
  assert.equal(quotedTransaction(request.replace(";rport", "")), "z9hG4bKx7 INVITE");
});

Deno.test("quotedTransaction takes an ACK for its INVITE's transaction", () => {
  assert.equal(quotedTransaction(request.replace("INVITE", "ACK")), "z9hG4bKx7 INVITE");
});

Deno.test("quotedTransaction tells nothing of a request that is cut off before the end of its Via", () => {
  for (let length = 0; length < request.length; length++) {
    assert.equal(quotedTransaction(request.slice(0, length)), "", `${length} bytes`);
  }
});

Deno.test("quotedTransaction tells nothing of responses and of what is no message of ours", () => {
  for (
    const quote of [
      request.replace("INVITE sip:bob@192.0.2.1 SIP/2.0", "SIP/2.0 200 OK"),
      request.replace(";branch=z9hG4bKx7", ""),
      request.replace("z9hG4bKx7", ""),
      request.replace("INVITE ", ""),
      "\0\0\0\0\0\0\0\0",
      "",
    ]
  ) assert.equal(quotedTransaction(quote), "");
});
