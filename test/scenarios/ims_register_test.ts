// A browser's identity is registered at its IMS: challenges, refreshes, refusals, back-off and the end (RFC 3261 section 10.2, RFC 7616, RFC 8760,
// 3GPP TS 24.229 section 5.1.1).

import assert from "node:assert/strict";
import { credentialsOf } from "./digest_proof.ts";
import { type HomeNetwork, numberOf } from "./home_network.ts";
import { assertLeft, homeAddress, imsStage, logIn, registered } from "./ims_stage.ts";
import { header, parameter } from "./sip_text.ts";

const expiresOf = (contact: string) => parameter(contact, "expires");

Deno.test("a browser logs in: its identity is registered with digest, and deregistered once it is gone", () => {
  const set = registered();
  const { browser, home, network } = set;
  const [first, second] = home.requests("REGISTER");
  assert.equal(first!.requestUri, "sip:home.test");
  assert.match(header(first!, "from"), /^<sip:alice@home\.test>;tag=/);
  assert.equal(header(first!, "to"), "<sip:alice@home.test>");
  assert.equal(header(first!, "supported"), "path");
  assert.deepEqual(credentialsOf(header(first!, "authorization")), {
    username: "alice@home.test",
    realm: "home.test",
    nonce: "",
    uri: "sip:home.test",
    response: "",
  });
  assert.equal(header(second!, "call-id"), header(first!, "call-id"));
  assert.equal(header(second!, "contact"), header(first!, "contact"));
  assert.equal(numberOf(second!), numberOf(first!) + 1);
  browser.leave();
  network.run(2_900);
  assert.equal(home.bindings.size, 1, "a page that is loaded again comes back soon");
  network.run(500);
  assert.equal(home.bindings.size, 0);
  assert.equal(expiresOf(header(home.last("REGISTER"), "contact")), "0");
  assertLeft(set);
});

Deno.test("a page is loaded again: the registration stays", () => {
  const set = registered();
  const { browser, home, network } = set;
  browser.leave();
  network.run(1_000);
  logIn(set);
  network.run(20_000);
  assert.equal(home.count("REGISTER"), 2);
  assertLeft(set);
});

Deno.test("an IMS over TCP is told of our TCP address, and of it alone", () => {
  const set = imsStage({ at: { ...homeAddress, transport: "tcp" } });
  const { home, network } = set;
  const browser = logIn(set);
  network.run(1000);
  assert.equal(home.count("REGISTER"), 2);
  for (const request of home.received.filter(({ start }) => start === "REGISTER" || start === "SUBSCRIBE")) {
    assert.match(header(request, "contact"), /^<sip:[^@]+@10\.0\.0\.1:5060;transport=tcp>/);
  }
  browser.leave();
  network.run(5000);
  assert.equal(home.bindings.size, 0);
  assertLeft(set);
});

Deno.test("two browsers of one user share its registration until the last one is gone", () => {
  const set = registered();
  const { browser, home, network } = set;
  const other = logIn(set);
  network.run(1_000);
  assert.equal(home.count("REGISTER"), 2);
  browser.leave();
  network.run(10_000);
  assert.equal(home.bindings.size, 1);
  other.leave();
  network.run(10_000);
  assert.equal(home.bindings.size, 0);
  assertLeft(set);
});

Deno.test("a user without an identity is nobody at the IMS", () => {
  const set = imsStage();
  logIn(set, "zoe");
  set.network.run(1000);
  assert.equal(set.home.story(), "");
  assertLeft(set);
});

Deno.test("of several challenges the topmost that can be answered is", () => {
  const asked: Parameters<HomeNetwork["challenge"]>[1] = [
    { nonce: "other", algorithm: "SHA-256", realm: "elsewhere.test" },
    { nonce: "new", algorithm: "SHA-3-512" },
    { nonce: "sess", algorithm: "MD5-sess" },
    { nonce: "int", algorithm: "SHA-512-256", qop: "auth-int", opaque: "o" },
    { nonce: "md5", algorithm: "MD5" },
  ];
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        if (home.proves(request, "authorization")) return false;
        home.challenge(request, asked);
        return true;
      }),
  });
  logIn(set);
  set.network.run(1000);
  const { algorithm, cnonce, nc, nonce, opaque, qop } = credentialsOf(set.home.proofs[0]!);
  assert.deepEqual([algorithm, nonce, opaque, qop, nc], ["SHA-512-256", "int", "o", "auth-int", "00000001"]);
  assert.notEqual(cnonce, "");
  assertLeft(set);
});

