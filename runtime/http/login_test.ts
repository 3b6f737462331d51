import assert from "node:assert/strict";
import { AUDIENCE, ISSUER, newKey, NOW, SECRET, secretKey, tokenOf } from "../../test/token_issuer.ts";
import { Browser, type Served, testServed } from "../../test/served.ts";
import type { LoginConfig } from "../config/config.ts";

const shared = secretKey();
const rsa = await newKey("RS256", "r1");
const login: LoginConfig = { claim: "sub", secret: SECRET, issuer: ISSUER, audience: AUDIENCE };
/** "geheim", of the least cost that is taken. */
const HASH = "$scrypt$ln=13,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$bnEbGuMIZGCf7I6Y/SAPbNypBoDOfyXzvAgVJ68YLAw";
const withPasswords: LoginConfig = { claim: "sub", passwords: [["alice", HASH]] };

const UPGRADE = { "sec-websocket-protocol": "roap.ims" };

function protocols(token: string): Record<string, string> {
  return { "sec-websocket-protocol": `roap.ims, token.${token}` };
}

/** A browser that is logged in with a token. */
async function enter(served: Served, token: string): Promise<Browser> {
  const browser = new Browser(new WebSocket(`ws://${served.host}/ws`, ["roap.ims", `token.${token}`]));
  const { feed } = await served.relay.next("open");
  browser.feed = feed;
  await browser.opened;
  return browser;
}

