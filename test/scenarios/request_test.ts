// Requests that do not fit: each gets the status that RFC 3261 names, and the call beside it goes on.

import assert from "node:assert/strict";
import type { Phone } from "./phone.ts";
import { formatSip, header, headerLines, parameter, parseSip } from "./sip_text.ts";
import {
  addPhone,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

type Lines = readonly (readonly [name: string, value: string])[];

function finish({ alice, network, phone }: Stage): void {
  assert.equal(alice.session.state, "up");
  phone.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
}

/** A request outside any transaction of the phone's, from its address. */
function raw(
  { network }: Stage,
  from: Phone,
  {
    method,
    requestUri = "sip:alice@ropeway.test",
    to = "<sip:alice@ropeway.test>",
    callId = "raw",
    cseq = "1",
    lines = [],
    body = "",
    branch = "raw",
    fromTag = "rawtag",
  }: {
    method: string;
    requestUri?: string;
    to?: string;
    callId?: string;
    cseq?: string;
    lines?: Lines;
    body?: string;
    branch?: string;
    fromTag?: string;
  },
): void {
  const { host, port } = from.at;
  const hasForwards = lines.some(([name]) => name === "Max-Forwards");
  const bytes = formatSip({
    first: `${method} ${requestUri} SIP/2.0`,
    headers: [
      ["Via", `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${branch}`],
      ...(hasForwards ? [] : [["Max-Forwards", "70"] as const]),
      ["From", `<sip:eve@${host}>;tag=${fromTag}`],
      ["To", to],
      ["Call-ID", callId],
      ["CSeq", `${cseq} ${method}`],
      ["Contact", `<sip:eve@${host}:${port}>`],
      ...lines,
    ],
    body,
  });
  network.send(bytes, { from: from.at, to: relayAddress });
}

for (const [name, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  for (const method of ["SUBSCRIBE", "PUBLISH"]) {
    Deno.test(`${method} from a ${name} phone: 405 with Allow`, () => {
      const set = begin();
      set.phone.request(method);
      set.network.run(1000);
      assert.equal(set.phone.received.at(-1)!.start, "405");
      assert.match(header(set.phone.last("405"), "allow"), /INVITE, ACK, CANCEL, BYE/);
      finish(set);
      assertNothingLeft(set);
    });
  }

  Deno.test(`an unknown method from a ${name} phone: 501`, () => {
    const set = begin();
    set.phone.request("DANCE");
    set.network.run(1000);
    assert.equal(set.phone.received.at(-1)!.start, "501");
    finish(set);
    assertNothingLeft(set);
  });

  Deno.test(`OPTIONS from a ${name} phone: 200 with Allow and Accept`, () => {
    const set = begin();
    set.phone.request("OPTIONS");
    set.network.run(1000);
    assert.equal(set.phone.received.at(-1)!.start, "200");
    assert.equal(header(set.phone.received.at(-1)!, "accept"), "application/sdp");
    finish(set);
    assertNothingLeft(set);
  });

  Deno.test(`a CSeq of a ${name} phone that is lower than its last: 500, and the call goes on`, () => {
    const set = begin();
    set.phone.request("INFO", { number: 100 });
    set.network.run(1000);
    set.phone.request("INFO", { number: 50 });
    set.network.run(1000);
    assert.equal(set.phone.received.at(-1)!.start, "500");
    // gaps upward are fine
    set.phone.dialog.localSeq = 1000;
    finish(set);
    assertNothingLeft(set);
  });
}

Deno.test("BYE, INVITE and INFO in a dialog that is not known: 481", () => {
  const set = browserCallsPhone();
  const eve = addPhone(set, "eve", { last: 9 });
  for (const [at, method] of ["BYE", "INVITE", "INFO"].entries()) {
    const to = "<sip:alice@ropeway.test>;tag=unknown";
    const body = method === "INVITE" ? offerSdp : "";
    raw(set, eve, { method, to, callId: `raw${at}`, branch: `raw${at}`, body });
  }
  set.network.run(20);
  assert.equal(eve.story(), "481 481 481");
  finish(set);
  assertNothingLeft(set);
});

Deno.test("a BYE with the right Call-ID and our tag but another From tag: 481, and the call goes on", () => {
  const set = browserCallsPhone();
  const eve = addPhone(set, "eve", { last: 9 });
  const { callId, remoteTag } = set.phone.dialog;
  raw(set, eve, { method: "BYE", callId, to: `<sip:alice@ropeway.test>;tag=${remoteTag}`, cseq: "9" });
  set.network.run(1000);
  assert.equal(eve.received.at(-1)!.start, "481");
  finish(set);
  assertNothingLeft(set);
});

Deno.test("a CANCEL without its INVITE: 481; an ACK without anything: nothing", () => {
  const set = stage();
  const { network, phone } = set;
  raw(set, phone, { method: "CANCEL" });
  raw(set, phone, { method: "ACK", callId: "other", branch: "other" });
  network.run(1000);
  assert.equal(phone.story(), "481");
  assertNothingLeft(set);
});

Deno.test("an INVITE that came by two ways: the second gets 482, and the first goes on", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  const common = { method: "INVITE", callId: "merged", body: offerSdp };
  raw(set, phone, { ...common, branch: "one" });
  raw(set, phone, { ...common, branch: "two" });
  network.run(300);
  const statusOf = (branch: string) =>
    phone.received.filter((message) => parameter(header(message, "via"), "branch") === `z9hG4bK${branch}`)
      .map(({ start }) => start);
  assert.equal(statusOf("two").at(-1), "482");
  assert.equal(statusOf("one").at(-1), "200");
  assert.equal(alice.all("OFFER").length, 1);
  assertNothingLeft(set);
});

Deno.test("an INVITE that is repeated is absorbed: one OFFER, and its last answer again", () => {
  const set = stage();
  const { alice, network, phone } = set;
  const invite = { method: "INVITE", callId: "again", body: offerSdp };
  for (let at = 0; at < 3; at++) {
    raw(set, phone, invite);
    network.run(300);
  }
  assert.equal(alice.story(), "OFFER");
  assert.equal(phone.story(), "180 180 180");
  alice.refuse(alice.only("OFFER"));
  network.run(100);
  raw(set, phone, invite);
  network.run(100);
  assert.equal(phone.story(), "180 180 180 603 603");
  assert.equal(alice.story(), "OFFER");
  assertNothingLeft(set);
});

for (
  const [what, lines, status, check] of [
    ["Max-Forwards 0", [["Max-Forwards", "0"]], "483", undefined],
    ["Require", [["Require", "100rel, magic"], ["Require", "more"]], "420", [
      "unsupported",
      /^magic, more$/,
    ]],
    ["an encoded body", [["Content-Encoding", "gzip"]], "415", ["accept-encoding", /identity/]],
  ] as const
) {
  Deno.test(`an INVITE with ${what}: ${status}`, () => {
    const set = stage();
    const { alice, network, phone } = set;
    raw(set, phone, { method: "INVITE", lines, body: offerSdp });
    network.run(20);
    assert.equal(phone.story(), status);
    if (check !== undefined) assert.match(headerLines(phone.last(status), check[0]).join(", "), check[1]);
    assert.equal(alice.story(), "");
    assertNothingLeft(set);
  });
}

Deno.test("an INVITE to a scheme that is not served: 416; to a name with a line feed's escape: an answer, no new line", () => {
  const set = stage();
  const { network, phone } = set;
  raw(set, phone, { method: "INVITE", requestUri: "mailto:alice@ropeway.test", body: offerSdp });
  raw(set, phone, {
    method: "INVITE",
    requestUri: "sip:a%0d%0aX-Evil:%201@ropeway.test",
    callId: "raw2",
    branch: "raw2",
    body: offerSdp,
  });
  network.run(20);
  assert.equal(phone.story(), "416 404");
  assert.equal(header(phone.last("404"), "x-evil"), "");
  assertNothingLeft(set);
});

Deno.test("a Via that lies: received is added, and with rport the answer goes where the request came from", () => {
  const set = stage();
  const { network } = set;
  const eve = addPhone(set, "eve", { last: 9 });
  const bytes = formatSip({
    first: "OPTIONS sip:ropeway.test SIP/2.0",
    headers: [
      ["Via", "SIP/2.0/UDP 192.0.2.99:1111;branch=z9hG4bKlie;rport"],
      ["Max-Forwards", "70"],
      ["From", "<sip:eve@10.0.0.9>;tag=1"],
      ["To", "<sip:ropeway.test>"],
      ["Call-ID", "lie"],
      ["CSeq", "1 OPTIONS"],
    ],
  });
  network.send(bytes, { from: eve.at, to: relayAddress });
  network.run(50);
  const via = header(parseSip(network.packets.at(-1)!.bytes), "via");
  assert.equal(parameter(via, "received"), "10.0.0.9");
  assert.equal(parameter(via, "rport"), "5070");
  assert.equal(eve.story(), "200");
  assertNothingLeft(set);
});

for (const [method, status] of [["INFO", "200"], ["OPTIONS", "200"], ["INVITE", "415"]] as const) {
  Deno.test(`${method} inside a call whose ${status} was lost: it comes again and gets the same answer`, () => {
    let lost = 0;
    const set = browserCallsPhone({
      network: {
        lose: ({ bytes }) => {
          const text = new TextDecoder().decode(bytes);
          return text.startsWith(`SIP/2.0 ${status}`) && text.includes(`CSeq: 1 ${method}`) && lost++ < 2;
        },
      },
    });
    const encoded = { sdp: offerSdp, lines: [["Content-Encoding", "gzip"]] } as const;
    set.phone.request(method, method === "INVITE" ? encoded : {});
    set.network.run(3000);
    assert.equal(lost, 3);
    assert.equal(set.phone.received.at(-1)!.start, status);
    assert.equal(set.phone.count("500"), 0);
    finish(set);
    assertNothingLeft(set);
  });
}
