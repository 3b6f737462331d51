import assert from "node:assert/strict";
import { defaults } from "../../test/served.ts";
import { ConfigError, type SipListener } from "../config/config.ts";
import { listenersOf, shardCount } from "./count.ts";

const machine = { cores: 4, sharesPorts: true, mayStart: true };

function sip(...ports: number[]): SipListener[] {
  return ports.map((port) => ({ transport: "udp", host: "127.0.0.1", port }));
}

Deno.test("shardCount: as many as asked for, else one a core, and one where there cannot be more", () => {
  assert.equal(shardCount({ ...defaults, shards: 3 }, machine), 3);
  assert.equal(shardCount(defaults, machine), 4);
  assert.equal(shardCount(defaults, { ...machine, cores: 200 }), 32);
  assert.equal(shardCount(defaults, { ...machine, sharesPorts: false }), 1);
  assert.equal(shardCount(defaults, { ...machine, mayStart: false }), 1);
  assert.equal(shardCount({ ...defaults, shards: 1 }, { ...machine, mayStart: false }), 1);
});

Deno.test("shardCount says what several shards lack", () => {
  const refuses = (part: object, message: RegExp) =>
    assert.throws(() => shardCount({ ...defaults, shards: 2 }, { ...machine, ...part }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
      return true;
    });
  refuses({ sharesPorts: false }, /^Option --shards: 2 needs Linux/);
  refuses({ mayStart: false }, /^Option --shards: 2 needs --allow-run/);
});

Deno.test("shardCount refuses ports that would meet, and that do not exist", () => {
  const config = { ...defaults, shards: 2 };
  assert.throws(() => shardCount({ ...config, sip: sip(5060, 5062) }, machine), /udp:127\.0\.0\.1:5062/);
  assert.throws(() => shardCount({ ...config, sip: sip(65_535) }, machine), /no port 65537 for shard 1/);
  assert.equal(shardCount({ ...config, sip: sip(5060, 5061, 0, 0) }, machine), 2);
});

Deno.test("listenersOf: every second port, and free ones stay free", () => {
  assert.deepEqual(listenersOf(sip(5060, 0), 3).map(({ port }) => port), [5066, 0]);
});
