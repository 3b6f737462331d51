import assert from "node:assert/strict";
import fc from "fast-check";
import { countedRandom, DigestPhone, hash, type RequestOptions } from "../../test/digest_phone.ts";
import { loadText } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import type { Arrival } from "../sip/arrival.ts";
import type { Response } from "../sip/transaction/response.ts";
import { Bindings } from "./bindings.ts";
import { NONCE_LIFETIME } from "./nonces.ts";
import { Registrar } from "./registrar.ts";

const realm = "ropeway.local";
const arrival: Arrival = { transport: "udp", host: "192.0.2.7", port: 5070, flow: 0, localPort: 5060 };
const contact = "Contact: <sip:phone@192.0.2.7:5070>";

function house(limits: ConstructorParameters<typeof Bindings>[0] = {}) {
  const bindings = new Bindings(limits);
  const accounts = new Map([["phone", "secret"], ["desk", "hidden"], ["a b", "c"]]);
  const registrar = new Registrar({
    domain: realm,
    addresses: ["127.0.0.1", "::1"],
    accounts,
    bindings,
    hash,
    random: countedRandom(),
  });
  const phone = new DigestPhone({ user: "phone", password: "secret", realm });
  let cseq = 0;
  const send = (options: RequestOptions, now = 1000): Response => {
    assert.equal(sip.read(loadText(phone.request({ cseq: ++cseq, ...options }))), 0);
    return registrar.register(arrival, now);
  };
  /** Sends, answers the challenge and sends again. */
  const register = (options: RequestOptions = {}, now = 1000): Response => {
    const [challenge = ""] = send(options, now).lines ?? [];
    const uri = options.requestUri ?? `sip:${realm}`;
    return send({ ...options, lines: [phone.answer(challenge, { uri }), ...options.lines ?? []] }, now);
  };
  const uris = (now = 1000) => bindings.contactsOf("phone", now).map((binding) => binding.uri);
  return { bindings, registrar, phone, send, register, uris };
}

Deno.test("Registrar.register: challenges with SHA-256 and MD5 and accepts either", () => {
  for (const nth of [0, 1]) {
    const { send, phone, uris } = house();
    const challenge = send({ lines: [contact] });
    assert.equal(challenge.status, 401);
    assert.equal(challenge.lines?.length, 2);
    const answer = phone.answer(challenge.lines?.[nth] ?? "");
    const response = send({ lines: [contact, answer] });
    assert.equal(response.status, 200);
    assert.equal(response.contact, "<sip:phone@192.0.2.7:5070>;expires=3600");
    assert.deepEqual(uris(), ["sip:phone@192.0.2.7:5070"]);
  }
});

Deno.test("Registrar.register: a wrong password is challenged again, a used nonce is stale", () => {
  const { send, phone } = house();
  const [challenge = ""] = send({ lines: [contact] }).lines ?? [];
  const wrong = new DigestPhone({ user: "phone", password: "guess", realm }).answer(challenge);
  const refused = send({ lines: [contact, wrong] });
  assert.equal(refused.status, 401);
  assert.ok(refused.lines?.every((line) => !line.includes("stale")));
  const answer = phone.answer(challenge);
  assert.equal(send({ lines: [contact, answer] }).status, 200);
  const repeated = send({ lines: [contact, answer] });
  assert.equal(repeated.status, 401);
  assert.ok(repeated.lines?.every((line) => line.includes("stale=true")));
  assert.equal(send({ lines: [contact, phone.answer(challenge)] }).status, 200);
  assert.equal(send({ lines: [contact, phone.answer(challenge)] }, 1001 + NONCE_LIFETIME).status, 401);
});

Deno.test("Registrar.register: only answers of our realm count", () => {
  const { send, phone } = house();
  const [challenge = ""] = send({}).lines ?? [];
  const foreign = new DigestPhone({ user: "phone", password: "secret", realm: "elsewhere.example" });
  assert.equal(send({ lines: [foreign.answer(challenge)] }).status, 401);
  assert.equal(send({ lines: ["Authorization: Basic eA==", "Authorization: "] }).status, 401);
  assert.equal(send({ lines: [foreign.answer(challenge), phone.answer(challenge)] }).status, 200);
});

