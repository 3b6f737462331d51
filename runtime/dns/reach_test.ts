import assert from "node:assert/strict";
import { familiesOf, transportsOf } from "./reach.ts";

const on = (...hosts: string[]) => ({
  sip: hosts.map((host) => ({ transport: "udp" as const, host, port: 0 })),
});

Deno.test("familiesOf: those of the listeners, the first one's first", () => {
  assert.deepEqual(familiesOf(on("127.0.0.1")), [4]);
  assert.deepEqual(familiesOf(on("::1")), [6]);
  assert.deepEqual(familiesOf(on("::1", "127.0.0.1", "127.0.0.2")), [6, 4]);
  assert.deepEqual(familiesOf(on("0.0.0.0", "::1")), [4, 6]);
  assert.deepEqual(familiesOf(on("::")), [6, 4]);
  assert.deepEqual(familiesOf(on("relay.example")), [4, 6]);
});

Deno.test("transportsOf: UDP where there is a socket for it, TCP always", () => {
  assert.deepEqual(transportsOf(on("127.0.0.1")), ["udp", "tcp"]);
  assert.deepEqual(transportsOf({ sip: [{ transport: "tcp", host: "127.0.0.1", port: 0 }] }), ["tcp"]);
});
