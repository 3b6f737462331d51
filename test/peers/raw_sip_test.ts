// Bad and unusual SIP, written by hand: the RFC's answer where there can be one, and a relay that goes on.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import { header, headerLines, parameter, type SipText } from "../scenarios/sip_text.ts";
import { openBrowser } from "./live_browser.ts";
import { openRawPhone, type RawPhone, type RawRequest, rawRequest } from "./raw_phone.ts";
import { type Relay, startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

const sdp = describe("raw");

interface Case {
  readonly name: string;
  readonly request: RawRequest;
  readonly status: number;
  readonly check?: (response: SipText) => void;
}

const cases: readonly Case[] = [
  {
    name: "OPTIONS says what is understood",
    request: {},
    status: 200,
    check: (response) => {
      assert.match(header(response, "allow"), /INVITE.*BYE/);
      assert.match(header(response, "accept"), /application\/sdp/);
      assert.notEqual(parameter(header(response, "to"), "tag"), "");
    },
  },
  { name: "a CSeq that is no number", request: { headers: { CSeq: "seven OPTIONS" } }, status: 400 },
  { name: "a CSeq beyond its range", request: { headers: { CSeq: "4294967296 OPTIONS" } }, status: 400 },
  { name: "a CSeq of another method", request: { headers: { CSeq: "7 INVITE" } }, status: 400 },
  { name: "no Call-ID", request: { headers: { "Call-ID": undefined } }, status: 400 },
  { name: "no To", request: { headers: { To: undefined } }, status: 400 },
  { name: "no From", request: { headers: { From: undefined } }, status: 400 },
  { name: "SIP of another version", request: { version: "SIP/3.0" }, status: 505 },
  {
    name: "a method that nobody knows",
    request: { method: "TELEPORT" },
    status: 501,
    check: (response) => assert.match(header(response, "allow"), /INVITE/),
  },
  {
    name: "a method that is not served",
    request: { method: "SUBSCRIBE" },
    status: 405,
    check: (response) => assert.match(header(response, "allow"), /INVITE/),
  },
  {
    name: "Max-Forwards 0",
    request: { method: "INVITE", headers: { "Max-Forwards": "0" }, body: sdp },
    status: 483,
  },
  { name: "Max-Forwards of a wrong kind", request: { headers: { "Max-Forwards": "many" } }, status: 400 },
  {
    name: "an extension that is required and unknown",
    request: { method: "INVITE", headers: { Require: "foo, bar" }, body: sdp },
    status: 420,
    check: (response) => assert.equal(header(response, "unsupported"), "foo, bar"),
  },
  {
    name: "a user that nobody knows",
    request: { method: "INVITE", uri: "sip:nobody@ropeway.local", body: sdp },
    status: 404,
  },
  {
    name: "a domain that is not ours",
    request: { method: "INVITE", uri: "sip:bob@elsewhere.example", body: sdp },
    status: 404,
  },
  {
    name: "a scheme that nobody knows",
    request: { method: "INVITE", uri: "news:bob", body: sdp },
    status: 416,
  },
  {
    name: "a body that is no description",
    request: { method: "INVITE", headers: { "Content-Type": "text/plain" }, body: "Hello" },
    status: 415,
    check: (response) => assert.match(header(response, "accept"), /application\/sdp/),
  },
  {
    name: "BYE to a dialog that is not there",
    request: { method: "BYE", headers: { To: "<sip:bob@ropeway.local>;tag=gone" } },
    status: 481,
  },
  {
    name: "INVITE in a dialog that is not there",
    request: { method: "INVITE", headers: { To: "<sip:bob@ropeway.local>;tag=gone" }, body: sdp },
    status: 481,
  },
  { name: "CANCEL of nothing", request: { method: "CANCEL" }, status: 481 },
  {
    name: "a REGISTER of another domain",
    request: { method: "REGISTER", uri: "sip:elsewhere.example" },
    status: 404,
  },
];

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`SIP by hand over ${transport}: each request has its answer`, async (t) => {
    await using relay = await startRelay();
    await using _bob = await openBrowser(relay, "bob");
    for (const { name, request, status, check } of cases) {
      await t.step(`${name}: ${status}`, async () => {
        using phone = await openRawPhone(relay, transport);
        const sent = rawRequest(phone, request);
        await phone.send(sent);
        const response = await phone.next();
        assert.ok(response !== undefined, "The connection was closed");
        assert.equal(response.start, String(status), phone.texts[0]);
        isAnswer(response, sent);
        check?.(response);
      });
    }
    await isAlive(relay);
  });

  Deno.test(`SIP by hand over ${transport}: what cannot be answered is dropped`, async () => {
    await using relay = await startRelay();
    for (
      const message of [
        "garbage\r\n\r\n",
        "OPTIONS\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
      ]
    ) {
      using phone = await openRawPhone(relay, transport);
      await phone.send(message);
      await isAlive(relay);
    }
    using phone = await openRawPhone(relay, transport);
    // Nobody could tell where a response has to go, or to what it is one.
    for (const name of ["Via", "CSeq"]) {
      await phone.send(rawRequest(phone, { headers: { [name]: undefined } }));
    }
    await phone.send(rawRequest(phone, { method: "ACK", headers: { To: "<sip:bob@ropeway.local>;tag=x" } }));
    await phone.send("\r\n\r\n");
    const good = rawRequest(phone);
    await phone.send(good);
    const response = await phone.next();
    if (response !== undefined) isAnswer(response, good);
    else assert.equal(transport, "tcp");
    await isAlive(relay);
    assert.equal(relay.log.filter((line) => /Fault of our own/.test(line)).length, 0);
    assert.equal(
      relay.errors.filter((line) => /Fault of our own/.test(line)).length,
      0,
      relay.errors.join("\n"),
    );
  });
}

