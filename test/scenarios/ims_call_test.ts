// Calls of registered identities: by what way they leave, in whose name, how they prove it, and how others reach them (RFC 3608, RFC 3325,
// RFC 3261 section 22, 3GPP TS 24.229 sections 5.1.2A and 5.2.6).

import assert from "node:assert/strict";
import { credentialsOf } from "./digest_proof.ts";
import { numberOf } from "./home_network.ts";
import {
  alice,
  assertLeft,
  contactOf,
  homeAddress,
  imsStage,
  logIn,
  registered,
  uriOf,
} from "./ims_stage.ts";
import { Phone } from "./phone.ts";
import { answerSdp, holdSdp, offerSdp, pickUp, relayAddress } from "./stage.ts";
import { header, headerLines, parameter } from "./sip_text.ts";

Deno.test("a client behind a proxy: Route names the proxy and then the Service-Route, P-Preferred-Identity the default identity", () => {
  const set = registered({ accessNetwork: 'IEEE-802.11; "x"' });
  const { browser, home, network } = set;
  browser.call("bob", offerSdp);
  network.run(1_000);
  const invite = home.last("INVITE");
  assert.equal(invite.requestUri, "sip:bob@home.test");
  assert.equal(header(invite, "route"), "<sip:10.0.0.9:5060;lr>, <sip:orig@10.0.0.9:5060;lr>");
  assert.equal(header(invite, "p-preferred-identity"), "<sip:alice@home.test>");
  assert.equal(header(invite, "p-asserted-identity"), "");
  assert.equal(header(invite, "p-access-network-info"), 'IEEE-802.11; "x"');
  assert.equal(uriOf(invite, "from"), "sip:alice@home.test");
  assert.equal(uriOf(invite, "contact"), contactOf(set));
  assert.equal(browser.only("ERROR").status, 404);
  assertLeft(set);
});

Deno.test("an edge proxy: Path, P-Visited-Network-ID, the Service-Route alone, and P-Asserted-Identity", () => {
  const set = registered({
    isEdge: true,
    prepare: (home) => {
      home.serviceRoute = "<sip:orig@10.0.0.8:5062;lr>";
      home.publicIds = ["<tel:+15550100001>", "<sip:alice@home.test>"];
    },
  });
  const { browser, home, network } = set;
  const register = home.last("REGISTER");
  const contact = contactOf(set);
  assert.equal(header(register, "path"), `<${contact};lr>`);
  assert.equal(header(register, "require"), "path");
  assert.equal(header(register, "p-visited-network-id"), '"ropeway.test"');
  const scscf = new Phone({
    network,
    user: "bob",
    at: { transport: "udp", host: "10.0.0.8", port: 5062 },
    invited: pickUp,
  });
  browser.call("tel:+15550100002", offerSdp);
  network.run(1_000);
  const invite = scscf.last("INVITE");
  assert.equal(invite.requestUri, "tel:+15550100002");
  assert.deepEqual(headerLines(invite, "route"), ["<sip:orig@10.0.0.8:5062;lr>"]);
  assert.equal(header(invite, "p-asserted-identity"), "<tel:+15550100001>");
  assert.equal(header(invite, "p-preferred-identity"), "");
  assert.equal(uriOf(invite, "from"), "tel:+15550100001");
  scscf.bye();
  network.run(1_000);
  assertLeft(set);
});