Deno.test("Registrar.register: an answer for another URI or method is no good", () => {
  const { send, phone } = house();
  const [challenge = ""] = send({}).lines ?? [];
  assert.equal(send({ lines: [phone.answer(challenge, { uri: "sip:elsewhere.example" })] }).status, 400);
  assert.equal(send({ lines: [phone.answer(challenge, { method: "INVITE" })] }).status, 401);
  assert.equal(send({ lines: [phone.answer(challenge, { uri: `sip:${realm};transport=udp` })] }).status, 200);
  // the relay by its address: it is the same relay
  const [again = ""] = send({}).lines ?? [];
  assert.equal(send({ lines: [phone.answer(again, { uri: "sip:127.0.0.1:5060" })] }).status, 200);
  assert.equal(send({ lines: [phone.answer(again, { uri: `sip:desk@${realm}` })] }).status, 400);
});

Deno.test("Registrar.register: Request-URI and To decide in the RFC's order", () => {
  const { send, register, uris } = house();
  assert.equal(send({ requestUri: "sip:elsewhere.example" }).status, 404);
  assert.equal(send({ requestUri: "tel:+4912345" }).status, 404);
  assert.equal(register({ to: "sip:phone@elsewhere.example" }).status, 404);
  assert.equal(register({ to: `sip:nobody@${realm}` }).status, 404);
  assert.equal(register({ to: `sip:desk@${realm}`, lines: [contact] }).status, 403);
  assert.equal(register({ to: "tel:+4912345" }).status, 400);
  assert.deepEqual(uris(), []);
  assert.equal(register({ to: `sip:%70hone@ROPEWAY.local;x=y`, lines: [contact] }).status, 200);
  assert.equal(
    register({ requestUri: "sip:127.0.0.1:5060", to: "sip:phone@127.0.0.1", lines: [contact] }).status,
    200,
  );
  assert.equal(register({ requestUri: "sip:[::1]", to: "sip:phone@[::1]" }).status, 200);
  assert.equal(uris().length, 1);
});

Deno.test("Registrar.register: an account's name may need escapes in To", () => {
  const { registrar } = house();
  const spaced = new DigestPhone({ user: "a b", password: "c", realm });
  const send = (lines: string[]) => {
    const to = `sip:a%20b@${realm}`;
    assert.equal(sip.read(loadText(spaced.request({ from: to, to, lines }))), 0);
    return registrar.register(arrival, 1000);
  };
  assert.equal(send([spaced.answer(send([]).lines?.[0] ?? "")]).status, 200);
});

Deno.test("Registrar.register: the expires parameter goes before the Expires header", () => {
  const { register, bindings } = house();
  const expires = (lines: string[]) => {
    const response = register({ lines });
    return response.status === 200 ? bindings.contactsOf("phone", 1000)[0]?.expires : response.status;
  };
  assert.equal(expires([contact + ";expires=120", "Expires: 300"]), 121_000);
  assert.equal(expires([contact, "Expires: 300"]), 301_000);
  assert.equal(expires([contact]), 3_601_000);
  assert.equal(expires([contact, "Expires: 86400"]), 3_601_000);
  assert.equal(expires([contact, "Expires: 59"]), 423);
  assert.equal(expires([contact + ";expires=1"]), 423);
  assert.equal(expires([contact + ";expires=0", "Expires: 300"]), undefined);
  assert.deepEqual(register({ lines: [contact, "Expires: 30"] }).lines, ["Min-Expires: 60"]);
});

Deno.test("Registrar.register: several contacts with q, listed in order of preference", () => {
  const { register } = house();
  const response = register({
    lines: [
      "Contact: <sip:a@h>;q=0.5;expires=100, sip:b@h;expires=200",
      'Contact: "C, c" <sip:c@h;transport=udp>;q=0.7',
    ],
  });
  assert.equal(
    response.contact,
    "<sip:b@h>;expires=200, <sip:c@h;transport=udp>;expires=3600;q=0.7, <sip:a@h>;expires=100;q=0.5",
  );
  assert.equal(
    register({}, 101_000).contact,
    "<sip:b@h>;expires=100, <sip:c@h;transport=udp>;expires=3500;q=0.7",
  );
});

Deno.test("Registrar.register: Contact * removes all, and only with Expires 0 and alone", () => {
  const { register, uris, bindings } = house();
  bindings.addFeed({ user: "phone", feed: 9 }, 0);
  register({ lines: ["Contact: <sip:a@h>, <sip:b@h>"] });
  assert.equal(register({ lines: ["Contact: *"] }).status, 400);
  assert.equal(register({ lines: ["Contact: *", "Expires: 60"] }).status, 400);
  assert.equal(uris().length, 2);
  const response = register({ lines: ["Contact: *", "Expires: 0"] });
  assert.equal(response.status, 200);
  assert.equal(response.contact, undefined);
  assert.deepEqual(uris(), []);
  assert.equal(bindings.of("phone", 0).length, 1);
});