async function post(served: Served, body: object | undefined, headers: Record<string, string> = {}) {
  const response = await fetch(`http://${served.host}/login`, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { "content-type": "application/json", ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

testServed(
  "with a login, a token opens the WebSocket from wherever it stands in the request",
  async (serve) => {
    await using served = serve({ login }, { wallClock: () => NOW });
    const token = await tokenOf("alice", shared);
    const cases: [string, Record<string, string>, string | undefined][] = [
      ["/ws", protocols(token), "roap.ims"],
      ["/ws", { "sec-websocket-protocol": `token.${token}, roap` }, "roap"],
      ["/ws", { ...UPGRADE, authorization: `Bearer ${token}` }, "roap.ims"],
      [`/ws?access_token=${token}`, UPGRADE, "roap.ims"],
      [`/ws?token=${token}`, {}, undefined],
    ];
    for (const [path, headers, chosen] of cases) {
      const { status, head, stream } = await served.handshake(path, headers);
      assert.equal(status, 101, path);
      assert.equal(/sec-websocket-protocol: (\S+)/.exec(head)?.[1], chosen);
      assert.doesNotMatch(head, /token/);
      const { login } = await served.relay.next("open");
      assert.deepEqual(login, { user: "alice", dialect: chosen ?? "roap" });
      stream.close();
    }
  },
);

testServed("with a login, who has no good token is told why before the upgrade", async (serve) => {
  await using served = serve({ login }, { wallClock: () => NOW });
  const good = await tokenOf("alice", shared);
  const cases: [number, string | undefined, RegExp, string, Record<string, string>][] = [
    [401, undefined, /a token is needed/, "/ws", UPGRADE],
    [401, undefined, /a token is needed/, "/ws", { ...UPGRADE, cookie: `token=${good}` }],
    [400, "invalid_request", /not a parameter user/, "/ws?user=alice", UPGRADE],
    [400, "invalid_request", /not a parameter user/, "/ws?user=alice", protocols(good)],
    [400, "invalid_request", /more than one token/, `/ws?token=${good}`, protocols(good)],
    [401, "invalid_token", /signature/, "/ws", protocols(await tokenOf("alice", secretKey(`${SECRET}x`)))],
    [401, "invalid_token", /algorithm/, "/ws", protocols(await tokenOf("alice", rsa))],
    [401, "invalid_token", /expired/, "/ws", protocols(await tokenOf("alice", shared, { lifetime: -31 }))],
    [401, "invalid_token", /no user/, "/ws", protocols(await tokenOf("bob@else.test", shared))],
    [401, "invalid_token", /cannot be read/, "/ws", protocols("a.b.c")],
    [401, "invalid_token", /cannot be read/, "/ws", protocols("")],
    [400, undefined, /none of the subprotocols/, "/ws", { "sec-websocket-protocol": `token.${good}` }],
    [403, undefined, /pages of this origin/, "/ws", { ...protocols(good), origin: "https://evil.example" }],
    [426, undefined, /version 13/, "/ws", { ...protocols(good), "sec-websocket-version": "12" }],
  ];
  for (const [status, error, reason, path, headers] of cases) {
    const answer = await served.handshake(path, headers);
    answer.stream.close();
    assert.equal(answer.status, status, `${reason}`);
    assert.match(answer.head, reason);
    assert.equal(
      /^www-authenticate: bearer realm="ropeway"/m.test(answer.head),
      status === 401 || error !== undefined,
    );
    assert.equal(/error="(\w+)"/.exec(answer.head)?.[1], error);
    assert.ok(!answer.head.includes(good.toLowerCase()));
  }
  assert.ok(!served.relay.seen.some(({ type }) => type === "open"));
  const logged = JSON.stringify(served.log.lines);
  assert.match(logged, /Login refused/);
  for (const part of good.split(".")) assert.ok(!logged.includes(part));
});

testServed(
  "with a login, a page may be reached by any name, and only welcome pages may ask",
  async (serve) => {
    await using served = serve({ login, origins: ["https://phone.example.org"] }, { wallClock: () => NOW });
    const token = await tokenOf("alice", shared);
    const behindProxy = { host: "relay.example.org", "x-forwarded-for": "192.0.2.1" };
    for (
      const [status, headers] of [
        [101, { ...behindProxy, origin: "https://relay.example.org" }],
        [101, { ...behindProxy, origin: "https://phone.example.org" }],
        [403, { ...behindProxy, origin: "https://other.example.org" }],
        [403, { host: "a b" }],
      ] as [number, Record<string, string>][]
    ) {
      assert.equal(await served.status("/ws", { ...protocols(token), ...headers }), status);
    }
  },
);

testServed("a login ends with its token, unless a fresh one has come", async (serve) => {
  let now = NOW;
  await using served = serve({ login }, { wallClock: () => now, httpLimits: { sweep: 5 } });
  const alice = await enter(served, await tokenOf("alice", shared, { lifetime: 300 }));
  const bob = await enter(served, await tokenOf("bob", shared, { lifetime: 300 }));
  const renew = async (token: string) => {
    alice.socket.send(JSON.stringify({ token }));
    return JSON.parse(await alice.text());
  };
  assert.deepEqual(await renew(await tokenOf("bob", shared, { lifetime: 900 })), {
    token: "refused",
    reason: "The token is for another user",
  });
  assert.deepEqual(await renew(await tokenOf("alice", rsa)), {
    token: "refused",
    reason: "Tokens of this algorithm are not accepted",
  });
  assert.deepEqual(await renew(await tokenOf("alice", shared, { lifetime: 900 })), {
    token: "accepted",
    expires: NOW / 1_000 + 930,
  });
  alice.socket.send('{"token":"x","messageType":"OFFER"}');
  assert.equal((await served.relay.next("roap")).text, '{"token":"x","messageType":"OFFER"}');

  now = NOW + 330_000;
  assert.deepEqual(await bob.closed, { code: 4401, reason: "The login has expired" });
  assert.equal((await served.relay.next("closed")).feed, bob.feed);
  assert.equal(alice.socket.readyState, WebSocket.OPEN);
  now = NOW + 930_000;
  assert.deepEqual(await alice.closed, { code: 4401, reason: "The login has expired" });
  assert.equal((await served.relay.next("closed")).feed, alice.feed);
});

testServed("without a login, a message that looks like a fresh token is core's", async (serve) => {
  await using served = serve();
  await using browser = await served.browser("alice");
  browser.socket.send('{"token":"a.b.c"}');
  assert.equal((await served.relay.next("roap")).text, '{"token":"a.b.c"}');
  assert.equal((await served.get("/login")).status, 404);
});

testServed("with a login, a ladder is its user's, as long as the login holds", async (serve) => {
  let now = NOW;
  await using served = serve({ login }, { wallClock: () => now, httpLimits: { sweep: 5 } });
  assert.equal((await served.get("/ladder?user=alice")).status, 400);
  assert.equal((await served.get("/ladder")).status, 401);
  const token = await tokenOf("alice", shared, { lifetime: 300 });
  const ladder = await fetch(`http://${served.host}/ladder?access_token=${token}`);
  assert.equal(ladder.status, 200);
  now = NOW + 330_000;
  assert.match(await ladder.text(), /^retry: 2000/);
  const again = await fetch(`http://${served.host}/ladder?access_token=${token}`);
  assert.equal(again.status, 401);
  assert.equal(again.headers.get("www-authenticate")?.includes('error="invalid_token"'), true);
  await again.body?.cancel();
});

testServed("a browser that goes while its token is looked at leaves nothing", async (serve) => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  const publisher = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked.resolve();
    return promise;
  });
  const keys = { url: `http://127.0.0.1:${publisher.addr.port}/` };
  const config = { claim: "sub", keys, issuer: ISSUER, audience: AUDIENCE };
  {
    await using served = serve({ login: config }, { wallClock: () => NOW });
    await asked.promise;
    const token = await tokenOf("alice", rsa);
    const request =
      `GET /ws HTTP/1.1\r\nHost: ${served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
      `Sec-WebSocket-Protocol: roap, token.${token}\r\n\r\n`;
    const connect = () => Deno.connect({ hostname: "127.0.0.1", port: served.server.http.port });
    const gone = await connect();
    await gone.write(new TextEncoder().encode(request));
    gone.close();
    // Its first message comes right behind the handshake, before anybody has answered: {} masked with zeros.
    const there = await connect();
    await there.write(
      new Uint8Array([...new TextEncoder().encode(request), 0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]),
    );
    assert.equal((await served.get("/healthz")).status, 200);
    resolve(Response.json({ keys: [rsa.published] }));
    assert.equal((await served.relay.next("roap")).text, "{}");
    const buffer = new Uint8Array(512);
    const length = await there.read(buffer);
    assert.match(new TextDecoder().decode(buffer.subarray(0, length ?? 0)), /^HTTP\/1\.1 101 /);
    there.close();
    const opened = served.relay.seen.filter(({ type }) => type === "open");
    const closed = new Set<number>();
    for (const _ of opened) closed.add((await served.relay.next("closed")).feed);
    assert.equal(closed.size, opened.length);
  }
  await publisher.shutdown();
});

testServed("without the issuer's keys nobody is let in, and told to come again", async (serve) => {
  const keys = { url: "http://127.0.0.1:1/" };
  await using served = serve({ login: { ...login, keys } }, { wallClock: () => NOW });
  const answer = await served.handshake("/ws", protocols(await tokenOf("alice", rsa)));
  assert.equal(answer.status, 503);
  assert.match(answer.head, /retry-after: 5\r\n/);
  answer.stream.close();
  // Other tokens do not need them.
  assert.equal(await served.status("/ws", protocols(await tokenOf("alice", shared))), 101);
});

testServed("POST /login: a password for a token, and a token for a fresh one", async (serve) => {
  let now = NOW;
  await using served = serve({ login: withPasswords }, { wallClock: () => now, httpLimits: { sweep: 5 } });
  assert.deepEqual(await served.get("/login"), { status: 200, text: '{"by":"password"}' });
  const wrong = await post(served, { user: "alice", password: "Geheim" });
  assert.deepEqual([wrong.status, wrong.text], [401, "User or password is wrong\n"]);
  assert.equal(wrong.headers.get("www-authenticate"), 'Bearer realm="ropeway"');
  const granted = await post(served, { user: "alice", password: "geheim" });
  assert.equal(granted.status, 200);
  assert.equal(granted.headers.get("cache-control"), "no-store");
  const first = JSON.parse(granted.text);
  assert.deepEqual({ ...first, access_token: "" }, {
    access_token: "",
    token_type: "Bearer",
    expires_in: 600,
    user: "alice",
  });
  const browser = await enter(served, first.access_token);
  now = NOW + 500_000;
  const renewed = await post(served, undefined, { authorization: `Bearer ${first.access_token}` });
  assert.equal(renewed.status, 200);
  browser.socket.send(JSON.stringify({ token: JSON.parse(renewed.text).access_token }));
  assert.deepEqual(JSON.parse(await browser.text()), { token: "accepted", expires: NOW / 1_000 + 1_130 });
  now = NOW + 700_000;
  assert.equal(
    (await post(served, undefined, { authorization: `Bearer ${first.access_token}` })).status,
    401,
  );
  assert.equal(browser.socket.readyState, WebSocket.OPEN);
  now = NOW + 1_200_000;
  assert.equal((await browser.closed).code, 4401);
});

testServed("POST /login takes pages that are welcome, and no others", async (serve) => {
  const origins = ["https://phone.example.org"];
  await using served = serve({ login: withPasswords, origins }, { wallClock: () => NOW });
  const good = { user: "alice", password: "geheim" };
  assert.equal((await post(served, good, { origin: "https://evil.example" })).status, 403);
  const welcome = await post(served, good, { origin: origins[0]! });
  assert.equal(welcome.status, 200);
  assert.equal(welcome.headers.get("access-control-allow-origin"), origins[0]);
  const preflight = await fetch(`http://${served.host}/login`, {
    method: "OPTIONS",
    headers: { origin: origins[0]! },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-headers"), "authorization, content-type");
  assert.equal((await post(served, good, { "content-type": "text/plain" })).status, 415);
  const put = await fetch(`http://${served.host}/login`, { method: "PUT" });
  assert.deepEqual([put.status, put.headers.get("allow")], [405, "GET, HEAD, OPTIONS, POST"]);
  await put.body?.cancel();
});

testServed("POST /login gives nothing where only tokens of others are taken", async (serve) => {
  await using served = serve({ login }, { wallClock: () => NOW });
  assert.deepEqual(await served.get("/login"), { status: 200, text: '{"by":"token"}' });
  assert.equal((await post(served, { user: "alice", password: "geheim" })).status, 404);
  const token = await tokenOf("alice", shared);
  assert.equal((await post(served, undefined, { authorization: `Bearer ${token}` })).status, 404);
});
