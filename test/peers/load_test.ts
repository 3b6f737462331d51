// The load generator against a real relay: every call is completed, in both directions, and told so.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";

const ROOT = new URL("../../", import.meta.url);

/** Calls that come to nothing, and soon. */
const FEW = [
  ...["--rate", "20", "--seconds", "0.5", "--warm-up", "0", "--hold", "0", "--patience", "0.5"],
  ...["--browsers", "5", "--arrivals", "constant"],
];

async function load(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", "bench/deno.json", "bench/load/main.ts", "--json", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  return { code, trial: JSON.parse(text).trial };
}

Deno.test("load: calls in both directions, phones, idle browsers and logins, all to their end", async () => {
  const { code, trial } = await load(
    ...["--rate", "50", "--seconds", "1", "--warm-up", "0", "--hold", "0.1", "--to-ims", "0.5"],
    ...["--arrivals", "constant", "--browsers", "10", "--idle", "20", "--logins", "10", "--phones", "5"],
  );
  assert.deepEqual(trial.causes, {});
  assert.equal(code, 0);
  // The first is due one step after the beginning; the last, at the very end, is a matter of rounding.
  assert.ok(trial.started >= 49 && trial.started <= 50, String(trial.started));
  assert.equal(trial.completed, trial.started);
  assert.deepEqual(trial.sides, [trial.started, trial.started]);
  assert.equal(trial.setUp.count, trial.started);
  assert.ok(trial.setUp.p50 >= 10, "The called side rings 10 ms");
  assert.ok(trial.logins.count >= 30);
  assert.equal(trial.browsers, 10);
  assert.equal(trial.idle, 20);
  assert.ok(trial.registrations.count >= 5);
  assert.ok(trial.cost.perCall > 0);
  assert.ok(trial.memory.rss > 10);
  assert.ok(trial.memory.sockets >= 30);
  assert.equal(trial.left, 0);
});

Deno.test("load: browsers that vanish in a call, while it rings or is up: the other side is told each time", async () => {
  const { code, trial } = await load(
    ...["--rate", "20", "--seconds", "1", "--warm-up", "0", "--hold", "0.1", "--arrivals", "constant"],
    ...["--browsers", "5", "--vanishing", "30"],
  );
  assert.deepEqual(trial.causes, {});
  assert.equal(code, 0);
  // one who logs in at the very end may not come to call
  assert.ok(trial.started >= 19 + 25 && trial.started <= 20 + 30, String(trial.started));
  assert.equal(trial.completed, trial.started);
  assert.deepEqual(trial.sides, [trial.started, trial.started]);
  assert.ok(trial.setUp.count < trial.started, "Some vanish before the answer");
});

Deno.test("load: calls that nobody answers have failed, by their cause", async () => {
  // Takes everything and says nothing.
  const mute = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = mute.addr as Deno.NetAddr;
  const { code, trial } = await load(...FEW, "--", "--ims", `sip:127.0.0.1:${port}`).finally(() =>
    mute.close()
  );
  assert.equal(code, 1);
  assert.ok(trial.started > 0);
  assert.equal(trial.completed, 0);
  assert.equal(trial.failed, trial.started);
  assert.deepEqual(trial.causes, { "timeout: no answer": trial.started });
  assert.equal(trial.left, 0);
});

Deno.test("load: calls that the relay refuses have failed, by the status and type of its ERROR", async () => {
  // Nobody is there, and the operating system says so.
  const { code, trial } = await load(...FEW, "--", "--ims", "sip:127.0.0.1:1");
  assert.equal(code, 1);
  assert.ok(trial.started > 0);
  assert.deepEqual(trial.causes, { "ERROR 503 FAILED": trial.started });
  assert.equal(trial.left, 0);
});

Deno.test("load: browsers log in with tokens, those too that pass by; a relay that does not know the key lets nobody in", async () => {
  const directory = await Deno.makeTempDir();
  const [key, jwks] = [`${directory}/key.json`, `${directory}/keys.json`];
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [issuer, audience] = ["https://issuer.test", "ropeway"];
  try {
    await Deno.writeTextFile(key, JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: "e1" }));
    const published = { ...publicKey.export({ format: "jwk" }), kid: "e1", alg: "ES256" };
    await Deno.writeTextFile(jwks, JSON.stringify({ keys: [published] }));
    const calls = ["--rate", "20", "--seconds", "1", "--warm-up", "0", "--hold", "0", "--to-ims", "0.5"];
    const tokens = ["--token-key", key, "--token-issuer", issuer];
    const relay = ["--", "--jwks", jwks, "--jwt-issuer", issuer, "--jwt-audience", audience];
    const { code, trial } = await load(
      ...[...calls, ...tokens, "--token-audience", audience],
      ...["--arrivals", "constant", "--browsers", "5", "--idle", "5", "--logins", "10", ...relay],
    );
    assert.deepEqual(trial.causes, {});
    assert.equal(code, 0);
    assert.ok(trial.started >= 19);
    assert.equal(trial.completed, trial.started);
    assert.ok(trial.logins.count >= 15);

    const refused = await load(...FEW, ...tokens, "--token-audience", "another", ...relay);
    assert.equal(refused.trial.causes["login: login refused with 401"], 5);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
