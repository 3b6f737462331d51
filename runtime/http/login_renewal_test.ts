import assert from "node:assert/strict";
import { cheapHash } from "../../test/cheap_hash.ts";
import { AUDIENCE, ISSUER, newKey, NOW, SECRET, secretKey, tokenOf } from "../../test/token_issuer.ts";
import { Browser, type Served, testServed } from "../../test/served.ts";
import type { LoginConfig } from "../config/config.ts";

const first = await newKey("ES256", "e1");
const second = await newKey("ES256", "e2");

async function statusOf(served: Served, token: string): Promise<number> {
  return await served.status("/ws", { "sec-websocket-protocol": `roap, token.${token}` });
}

async function logIn(served: Served, body: object | undefined, token?: string) {
  const response = await fetch(`http://${served.host}/login`, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  const text = await response.text();
  return response.ok ? JSON.parse(text).access_token as string : `${response.status} ${text.trim()}`;
}

testServed("a login that is read anew goes by its new keys, and who is logged in stays", async (serve) => {
  const common = { claim: "sub", issuer: ISSUER, audience: AUDIENCE };
  const before: LoginConfig = { ...common, secret: SECRET, keys: { set: { keys: [first.published] } } };
  await using served = serve({ login: before }, { wallClock: () => NOW });
  const [one, two] = [await tokenOf("alice", first), await tokenOf("alice", second)];
  const other = secretKey(`${SECRET}${SECRET}`);
  const socket = new WebSocket(`ws://${served.host}/ws`, ["roap", `token.${one}`]);
  await using alice = new Browser(socket);
  await alice.opened;
  assert.deepEqual([await statusOf(served, one), await statusOf(served, two)], [101, 401]);

  served.server.renewLogin({
    ...common,
    secret: `${SECRET}${SECRET}`,
    keys: { set: { keys: [second.published] } },
  });
  assert.deepEqual([await statusOf(served, one), await statusOf(served, two)], [401, 101]);
  assert.equal(await statusOf(served, await tokenOf("alice", secretKey())), 401);
  assert.equal(await statusOf(served, await tokenOf("alice", other)), 101);
  // over the WebSocket that stands as well
  socket.send(JSON.stringify({ token: await tokenOf("alice", first, { lifetime: 900 }) }));
  assert.equal(JSON.parse(await alice.text()).token, "refused");
  socket.send(JSON.stringify({ token: await tokenOf("alice", second, { lifetime: 900 }) }));
  assert.equal(JSON.parse(await alice.text()).token, "accepted");
  const said = served.log.lines.filter(({ text }) => text === "The login has been read anew");
  assert.deepEqual(said.map(({ fields }) => fields), [{ users: undefined, keys: 1 }]);
});

testServed("users that are read anew: who is gone or has another password logs in no more", async (serve) => {
  const [old, changed] = [cheapHash("old"), cheapHash("changed")];
  const login = (passwords: LoginConfig["passwords"]): LoginConfig => ({
    claim: "sub",
    passwords: passwords!,
  });
  await using served = serve({ login: login([["alice", old], ["bob", old], ["carol", old]]) });
  const enter = (user: string, password: string) => logIn(served, { user, password });
  const [alice, bob, carol] = [
    await enter("alice", "old"),
    await enter("bob", "old"),
    await enter("carol", "old"),
  ];

  served.server.renewLogin(login([["bob", changed], ["carol", old], ["dave", old]]));
  const WRONG = "401 User or password is wrong";
  assert.deepEqual([await enter("alice", "old"), await enter("bob", "old")], [WRONG, WRONG]);
  assert.equal(await statusOf(served, await enter("bob", "changed")), 101);
  assert.equal(await statusOf(served, await enter("dave", "old")), 101);
  // nor do the tokens hold that came of the old passwords, and no fresh ones come of them
  const REVOKED = "401 The password has to be proved again";
  for (const token of [alice, bob]) {
    assert.equal(await statusOf(served, token), 401);
    assert.equal(await logIn(served, undefined, token), REVOKED);
  }
  assert.equal(await statusOf(served, carol), 101);
  assert.equal(await statusOf(served, await logIn(served, undefined, carol)), 101);
});
