import assert from "node:assert/strict";
import { RecordedLog } from "../../test/recording_relay.ts";
import { NOW, SECRET, secretKey, tokenOf } from "../../test/token_issuer.ts";
import type { LoginConfig } from "../config/config.ts";
import { Logins } from "./logins.ts";
import { newTokenKey } from "./token_key.ts";

function setUp(config: LoginConfig = { claim: "sub", secret: SECRET }) {
  const clock = { now: 0 };
  const log = new RecordedLog();
  const key = newTokenKey();
  const times = { now: () => clock.now, wallClock: () => NOW };
  return { clock, log, logins: new Logins({ config, domain: "ropeway.test", key, log, ...times }) };
}

Deno.test("Logins.check counts good tokens, and the others by what was wrong with them", async () => {
  const { logins } = setUp();
  await logins.check(await tokenOf("alice", secretKey()));
  await logins.check(await tokenOf("alice", secretKey(), { lifetime: -60 }));
  await logins.check(await tokenOf("alice", secretKey(), { lifetime: -60 }));
  await logins.check("nonsense");
  await logins.ask({ headers: new Headers() }, new URL("http://relay.test/ws"));
  assert.deepEqual(logins.counts, { good: 1, expired: 2, malformed: 1, missing: 1 });
});

Deno.test("Logins.check: a flood of bad tokens is a line a second, and never shows one", async () => {
  const { logins, clock, log } = setUp();
  const token = await tokenOf("alice", secretKey(`${SECRET}!`));
  for (let count = 0; count < 50; count++) await logins.check(token);
  clock.now = 1_000;
  await logins.check(token);
  assert.deepEqual(log.lines, [
    {
      level: "info",
      fields: { reason: "The signature of the token is wrong", others: 0 },
      text: "Login refused",
    },
    {
      level: "info",
      fields: { reason: "The signature of the token is wrong", others: 49 },
      text: "Login refused",
    },
  ]);
});

Deno.test("Logins.check looks at so many tokens at a time", async () => {
  const { logins } = setUp();
  const token = await tokenOf("alice", secretKey());
  const found = await Promise.all(Array.from({ length: 1_030 }, () => logins.check(token)));
  assert.equal(found.filter((each) => "kind" in each && each.kind === "unavailable").length, 6);
  assert.ok("user" in await logins.check(token));
});

Deno.test("Logins.enter takes passwords over TLS or from this machine alone", async () => {
  const { logins } = setUp({ claim: "sub", passwords: [] });
  const enter = async (remote: string, isSecure: boolean) => {
    const headers = { "content-type": "application/json" };
    const request = new Request("http://relay.test/login", { method: "POST", headers, body: "{}" });
    const found = await logins.enter(request, { remote, isSecure });
    return "status" in found ? found.status : 200;
  };
  assert.equal(await enter("192.0.2.1", false), 403);
  assert.equal(await enter("192.0.2.1", true), 400);
  assert.equal(await enter("127.0.0.1", false), 400);
});

Deno.test("Logins.tell says how to log in, and with a token whom it is for", async () => {
  const { logins } = setUp();
  const tell = async (headers: Record<string, string> = {}) =>
    await logins.tell({ headers: new Headers(headers) }, new URL("http://relay.test/login"));
  assert.deepEqual(await tell(), { by: "token" });
  const authorization = `Bearer ${await tokenOf("alice", secretKey())}`;
  assert.deepEqual(await tell({ authorization }), { by: "token", user: "alice", expires_in: 330 });
  const found = await tell({ authorization: "Bearer x" });
  assert.equal("status" in found ? found.status : 0, 401);
  assert.deepEqual(
    await setUp({ claim: "sub", passwords: [] }).logins.tell({ headers: new Headers() }, new URL("http://x")),
    {
      by: "password",
    },
  );
});