Deno.test("SIP by hand over UDP: a datagram shorter than its Content-Length is refused, a longer one is cut", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob");
  using phone = await openRawPhone(relay, "udp");
  const short = rawRequest(phone, { method: "INVITE", body: sdp, headers: { "Content-Length": "5000" } });
  await phone.send(short);
  assert.equal((await phone.next())!.start, "400");
  const long = rawRequest(phone, {
    method: "INVITE",
    body: `${sdp}more`,
    headers: { "Content-Length": String(length(sdp)) },
  });
  await phone.send(long);
  assert.equal((await bob.gets("OFFER")).sdp, sdp);
});

Deno.test("SIP by hand over TCP: a stream that cannot be cut ends", async () => {
  await using relay = await startRelay();
  for (const contentLength of ["-1", "x", "99999999999"]) {
    using phone = await openRawPhone(relay, "tcp");
    await phone.send(rawRequest(phone, { headers: { "Content-Length": contentLength } }));
    let response = await phone.next();
    if (response !== undefined) {
      assert.match(response.start, /^(400|413|513)$/);
      response = await phone.next();
    }
    assert.equal(response, undefined, contentLength);
  }
  await isAlive(relay);
});

Deno.test("SIP by hand over TCP: messages in pieces, and two in one", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob");
  using phone = await openRawPhone(relay, "tcp");
  const [first, second] = [rawRequest(phone), rawRequest(phone)];
  await phone.send(`\r\n${first}${second}`);
  isAnswer((await phone.next())!, first);
  isAnswer((await phone.next())!, second);
  const invite = rawRequest(phone, { method: "INVITE", body: sdp });
  for (let at = 0; at < invite.length; at += 7) await phone.send(invite.slice(at, at + 7));
  assert.equal((await bob.gets("OFFER")).sdp, sdp);
});

Deno.test("SIP by hand over UDP: a repeated request has the same answer", async () => {
  await using relay = await startRelay();
  using phone = await openRawPhone(relay, "udp");
  const request = rawRequest(phone);
  for (let times = 0; times < 3; times++) {
    await phone.send(request);
    await phone.next();
  }
  assert.equal(new Set(phone.texts).size, 1);
});

Deno.test("SIP by hand over UDP: the answer goes where the request came from, whatever Via says", async () => {
  await using relay = await startRelay();
  using phone = await openRawPhone(relay, "udp");
  const via = "SIP/2.0/UDP 192.0.2.1:9;branch=z9hG4bKelsewhere;rport";
  await phone.send(rawRequest(phone, { headers: { Via: via } }));
  const answered = header((await phone.next())!, "via");
  assert.equal(parameter(answered, "received"), "127.0.0.1");
  assert.equal(parameter(answered, "rport"), String(phone.address.port));
});

Deno.test("SIP by hand over UDP: an INVITE that came on two ways rings once, the other is a loop", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob");
  using phone = await openRawPhone(relay, "udp");
  const invite = rawRequest(phone, { method: "INVITE", body: sdp });
  await phone.send(invite);
  await phone.send(invite.replace("branch=z9hG4bK", "branch=z9hG4bKother"));
  const statuses = [(await phone.next())!.start, (await phone.next())!.start].sort();
  assert.deepEqual(statuses, ["180", "482"]);
  await bob.gets("OFFER");
  assert.equal(bob.all("OFFER").length, 1);
});

