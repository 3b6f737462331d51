import assert from "node:assert/strict";
import { hostPort, plainAddress } from "./address.ts";

Deno.test("hostPort puts IPv6 in brackets", () => {
  assert.equal(hostPort("192.0.2.1", 5060), "192.0.2.1:5060");
  assert.equal(hostPort("::1", 5060), "[::1]:5060");
});

Deno.test("plainAddress makes a mapped IPv4 address plain and leaves others alone", () => {
  assert.equal(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(plainAddress("::ffff:1"), "::ffff:1");
  assert.equal(plainAddress("2001:db8::1"), "2001:db8::1");
});
