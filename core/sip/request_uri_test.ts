import assert from "node:assert/strict";
import { requestUriOf } from "./request_uri.ts";

Deno.test("requestUriOf leaves the header part out and nothing else", () => {
  const cases = [
    ["sip:ann@host.example?Route=%3Csip:evil.example%3E", "sip:ann@host.example"],
    ["sip:a?b@host.example;lr?Subject=x", "sip:a?b@host.example;lr"],
    ["sip:host.example?a=b", "sip:host.example"],
    ["sip:a?b@host.example", "sip:a?b@host.example"],
    ["tel:+15550100", "tel:+15550100"],
  ] as const;
  for (const [address, expected] of cases) assert.equal(requestUriOf(address), expected);
});