Deno.test("SIP by hand over UDP: a repeated CANCEL has its 200 again", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob");
  using phone = await openRawPhone(relay, "udp");
  const invite = rawRequest(phone, { method: "INVITE", body: sdp });
  await phone.send(invite);
  assert.equal((await phone.next())!.start, "180");
  const head = invite.slice(0, invite.indexOf("Contact:")).replaceAll("INVITE", "CANCEL");
  const cancel = `${head}Content-Length: 0\r\n\r\n`;
  await phone.send(cancel);
  assert.deepEqual([await short(phone), await short(phone)], ["200 CANCEL", "487 INVITE"]);
  await phone.send(cancel);
  assert.equal(await short(phone), "200 CANCEL");
  assert.equal(phone.texts.filter((text) => text === phone.texts[1]).length, 2);
  await bob.gets("SHUTDOWN");
});

Deno.test("SIP by hand over UDP: strangers call in, but neither through nor under a name of ours", async () => {
  await using relay = await startRelay(["--ims", "sip:127.0.0.1:9", "--user", "desk:secret"]);
  await using bob = await openBrowser(relay, "bob");
  using phone = await openRawPhone(relay, "udp");
  const calls = [
    ["sip:bob@elsewhere.example", undefined, "403"],
    ["tel:+15550100", undefined, "403"],
    ["sip:bob@ropeway.local", "<sip:bob@ropeway.local>;tag=1", "403"],
    ["sip:bob@ropeway.local", "<sip:desk@ropeway.local>;tag=1", "401"],
    ["sip:bob@ropeway.local", "<sip:desk@ROPEWAY.local:5060>;tag=1", "401"],
    ["sip:bob@ropeway.local", "<sip:%64esk@ropeway.local>;tag=1", "401"],
    ["sip:bob@ropeway.local", undefined, "180"],
  ] as const;
  for (const [uri, from, status] of calls) {
    const headers = from === undefined ? {} : { From: from };
    await phone.send(rawRequest(phone, { method: "INVITE", uri, headers, body: sdp }));
    assert.equal((await phone.next())!.start, status, `${uri} ${from}`);
  }
  await bob.gets("OFFER");
  assert.equal(bob.all("OFFER").length, 1);
});

Deno.test("SIP by hand over UDP: 100 after 200 ms while nobody else has answered", async () => {
  await using relay = await startRelay(["--user", "desk:secret"]);
  using silent = await openRawPhone(relay, "udp");
  const register = (headers: Record<string, string>) =>
    rawRequest(silent, { method: "REGISTER", uri: "sip:ropeway.local", headers: { ...own, ...headers } });
  const own = { To: "<sip:desk@ropeway.local>", From: "<sip:desk@ropeway.local>;tag=1" };
  await silent.send(register({ CSeq: "1 REGISTER" }));
  const [challenge] = headerLines((await silent.next())!, "www-authenticate");
  const digest = new DigestPhone({ user: "desk", password: "secret", realm: "ropeway.local" });
  await silent.send(register({ CSeq: "2 REGISTER", Authorization: digest.answer(challenge!).slice(15) }));
  assert.equal((await silent.next())!.start, "200");

  using phone = await openRawPhone(relay, "udp");
  const invite = rawRequest(phone, { method: "INVITE", uri: "sip:desk@ropeway.local", body: sdp });
  const start = Date.now();
  await phone.send(invite);
  const trying = (await phone.next())!;
  const waited = Date.now() - start;
  assert.equal(trying.start, "100");
  assert.ok(waited > 150 && waited < 1500, `100 after ${waited} ms`);
  assert.equal(parameter(header(trying, "to"), "tag"), "");
  isAnswer(trying, invite);
  assert.equal((await silent.next())!.start, "INVITE");
});

async function short(phone: RawPhone): Promise<string> {
  const message = (await phone.next())!;
  return `${message.start} ${header(message, "cseq").split(" ")[1]}`;
}

/** RFC 3261 section 8.2.6.2: what a response takes over from its request. */
function isAnswer(response: SipText, request: string): void {
  const line = (name: string) => new RegExp(`^${name}: (.*)\r$`, "im").exec(request)?.[1];
  for (const name of ["CSeq", "Call-ID", "From"]) {
    // What the request lacks cannot be taken over.
    if (line(name) !== undefined) assert.equal(header(response, name.toLowerCase()), line(name));
  }
  assert.equal(parameter(header(response, "via"), "branch"), parameter(line("Via")!, "branch"));
  const to = line("To");
  if (to !== undefined) assert.ok(header(response, "to").startsWith(to), header(response, "to"));
}

async function isAlive(relay: Relay): Promise<void> {
  using phone = await openRawPhone(relay, "udp");
  await phone.send(rawRequest(phone));
  assert.equal((await phone.next())!.start, "200");
}

function length(text: string): number {
  return new TextEncoder().encode(text).length;
}
