import assert from "node:assert/strict";
import { bracketed, canonicalHost } from "./ip_address.ts";

Deno.test("bracketed puts brackets around IPv6 alone", () => {
  assert.equal(bracketed("2001:db8::1"), "[2001:db8::1]");
  assert.equal(bracketed("192.0.2.1"), "192.0.2.1");
  assert.equal(bracketed("relay.example"), "relay.example");
});

Deno.test("canonicalHost: all forms of an IPv6 address are one", () => {
  for (const form of ["2001:db8::9:1", "2001:DB8::9:01", "2001:0db8:0000:0:0::9:0001"]) {
    assert.equal(canonicalHost(form), "2001:db8::9:1", form);
  }
  assert.equal(canonicalHost("0:0:0:0:0:0:0:1"), "::1");
});

Deno.test("canonicalHost leaves what is no IPv6 address", () => {
  for (const host of ["", "192.0.2.1", "relay.example", "::g", "a:b:c", "fe80::1%eth0", "1]@[::2"]) {
    assert.equal(canonicalHost(host), host);
  }
});
