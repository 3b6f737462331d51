import assert from "node:assert/strict";
import { cheapHash } from "../../test/cheap_hash.ts";
import { NOW } from "../../test/token_issuer.ts";
import { OwnTokens } from "./own_tokens.ts";
import { newTokenKey } from "./token_key.ts";
import { hashPassword } from "./password_hash.ts";
import { addressOf, PasswordLogin } from "./password_login.ts";
import { Passwords } from "./passwords.ts";

const CHEAP = cheapHash("geheim");

function setUp({ waiting }: { waiting?: number } = {}) {
  const clock = { now: 0 };
  const passwords = new Passwords([["alice", CHEAP]], waiting);
  const tokens = new OwnTokens({
    key: newTokenKey(),
    domain: "ropeway.test",
    wallClock: () => NOW,
    hashOf: (user) => passwords.hashOf(user),
  });
  const login = new PasswordLogin({ passwords, tokens, now: () => clock.now });
  const enter = async (user: unknown, password: unknown, remote = "192.0.2.1") => {
    const found = await login.enter(
      new Request("http://relay.test/login", {
        method: "POST",
        body: JSON.stringify({ user, password }),
        headers: { "content-type": "application/json" },
      }),
      remote,
    );
    return "status" in found ? `${found.status} ${found.reason}` : found;
  };
  return { clock, login, enter, passwords };
}

const WRONG = "401 User or password is wrong";
const HELD = "429 Too many wrong passwords";

Deno.test("PasswordLogin.enter gives a token for a password", async () => {
  const { enter, login } = setUp();
  const granted = await enter("alice", "geheim");
  assert.ok(typeof granted !== "string");
  const { access_token, ...rest } = granted;
  assert.match(access_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.deepEqual(rest, { token_type: "Bearer", expires_in: 600, user: "alice" });
  assert.equal(await enter("alice", "Geheim"), WRONG);
  assert.equal(await enter("bob", "geheim"), WRONG);
  assert.equal(await enter("__proto__", "geheim"), WRONG);
  assert.deepEqual(login.counts, { good: 1, wrong: 3, held: 0 });
});

Deno.test("PasswordLogin.enter holds an address that guesses, and nobody else", async () => {
  const { enter, clock } = setUp();
  for (let count = 0; count < 10; count++) assert.equal(await enter(`user${count}`, "x"), WRONG);
  assert.equal(await enter("alice", "geheim"), HELD);
  assert.ok(typeof await enter("alice", "geheim", "192.0.2.2") !== "string");
  clock.now = 6_000;
  assert.ok(typeof await enter("alice", "geheim") !== "string");
});

Deno.test("PasswordLogin.enter holds guesses at a user from everywhere", async () => {
  const { enter, clock } = setUp();
  for (let count = 0; count < 10; count++) assert.equal(await enter("alice", "x", `192.0.2.${count}`), WRONG);
  assert.equal(await enter("alice", "geheim", "192.0.2.99"), HELD);
  // What was held was no guess of that address.
  for (let count = 0; count < 10; count++) assert.equal(await enter(`u${count}`, "x", "192.0.2.99"), WRONG);
  clock.now = 10_000;
  assert.ok(typeof await enter("alice", "geheim", "192.0.2.98") !== "string");
});

Deno.test("PasswordLogin.enter: a flood waits in a short queue, one at a time", async () => {
  const { enter } = setUp({ waiting: 2 });
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, at) => enter("alice", "geheim", `192.0.2.${at}`)),
  );
  assert.equal(answers.filter((each) => typeof each !== "string").length, 3);
  assert.equal(answers.filter((each) => each === "503 Too many log in at once").length, 3);
});

Deno.test("PasswordLogin.enter refuses what is no login", async () => {
  const { enter, login } = setUp();
  const malformed = '400 A login is {"user":"...","password":"..."}';
  for (
    const [user, password] of [["alice", ""], ["", "x"], [1, "x"], ["alice", null], ["a".repeat(257), "x"]]
  ) {
    assert.equal(await enter(user, password), malformed);
  }
  assert.equal(await enter("alice", "x".repeat(3_000)), "413 A login has at most 2048 bytes");
  const ask = (body: string | null, type: string) =>
    login.enter(
      new Request("http://relay.test/login", { method: "POST", body, headers: { "content-type": type } }),
      "192.0.2.1",
    );
  for (const body of ["", "null", "[]", "1", "{", '"alice"']) {
    assert.equal(
      (await ask(body, "application/json; charset=utf-8") as { status: number }).status,
      400,
      body,
    );
  }
  assert.equal(
    (await ask('{"user":"alice","password":"geheim"}', "text/plain") as { status: number }).status,
    415,
  );
});

Deno.test("PasswordLogin.enter: a request that breaks off is no fault of ours", async () => {
  const { login } = setUp();
  const body = new ReadableStream({ pull: () => Promise.reject(new Error("Reset by the peer")) });
  const headers = { "content-type": "application/json" };
  const request = new Request("http://relay.test/login", { method: "POST", body, headers });
  assert.deepEqual(await login.enter(request, "192.0.2.1"), { status: 400, reason: "The request broke off" });
});

Deno.test("Passwords.check: a user who does not exist takes as much work", async () => {
  const passwords = new Passwords([["alice", await hashPassword("geheim")]]);
  const time = async (user: string) => {
    const start = performance.now();
    assert.equal(await passwords.check(user, "x"), false);
    return performance.now() - start;
  };
  const [known, unknown] = [await time("alice"), await time("nobody")];
  assert.ok(unknown > known / 4, `${unknown} ms of ${known} ms`);
});

Deno.test("addressOf: a proxy of this machine says who asks, nobody else does", () => {
  const of = (remote: string, forwarded?: string) =>
    addressOf(
      { headers: new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }) },
      remote,
    );
  assert.equal(of("192.0.2.1"), "192.0.2.1");
  assert.equal(of("192.0.2.1", "192.0.2.2"), "192.0.2.1");
  assert.equal(of("127.0.0.1", "10.0.0.1, 192.0.2.2"), "192.0.2.2");
  assert.equal(of("127.0.0.1", "nonsense"), "127.0.0.1");
  assert.equal(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
  assert.equal(of("2001:db8::6"), "2001:db8:0:0");
  assert.equal(of("2001:db8:1:2::"), "2001:db8:1:2");
  assert.equal(of("fe80::1%eth0"), "fe80:0:0:0");
  assert.equal(of("::1"), "0:0:0:0");
});