Deno.test("a challenge of another realm is answered with nothing, and the browser hears why", () => {
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        home.challenge(request, [{ nonce: "n", realm: "elsewhere.test" }]);
        return true;
      }),
  });
  const browser = logIn(set);
  set.network.run(60_000);
  assert.equal(set.home.count("REGISTER"), 1);
  assert.equal(browser.closeCode, 1008);
  assertLeft(set);
});

Deno.test("a wrong password is said once, and the browser hears of it", () => {
  const set = imsStage({ prepare: (home) => home.password = "another" });
  const browser = logIn(set);
  set.network.run(60_000);
  assert.equal(set.home.count("REGISTER"), 2);
  assert.equal(browser.closeCode, 1008);
  assertLeft(set);
});

Deno.test("a stale nonce is replaced without an end, but not for ever", () => {
  let times = 1;
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        if (!home.proves(request, "authorization") || times-- <= 0) return false;
        home.challenge(request, [{ nonce: "late", isStale: true }]);
        return true;
      }),
  });
  logIn(set);
  set.network.run(1000);
  assert.equal(set.home.count("REGISTER"), 3);
  assert.equal(credentialsOf(set.home.proofs[0]!).nonce, "late");
  assertLeft(set);

  const endless = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        home.challenge(request, [{ nonce: "late", isStale: true }]);
        return true;
      }),
  });
  const browser = logIn(endless);
  endless.network.run(60_000);
  assert.equal(endless.home.count("REGISTER"), 5);
  assert.equal(browser.closeCode, 1008);
  assertLeft(endless);
});

Deno.test("a registrar without qop and algorithm is answered as in RFC 2069", () => {
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        if (home.proves(request, "authorization")) return false;
        home.respond(request, "401 Unauthorized", [
          ["WWW-Authenticate", 'Digest realm="home.test", nonce="old"'],
        ]);
        return true;
      }),
  });
  logIn(set);
  set.network.run(1000);
  const { algorithm, nc, qop, response } = credentialsOf(set.home.proofs[0]!);
  assert.deepEqual([algorithm, nc, qop, response?.length], [undefined, undefined, undefined, 32]);
  assertLeft(set);
});

for (const [granted, after] of [[3600, 3000], [1201, 601], [1200, 600], [600, 300]] as const) {
  Deno.test(`a registration of ${granted} s is refreshed after ${after} s`, () => {
    const set = registered({ prepare: (home) => home.granted = granted });
    const { home, network } = set;
    network.run(after * 1000 - 3_000);
    assert.equal(home.count("REGISTER"), 2);
    network.run(3_000);
    assert.equal(home.count("REGISTER"), 3);
    const [, second, third] = home.requests("REGISTER");
    assert.equal(header(third!, "call-id"), header(second!, "call-id"));
    assert.equal(header(third!, "contact"), header(second!, "contact"));
    assert.equal(numberOf(third!), numberOf(second!) + 1);
    // the nonce is still good, and its next count is used
    assert.equal(credentialsOf(header(third!, "authorization")).nc, "00000002");
    assertLeft(set);
  });
}

Deno.test("nextnonce is the nonce of the refresh", () => {
  const set = registered({
    prepare: (home) => home.lines = [["Authentication-Info", 'nextnonce="n-next"']],
  });
  set.network.run(301_000);
  const { nc, nonce } = credentialsOf(set.home.proofs[1]!);
  assert.deepEqual([nonce, nc], ["n-next", "00000001"]);
  assertLeft(set);
});

Deno.test("423: the interval that the registrar asks for is taken, once it makes sense", () => {
  for (const [least, isTaken] of [[700_000, true], [86_000, false], [2_592_001, false]] as const) {
    const set = imsStage({
      prepare: (home) =>
        home.habits.set("REGISTER", (request) => {
          const asked = Number(expiresOf(header(request, "contact")));
          if (asked === least || asked === 0 || !home.proves(request, "authorization")) return false;
          home.respond(request, "423 Interval Too Brief", [["Min-Expires", String(least)]]);
          return true;
        }),
    });
    logIn(set);
    set.network.run(5_000);
    const { home } = set;
    assert.equal(home.bindings.size, isTaken ? 1 : 0, `${least}`);
    const asked = home.requests("REGISTER").map((request) => expiresOf(header(request, "contact")));
    assert.deepEqual(asked, ["600000", "600000", ...(isTaken ? ["700000"] : [])]);
    assertLeft(set);
  }
});