Deno.test("Registrar.register: an older CSeq of the same Call-ID fails and changes nothing", () => {
  const { register, uris } = house();
  assert.equal(register({ cseq: 10, lines: [contact] }).status, 200);
  assert.equal(register({ cseq: 10, lines: [contact, "Contact: <sip:b@h>"] }).status, 500);
  assert.equal(register({ cseq: 9, lines: ["Contact: *", "Expires: 0"] }).status, 500);
  assert.deepEqual(uris(), ["sip:phone@192.0.2.7:5070"]);
  assert.equal(register({ cseq: 1, callId: "call-2", lines: [contact + ";expires=0"] }).status, 200);
  assert.deepEqual(uris(), []);
});

Deno.test("Registrar.register: limits are answered and keep what was", () => {
  const { register, uris } = house({ users: 1, contactsPerUser: 2 });
  assert.equal(register({ lines: ["Contact: <sip:a@h>, <sip:b@h>"] }).status, 200);
  assert.equal(register({ lines: ["Contact: <sip:c@h>"] }).status, 403);
  assert.equal(register({ lines: ["Contact: <sip:c@h>, <sip:a@h>;expires=0"] }).status, 200);
  assert.equal(register({ lines: ["Contact: <sip:d@h>, <sip:e@h>, <sip:f@h>;expires=0"] }).status, 403);
  assert.deepEqual(uris(), ["sip:b@h", "sip:c@h"]);
  assert.equal(register({ lines: [`Contact: <sip:${"x".repeat(200)}@${"h.".repeat(500)}h>`] }).status, 400);
  assert.equal(register({ lines: ["Contact: <mailto:a@h>"] }).status, 400);
  assert.equal(register({ lines: ["Contact: <sip:a@h>;q=2"] }).status, 400);

  const full = house({ users: 1 });
  full.bindings.addFeed({ user: "carol", feed: 1 }, 0);
  assert.equal(full.register({ lines: [contact] }).status, 503);
});

Deno.test("Registrar.authenticate: the answer's user is From's user", () => {
  const { registrar, phone } = house();
  const uri = `sip:desk@${realm}`;
  const send = (options: RequestOptions) => {
    assert.equal(sip.read(loadText(phone.request({ method: "INVITE", requestUri: uri, ...options }))), 0);
    return registrar.authenticate(1000);
  };
  const challenge = send({});
  assert.equal(challenge?.status, 401);
  assert.equal(registrar.lastUser, "");
  const answer = () => phone.answer(challenge?.lines?.[0] ?? "", { method: "INVITE", uri });
  assert.equal(send({ lines: [answer()] }), undefined);
  assert.equal(registrar.lastUser, "phone");
  assert.equal(send({ from: `sip:desk@${realm}`, lines: [answer()] })?.status, 403);
  assert.equal(send({ from: "sip:phone@elsewhere.example", lines: [answer()] }), undefined);
  const unknown = new DigestPhone({ user: "nobody", password: "secret", realm });
  const line = unknown.answer(challenge?.lines?.[0] ?? "", { method: "INVITE", uri });
  assert.equal(send({ lines: [line] })?.status, 401);
});

Deno.test("Registrar.register: any Authorization, Contact and Expires get an answer", () => {
  const { send, phone, bindings } = house();
  const part = fc.oneof(
    fc.constantFrom(
      "Digest ",
      'username="phone"',
      `realm="${realm}"`,
      "qop=auth",
      "nc=00000001",
      ",",
      '"',
      "=",
      "\\",
    ),
    fc.constantFrom(
      "*",
      "<sip:a@h>",
      "sip:b@h",
      ";expires=",
      "0",
      "99999999999",
      ";q=",
      "<",
      ">",
      "%",
      "\t",
      "é",
    ),
    fc.string({ maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, "")),
  );
  const value = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  const name = fc.constantFrom("Authorization", "Contact", "m", "Expires");
  const good = () => phone.answer(send({}).lines?.[0] ?? "");
  fc.assert(fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), fc.boolean(), (lines, isKnown) => {
    const texts = lines.map(([name, value]) => `${name}: ${value}`);
    const text = phone.request({ lines: isKnown ? [good(), ...texts] : texts });
    if (sip.read(loadText(text)) !== 0) return;
    const { registrar } = house();
    assert.ok(registrar.register(arrival, 1000).status >= 200);
    assert.ok(bindings.of("phone", 1000).length <= 10);
  }));
});
