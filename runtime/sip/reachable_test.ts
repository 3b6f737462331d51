import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { RecordedLog } from "../../test/recording_relay.ts";
import { reachable } from "./reachable.ts";

Deno.test("reachable leaves an address alone", () => {
  for (const host of ["127.0.0.1", "192.0.2.1", "::1"]) {
    assert.deepEqual(reachable(host, new RecordedLog()), [host]);
  }
});

Deno.test("reachable gives an address that can be connected to for a wildcard", () => {
  const log = new RecordedLog();
  const [address = "", ...more] = reachable("0.0.0.0", log);
  assert.deepEqual(more, []);
  assert.ok(isIPv4(address) || isIPv6(address));
  assert.notEqual(address, "0.0.0.0");
  assert.equal(address === "127.0.0.1", log.lines.length === 1);
});

Deno.test("reachable gives one address of each IP version for the wildcard of both", () => {
  const [first = "", second, ...more] = reachable("::", new RecordedLog());
  assert.deepEqual(more, []);
  assert.equal(isIPv6(first) || second === undefined, true, first);
  assert.equal(second === undefined || isIPv4(second), true, second);
});