for (const isEdge of [false, true]) {
  Deno.test(`a registered browser that hides tells its name to its own network alone, ${isEdge ? "as edge" : "behind it"}`, () => {
    const set = registered({ isEdge });
    set.browser.call("bob", offerSdp, { privacy: true });
    set.network.run(1_000);
    const invite = set.home.last("INVITE");
    assert.match(header(invite, "from"), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
    assert.equal(header(invite, "privacy"), "id");
    const own = isEdge ? "p-asserted-identity" : "p-preferred-identity";
    assert.equal(header(invite, own), "<sip:alice@home.test>");
    assertLeft(set);
  });
}

Deno.test("the Service-Route is the one of the last refresh; a malformed one is none", () => {
  const set = registered();
  const { browser, home, network } = set;
  home.serviceRoute = "<sip:other@10.0.0.9:5060;lr>, <sip:second@10.0.0.9:5060;lr>";
  network.run(301_000);
  browser.call("bob", offerSdp);
  network.run(1_000);
  assert.equal(header(home.last("INVITE"), "route"), `<sip:10.0.0.9:5060;lr>, ${home.serviceRoute}`);
  home.serviceRoute = '<sip:orig@10.0.0.9;lr>, "';
  network.run(301_000);
  browser.call("bob", offerSdp);
  network.run(1_000);
  assert.equal(header(home.last("INVITE"), "route"), "<sip:10.0.0.9:5060;lr>");
  assertLeft(set);
});

Deno.test("a call before the registration is through: 503, and it says so", () => {
  const set = imsStage({ prepare: (home) => home.habits.set("REGISTER", () => true) });
  const browser = logIn(set);
  browser.call("bob", offerSdp);
  set.network.run(1_000);
  assert.equal(browser.only("ERROR").status, 503);
  assert.equal(browser.only("ERROR").reason, "Not registered at the IMS now");
  assertLeft(set);
});

Deno.test("an INVITE that is challenged goes again: CSeq + 1, the same Call-ID and From tag", () => {
  const set = registered();
  const { browser, home, network } = set;
  home.habits.set("INVITE", (invite) => {
    if (home.proves(invite, "proxy-authorization")) return false;
    home.challenge(
      invite,
      [{ nonce: "x", realm: "elsewhere.test" }, { nonce: "ask", qop: "auth-int" }],
      true,
    );
    return true;
  });
  browser.call("bob", offerSdp);
  network.run(1_000);
  const [first, second, ...more] = home.requests("INVITE");
  assert.deepEqual(more, []);
  for (const name of ["call-id", "from", "to", "contact", "route"]) {
    assert.equal(header(second!, name), header(first!, name), name);
  }
  assert.equal(second!.body, offerSdp);
  assert.equal(numberOf(second!), numberOf(first!) + 1);
  assert.notEqual(parameter(header(second!, "via"), "branch"), parameter(header(first!, "via"), "branch"));
  assert.equal(credentialsOf(header(second!, "proxy-authorization")).nonce, "ask");
  assert.equal(home.count("ACK"), 2);
  assert.equal(browser.only("ERROR").status, 404);
  assertLeft(set);
});

Deno.test("a challenge to an INVITE is answered once; again only when the nonce was stale", () => {
  const set = registered();
  const { browser, home, network } = set;
  let isStale = false;
  home.habits.set("INVITE", (invite) => {
    home.challenge(invite, [{ nonce: "again", isStale }], true);
    return true;
  });
  browser.call("bob", offerSdp);
  network.run(1_000);
  assert.equal(home.count("INVITE"), 2);
  assert.equal(browser.received.at(-1)!.status, 407);
  isStale = true;
  browser.call("bob", offerSdp);
  network.run(1_000);
  assert.equal(home.count("INVITE"), 5);
  assertLeft(set);
});

Deno.test("a challenge of another realm to an INVITE is no concern of ours", () => {
  const set = registered();
  const { browser, home, network } = set;
  home.habits.set("INVITE", (invite) => {
    home.challenge(invite, [{ nonce: "x", realm: "elsewhere.test" }], true);
    return true;
  });
  browser.call("bob", offerSdp);
  network.run(1_000);
  assert.equal(home.count("INVITE"), 1);
  assert.equal(browser.only("ERROR").status, 407);
  assertLeft(set);
});

Deno.test("within a call too each request that is challenged is proved: hold and BYE", () => {
  const set = registered();
  const { browser, home, network } = set;
  const ask = (request: Parameters<typeof home.challenge>[0]) => {
    if (!home.proves(request, "proxy-authorization")) {
      home.challenge(request, [{ nonce: `for ${request.start}` }], true);
    } else if (request.start === "BYE") home.respond(request, "200 OK");
    else {
      const contact = [["Contact", `<sip:bob@${homeAddress.host}:${homeAddress.port}>`]] as const;
      home.respond(request, "200 OK", contact, { tag: "bobtag", body: answerSdp });
    }
    return true;
  };
  home.habits.set("INVITE", ask);
  home.habits.set("BYE", ask);
  browser.call("bob", offerSdp);
  network.run(1_000);
  assert.equal(browser.session.state, "up", browser.story());
  browser.reoffer(holdSdp);
  network.run(1_000);
  assert.equal(home.last("INVITE").body, holdSdp);
  browser.end();
  network.run(1_000);
  assert.deepEqual(home.requests("INVITE").map(numberOf), [1, 2, 3, 4]);
  assert.deepEqual(home.requests("BYE").map(numberOf), [5, 6]);
  assert.deepEqual(home.requests("ACK").map(numberOf), [1, 2, 3, 4]);
  assert.equal(browser.session.state, "ended");
  assertLeft(set);
});

Deno.test("an INVITE to the registered Contact rings the browser; P-Asserted-Identity counts from a trusted peer alone", () => {
  for (const trusts of [undefined, (host: string) => host === homeAddress.host]) {
    const set = registered(trusts === undefined ? {} : { trusts }, { answer: answerSdp });
    const { browser, home, network } = set;
    const caller = new Phone({
      network,
      user: "bob",
      at: { ...homeAddress, port: 5080 },
      domain: "home.test",
    });
    caller.call(contactOf(set), {
      sdp: offerSdp,
      peer: relayAddress,
      lines: [["P-Asserted-Identity", '"Bob" <tel:+15550100002>'], [
        "P-Called-Party-ID",
        "<sip:alice@home.test>",
      ]],
    });
    network.run(1_000);
    assert.equal(caller.state, "up", caller.story());
    const from = trusts === undefined ? "sip:bob@home.test" : "tel:+15550100002";
    assert.equal(browser.only("OFFER").from, from);
    assert.equal(home.count("INVITE"), 0);
    caller.bye();
    network.run(1_000);
    assert.equal(browser.session.state, "ended");
    assertLeft(set);
  }
});

Deno.test("an INVITE for any identity of the implicit set rings the browser", () => {
  const set = registered({}, { answer: answerSdp });
  const { browser, network } = set;
  const cases: [string, [string, string][]][] = [
    ["sip:anything@10.0.0.1:5060", [["P-Called-Party-ID", "<tel:+15550100001>"]]],
    ["sip:alice@home.test", []],
    ["tel:+15550100001", []],
  ];
  for (const [at, [target, lines]] of cases.entries()) {
    const caller = new Phone({ network, user: "bob", at: { ...homeAddress, port: 5080 + at } });
    caller.call(target, { sdp: offerSdp, peer: relayAddress, lines });
    network.run(1_000);
    assert.equal(caller.state, "up", `${target}: ${caller.story()}`);
    caller.bye();
    network.run(1_000);
  }
  assert.equal(browser.all("OFFER").length, 3);
  assertLeft(set);
});

Deno.test("an INVITE to a Contact that is not registered any more: 404; to one whose browser is gone: 480", () => {
  const set = registered();
  const { browser, network } = set;
  const contact = contactOf(set);
  const caller = new Phone({ network, user: "bob", at: { ...homeAddress, port: 5080 } });
  browser.leave();
  network.run(100);
  caller.call(contact, { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  assert.equal(caller.received.at(-1)!.start, "480");
  network.run(10_000);
  caller.call(contact, { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  assert.equal(caller.received.at(-1)!.start, "404");
  assertLeft(set);
});

Deno.test("the IMS does not know the caller any more: its registration is made sure of, once a minute", () => {
  const set = registered();
  const { browser, home, network } = set;
  home.habits.set("INVITE", (invite) => {
    home.respond(invite, "403 Originating user is not registered");
    return true;
  });
  network.run(100_000);
  for (let times = 0; times < 3; times++) {
    browser.call("bob", offerSdp);
    network.run(1_000);
  }
  assert.equal(home.count("REGISTER"), 3);
  assertLeft(set);
});

const pool = ["p0", "p1", "p2"].map((user) => ({
  ...alice,
  uri: `sip:${user}@home.test`,
  privateId: `${user}@home.test`,
  user,
}));

Deno.test("a pool is registered from the start; each call borrows the identity that has rested longest", () => {
  const set = imsStage({ identities: pool, mode: "pool", prepare: (home) => home.publicIds = [] });
  const { home, network } = set;
  network.run(1_000);
  assert.equal(home.bindings.size, 3);
  const browser = logIn(set, "zoe");
  const froms: string[] = [];
  for (let times = 0; times < 4; times++) {
    browser.call("sip:bob@home.test", offerSdp);
    network.run(500);
    froms.push(uriOf(home.last("INVITE"), "from"));
  }
  assert.deepEqual(froms, [
    "sip:p0@home.test",
    "sip:p1@home.test",
    "sip:p2@home.test",
    "sip:p0@home.test",
  ]);
  browser.leave();
  network.run(10_000);
  assert.equal(home.bindings.size, 3, "the pool does not depend on browsers");
  assertLeft(set);
  assert.equal(home.bindings.size, 0);
});

Deno.test("a pool that is used up refuses, and its identities are free again when calls end", () => {
  const set = imsStage({
    identities: pool.slice(0, 1),
    mode: "pool",
    prepare: (home) => home.publicIds = [],
  });
  const { home, network } = set;
  network.run(1_000);
  home.habits.set("INVITE", (invite) => {
    home.respond(invite, "180 Ringing", [["Contact", "<sip:bob@10.0.0.9:5060>"]], { tag: "ringing" });
    return true;
  });
  home.habits.set("CANCEL", (cancel) => {
    home.respond(cancel, "200 OK");
    home.respond(home.last("INVITE"), "487 Request Terminated", [], { tag: "ringing" });
    return true;
  });
  const zoe = logIn(set, "zoe", { answer: answerSdp });
  const yann = logIn(set, "yann");
  zoe.call("sip:bob@home.test", offerSdp);
  network.run(500);
  yann.call("sip:bob@home.test", offerSdp);
  network.run(500);
  assert.deepEqual([yann.only("ERROR").status, yann.only("ERROR").reason], [
    503,
    "All identities of the IMS are in use",
  ]);
  // whoever calls the number back meanwhile reaches the one who has it
  const caller = new Phone({ network, user: "bob", at: { ...homeAddress, port: 5080 } });
  caller.call(contactOf(set), { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  assert.equal(zoe.all("OFFER").length, 1);
  caller.bye();
  network.run(500);
  zoe.send({ messageType: "SHUTDOWN", offererSessionId: zoe.sent[0]!.offererSessionId!, seq: 2 });
  network.run(1_000);
  yann.call("sip:bob@home.test", offerSdp);
  network.run(500);
  assert.equal(home.count("INVITE"), 2);
  caller.call(contactOf(set), { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  assertLeft(set);
});

Deno.test("an identity of a pool that is refused is tried again after a while", () => {
  let isBarred = true;
  const set = imsStage({
    identities: pool,
    mode: "pool",
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        if (!isBarred) return false;
        home.respond(request, "403 Forbidden");
        return true;
      }),
  });
  set.network.run(1_000);
  isBarred = false;
  set.network.run(1_790_000);
  assert.equal(set.home.bindings.size, 0);
  set.network.run(400_000);
  assert.equal(set.home.bindings.size, 3);
  assertLeft(set);
});
