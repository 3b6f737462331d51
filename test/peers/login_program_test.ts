// The login of the program as a whole: SIGHUP, with files that are good and files that are not.

import assert from "node:assert/strict";
import { hashPassword } from "../../runtime/login/password_hash.ts";
import { AUDIENCE, ISSUER, newKey, type SigningKey, tokenOf } from "../token_issuer.ts";
import { type Relay, startRelay } from "./relay.ts";
import { killShard } from "./shards.ts";

/** More connections than chance leaves in one shard: 1 of 2^19. */
const TRIES = 20;

/** What comes of many tries to open a WebSocket: each once, sorted. */
async function outcomes(relay: Relay, by: SigningKey): Promise<string[]> {
  const found = new Set<string>();
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const token = await tokenOf("alice", by, { claims: { exp } });
  for (let tries = 0; tries < TRIES; tries++) {
    const socket = new WebSocket(`${relay.http.replace("http", "ws")}/ws`, ["roap", `token.${token}`]);
    let outcome = "refused";
    socket.onopen = () => {
      outcome = "open";
      socket.close();
    };
    await new Promise((resolve) => socket.onclose = resolve);
    found.add(outcome);
  }
  return [...found].sort();
}

async function logIn(relay: Relay, user: string, password: string): Promise<number> {
  const response = await fetch(`${relay.http}/login`, {
    method: "POST",
    body: JSON.stringify({ user, password }),
    headers: { "content-type": "application/json" },
  });
  await response.body?.cancel();
  return response.status;
}

for (const shards of ["1", "2"]) {
  Deno.test(`on SIGHUP the program reads who may log in anew, or says what is wrong (shards: ${shards})`, async () => {
    const directory = await Deno.makeTempDir();
    const [jwks, browsers] = [`${directory}/keys.json`, `${directory}/users.json`];
    const [one, two] = [await newKey("ES256", "e1"), await newKey("RS256", "r2")];
    const publish = (keys: unknown) => Deno.writeTextFileSync(jwks, JSON.stringify({ keys }));
    const know = (users: unknown) => Deno.writeTextFileSync(browsers, JSON.stringify(users));
    const hash = await hashPassword("geheim");
    publish([one.published]);
    know({ alice: hash });
    try {
      const who = ["--jwt-issuer", ISSUER, "--jwt-audience", AUDIENCE];
      const args = ["--shards", shards, "--jwks", jwks, "--browsers", browsers, ...who];
      await using relay = await startRelay(args);
      assert.deepEqual([await outcomes(relay, one), await outcomes(relay, two)], [["open"], ["refused"]]);

      publish([two.published]);
      know({ bob: hash });
      Deno.kill(relay.pid, "SIGHUP");
      await relay.says(/login has been read anew/, Number(shards));
      assert.deepEqual([await outcomes(relay, one), await outcomes(relay, two)], [["refused"], ["open"]]);
      assert.deepEqual([await logIn(relay, "alice", "geheim"), await logIn(relay, "bob", "geheim")], [
        401,
        200,
      ]);

      for (
        const [times, spoil, problem] of [
          [
            1,
            () => publish([{ ...two.published, n: "" }]),
            /Option --jwks: .* Key 1 of the JWK Set cannot be read/,
          ],
          [2, () => know({ bob: "geheim" }), /Option --browsers: .*\\"bob\\" is no hash like/],
        ] as const
      ) {
        spoil();
        Deno.kill(relay.pid, "SIGHUP");
        await relay.says(/login stays as it was/, times);
        const line = relay.errors.findLast((each) => each.includes("stays as it was"))!;
        assert.match(line, problem);
        assert.ok(!line.includes("geheim"));
        publish([two.published]);
      }
      assert.deepEqual([await outcomes(relay, one), await outcomes(relay, two)], [["refused"], ["open"]]);
      if (shards === "1") return;
      // a shard that is started again knows what the others know
      await killShard(relay, 1);
      assert.deepEqual([await outcomes(relay, one), await outcomes(relay, two)], [["refused"], ["open"]]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