Deno.test("403: the browser hears it, and nothing is tried again", () => {
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        home.respond(request, "403 Roaming not allowed");
        return true;
      }),
  });
  const browser = logIn(set);
  set.network.run(3_600_000);
  assert.equal(browser.closeCode, 1008);
  assert.equal(set.home.count("REGISTER"), 1);
  assertLeft(set);
});

Deno.test("503 with Retry-After: no sooner than that, and not much later", () => {
  let asked = 0;
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        if (++asked > 1) return false;
        home.respond(request, "503 Service Unavailable", [["Retry-After", "100 (soon)"]]);
        return true;
      }),
  });
  logIn(set);
  set.network.run(99_000);
  assert.equal(asked, 1);
  set.network.run(22_000);
  assert.equal(set.home.bindings.size, 1);
  assertLeft(set);
});

Deno.test("an IMS that fails is tried again ever more slowly, half an hour at most", () => {
  const times: number[] = [];
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        times.push(set.network.now);
        home.respond(request, "500 Server Internal Error");
        return true;
      }),
  });
  logIn(set);
  set.network.run(4 * 3_600_000);
  const waits = times.slice(1).map((at, nth) => (at - times[nth]!) / 1000);
  for (const [nth, wait] of waits.entries()) {
    const most = Math.min(1800, 30 * 2 ** nth);
    assert.ok(wait >= most / 2 && wait <= most + 1, `${nth}: ${wait} s`);
  }
  assert.ok(waits.length >= 12, `${waits.length}`);
  assertLeft(set);
});

Deno.test("a silent IMS: the registration comes with its return", () => {
  let isSilent = true;
  const set = imsStage({ prepare: (home) => home.habits.set("REGISTER", () => isSilent) });
  logIn(set);
  set.network.run(40_000);
  isSilent = false;
  set.network.run(60_000);
  assert.equal(set.home.bindings.size, 1);
  assertLeft(set);
});

Deno.test("refreshes that fail leave the registration until its time is up", () => {
  const set = registered();
  const { browser, home, network } = set;
  home.habits.set("REGISTER", (request) => {
    home.respond(request, "500 Server Internal Error");
    return true;
  });
  network.run(590_000);
  browser.call("sip:bob@home.test", "v=0\r\n");
  network.run(1_000);
  assert.equal(home.count("INVITE"), 1);
  network.run(30_000);
  browser.call("sip:bob@home.test", "v=0\r\n");
  network.run(1_000);
  assert.equal(home.count("INVITE"), 1);
  const { reason, status } = browser.received.at(-1)!;
  assert.equal(status, 503);
  assert.match(reason!, /^Not registered at the IMS now: 500 /);
  assertLeft(set);
});

Deno.test("a 200 that does not name our contact binds nothing", () => {
  const set = imsStage({
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        home.respond(request, "200 OK", [["Contact", "<sip:alice@10.0.0.77>;expires=600"]]);
        return true;
      }),
  });
  const browser = logIn(set);
  set.network.run(1_000);
  browser.call("sip:bob@home.test", "v=0\r\n");
  set.network.run(1_000);
  assert.equal(browser.only("ERROR").status, 503);
  assertLeft(set);
});

Deno.test("who leaves while it is being registered is deregistered as soon as that is through", () => {
  const set = imsStage();
  const { home, network, node } = set;
  logIn(set);
  network.run(30);
  node.act((relay) => relay.endCalls(network.now));
  network.run(1_000);
  assert.equal(home.bindings.size, 0);
  assertLeft(set);
});

Deno.test("who comes back while it is being deregistered is registered again", () => {
  const set = registered();
  const { browser, home, network } = set;
  browser.leave();
  network.run(3_005);
  assert.equal(home.bindings.size, 1);
  logIn(set);
  network.run(1_000);
  assert.equal(home.bindings.size, 1);
  const asked = home.requests("REGISTER").slice(-2).map((request) => expiresOf(header(request, "contact")));
  assert.deepEqual(asked, ["0", "600000"]);
  assertLeft(set);
});
