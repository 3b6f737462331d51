import assert from "node:assert/strict";
import fc from "fast-check";
import {
  firstLine,
  hop,
  layer,
  requestText,
  responseText,
  send,
  toLine,
  udp,
} from "../../../test/transaction_layer.ts";
import { METHOD_INVITE, METHOD_OPTIONS } from "../../../wasm/assembly/codes.ts";
import { resetOutput } from "../../../wasm/codec.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Hop } from "../../hop.ts";
import type { Arrival } from "../arrival.ts";

Deno.test("Transactions.received sends responses where RFC 3261 18.2.2 and RFC 3581 say", () => {
  const cases: [via: string, arrival: Arrival, hop: Hop][] = [
    ["SIP/2.0/UDP 192.0.2.1:5070", udp, { ...hop, port: 5070 }],
    ["SIP/2.0/UDP 192.0.2.1", udp, { ...hop, port: 5060 }],
    ["SIP/2.0/UDP client.example.org:5070", udp, { ...hop, port: 5070 }],
    ["SIP/2.0/UDP 10.0.0.1:5070;rport", udp, { ...hop, port: 40_000 }],
    ["SIP/2.0/UDP 10.0.0.1:5070;maddr=203.0.113.9", udp, { ...hop, port: 5070 }],
    ["SIP/2.0/UDP 10.0.0.1:5070;maddr=name.example.org", udp, { ...hop, port: 5070 }],
    ["SIP/2.0/UDP [2001:db8::1]:5070", { ...udp, host: "2001:db8::1" }, {
      ...hop,
      host: "2001:db8::1",
      port: 5070,
    }],
    ["SIP/2.0/TCP 192.0.2.1:5070", { ...udp, transport: "tcp", flow: 9 }, {
      transport: "tcp",
      host: "192.0.2.1",
      port: 5070,
      flow: 9,
    }],
    ["SIP/2.0/UDP 10.0.0.1:5070", { ...udp, transport: "loop" }, {
      transport: "loop",
      host: "192.0.2.1",
      port: 40_000,
      flow: 0,
    }],
    ["SIP/2.0/TCP 192.0.2.1;rport", { ...udp, transport: "tcp", flow: 9 }, {
      transport: "tcp",
      host: "192.0.2.1",
      port: 5060,
      flow: 9,
    }],
  ];
  for (const [via, arrival, expected] of cases) {
    const { transactions, requests, receive, sent } = layer();
    receive(requestText({ via: `${via};branch=z9hG4bKa` }), arrival);
    transactions.respond(requests[0]!, { status: 200 });
    assert.deepEqual(sent().map(({ hop }) => hop), [expected], via);
  }
});

Deno.test("Transactions.respond makes a To tag for all but 100, keeps to it, and keeps a tag that is there", () => {
  const { transactions, requests, receive, sent } = layer();
  receive(requestText({ method: "INVITE" }));
  const invite = requests[0]!;
  for (const status of [100, 180, 183, 486]) transactions.respond(invite, { status });
  assert.deepEqual(sent().map(({ text }) => toLine(text)), [
    "<sip:b@192.0.2.2>",
    "<sip:b@192.0.2.2>;tag=token1",
    "<sip:b@192.0.2.2>;tag=token1",
    "<sip:b@192.0.2.2>;tag=token1",
  ]);
  receive(requestText({ to: "<sip:b@192.0.2.2>;tag=there", via: "SIP/2.0/UDP h;branch=z9hG4bKb" }));
  transactions.respond(requests[1]!, { status: 200, toTag: "mine" });
  assert.deepEqual(sent().map(({ text }) => toLine(text)), ["<sip:b@192.0.2.2>;tag=there"]);
});

Deno.test("Transactions says 100 with the request's Timestamp", () => {
  const { receive, tick } = layer();
  receive(requestText({ method: "INVITE", extra: "Timestamp: 54.2\r\n" }));
  const [trying] = tick(200);
  assert.equal(firstLine(trying!.text), "SIP/2.0 100 Trying");
  assert.ok(trying!.text.includes("\r\nTimestamp: 54.2\r\n"));
});

Deno.test("Transactions.received answers 503 with Retry-After when the table is full, and send gives undefined", () => {
  const { transactions, told, servers, clients, receive, context } = layer({ limit: 1 });
  receive(requestText());
  const [refusal] = receive(requestText({ via: "SIP/2.0/UDP h;branch=z9hG4bKb" }));
  assert.match(firstLine(refusal!.text), /^SIP\/2\.0 503 /);
  assert.match(refusal!.text, /\r\nRetry-After: [0-9]+\r\n/);
  assert.deepEqual(told, ["request"]);
  assert.equal(servers.size, 1);
  assert.notEqual(send(transactions, METHOD_OPTIONS), undefined);
  const timers = context.wheel.size;
  assert.equal(send(transactions, METHOD_OPTIONS, "z9hG4bKy"), undefined);
  assert.equal(clients.size, 1);
  assert.equal(context.wheel.size, timers);
});

Deno.test("Transactions.received matches requests without the magic cookie as RFC 3261 17.2.3 says for RFC 2543", () => {
  const { transactions, told, requests, receive, sent } = layer();
  const via = "SIP/2.0/UDP 192.0.2.1:5070;branch=1";
  receive(requestText({ method: "INVITE", via }));
  transactions.respond(requests[0]!, { status: 486, toTag: "t" });
  assert.equal(sent().length, 1);
  assert.equal(receive(requestText({ method: "INVITE", via })).length, 1);
  // Another call of the same client, with the same branch.
  receive(requestText({ method: "INVITE", via, cseq: "2 INVITE" }));
  assert.deepEqual(told, ["request", "request"]);
  receive(requestText({ method: "ACK", via, to: "<sip:b@192.0.2.2>;tag=t" }));
  assert.equal(requests[0]!.state, "confirmed");
  assert.equal(requests[1]!.state, "proceeding");
});

Deno.test("Transactions.received tells an ACK of no failure, and a CANCEL finds its INVITE", () => {
  const { transactions, told, requests, receive } = layer();
  receive(requestText({ method: "ACK", to: "<sip:b@192.0.2.2>;tag=t" }));
  assert.deepEqual(told, ["ack"]);
  receive(requestText({ method: "INVITE" }));
  receive(requestText({ method: "CANCEL" }));
  assert.deepEqual(told, ["ack", "request", "request"]);
  assert.equal(transactions.cancelled(), requests[0]);
});

Deno.test("Transactions.received matches responses by branch and method, and drops those that went astray", () => {
  const { transactions, told, receive } = layer();
  send(transactions, METHOD_INVITE);
  receive(responseText(180, { via: "z9hG4bKother" }));
  receive(responseText(180, { method: "OPTIONS" }));
  receive(responseText(180, { vias: "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKq\r\n" }));
  assert.deepEqual(told, []);
  receive(responseText(180));
  receive(responseText(200, { via: "z9hG4bKother" }));
  receive(responseText(404, { via: "z9hG4bKother" }));
  receive(responseText(200, { via: "z9hG4bKother", method: "OPTIONS" }));
  assert.deepEqual(told, ["response 180", "stray 200"]);
});

Deno.test("Transactions sends a request again as it was, whatever was read meanwhile", () => {
  const { transactions, receive, tick, sent } = layer();
  send(transactions, METHOD_INVITE, "z9hG4bKx", "v=0\r\ns=\u00e9\r\n");
  const [first] = sent();
  receive(requestText());
  assert.deepEqual(tick(500), [first]);
  receive(requestText({ via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb" }));
  assert.deepEqual(tick(1500), [first]);
});

Deno.test("Transactions sends a response again as it was, its body out of a message that has gone", () => {
  const { transactions, requests, receive, sent } = layer();
  receive(requestText({ method: "INVITE" }));
  const body = "v=0\r\n";
  const extra = `Content-Type: application/sdp\r\n`;
  const other = requestText({ via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb", extra });
  receive(other.replace("Content-Length: 0\r\n\r\n", `Content-Length: ${body.length}\r\n\r\n${body}`));
  transactions.respond(requests[0]!, { status: 183, body: sip.body, contentType: "application/sdp" });
  const [first] = sent();
  assert.ok(first!.text.endsWith(`\r\n\r\n${body}`));
  receive(requestText({ via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKc", to: "<sip:somebody.else@192.0.2.2>" }));
  assert.deepEqual(receive(requestText({ method: "INVITE" })), [first]);
  transactions.repeat(requests[0]!);
  assert.deepEqual(sent(), [first]);
});

Deno.test("Transactions.transportFailed ends a client transaction, and tells of a response that could not go", () => {
  const { transactions, told, requests, receive, clients, servers } = layer();
  const options = send(transactions, METHOD_OPTIONS)!;
  transactions.transportFailed(options.key);
  assert.deepEqual(told, ["failed transport"]);
  receive(requestText({ method: "INVITE" }));
  transactions.respond(requests[0]!, { status: 180 });
  transactions.transportFailed(requests[0]!.key);
  transactions.transportFailed("nobody");
  assert.deepEqual(told, ["failed transport", "request", "failed transport"]);
  assert.equal(clients.size, 0);
  assert.equal(servers.size, 1);
});

Deno.test("Transactions answers 500 for a user that broke, and lets the error through", () => {
  const broken = layer();
  broken.onRequest = () => {
    throw new Error("broken");
  };
  assert.throws(() => broken.receive(requestText()), /broken/);
  assert.match(firstLine(broken.sent()[0]!.text), /^SIP\/2\.0 500 /);
  broken.tick(32_000);
  assert.equal(broken.servers.size, 0);
  assert.equal(broken.context.wheel.size, 0);
});

for (const way of ["udp", "tcp"] as const) {
  Deno.test(`Transactions: an answer that cannot be written leaves nothing behind, over ${way}`, () => {
    const unwritable = { status: 200, lines: ["X: a\r\nb"] };
    const via = `SIP/2.0/${way.toUpperCase()} h;branch=z9hG4bKa`;
    const from = way === "udp" ? udp : { ...udp, transport: way, flow: 1 };
    const later = layer();
    later.receive(requestText({ via }), from);
    assert.throws(() => later.transactions.respond(later.requests[0]!, unwritable));
    const atOnce = layer();
    atOnce.onRequest = (request) => atOnce.transactions.respond(request, unwritable);
    assert.throws(() => atOnce.receive(requestText({ via }), from));
    for (const { tick, servers, context } of [later, atOnce]) {
      tick(32_000);
      assert.deepEqual([servers.size, context.wheel.size], [0, 0]);
    }
  });
}

Deno.test("Transactions.respond after the end of a transaction does nothing", () => {
  const { transactions, requests, receive, sent } = layer();
  receive(requestText({ via: "SIP/2.0/TCP h;branch=z9hG4bKa" }), { ...udp, transport: "tcp", flow: 1 });
  transactions.respond(requests[0]!, { status: 200 });
  transactions.respond(requests[0]!, { status: 500 });
  transactions.repeat(requests[0]!);
  assert.deepEqual(sent().map(({ text }) => firstLine(text)), ["SIP/2.0 200 OK"]);
});

Deno.test("Transactions answers and acknowledges header fields as long as they may be, and refuses longer ones", () => {
  const long = `"${"x".repeat(15_000)}" `;
  const tooLong = `"${"x".repeat(17_000)}" `;
  const { transactions, requests, receive, sent } = layer();
  receive(requestText({ method: "INVITE", to: `${long}<sip:b@192.0.2.2>` }));
  transactions.respond(requests[0]!, { status: 404 });
  assert.ok(toLine(sent()[0]!.text).startsWith(long));
  const [refusal] = receive(requestText({ method: "BYE", to: `${tooLong}<sip:b@192.0.2.2>` }));
  assert.match(refusal!.text, /^SIP\/2\.0 513 /);
  assert.equal(requests.length, 1);
  send(transactions, METHOD_INVITE);
  sent();
  assert.deepEqual(receive(responseText(486).replace("To: ", `To: ${tooLong}`)), []);
  const [ack] = receive(responseText(486).replace("To: ", `To: ${long}`));
  assert.ok(ack!.text.startsWith("ACK ") && toLine(ack!.text).startsWith(long));
});

Deno.test("Transactions.received takes any damage to a message without a throw", () => {
  const messages = [
    requestText({ method: "INVITE" }),
    requestText({ method: "ACK" }),
    requestText({ method: "CANCEL", via: 'SIP/2.0/UDP [2001:db8::1]:5070;branch=1;maddr="x";rport' }),
    responseText(200),
    responseText(486),
  ];
  const encoder = new TextEncoder();
  fc.assert(
    fc.property(
      fc.constantFrom(...messages),
      fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
      (message, damages) => {
        const { transactions, requests, receive } = layer();
        send(transactions, METHOD_INVITE);
        const bytes = encoder.encode(message);
        for (const [at, byte] of damages) bytes[at % bytes.length] = byte;
        receive(bytes);
        receive(bytes);
        if (requests[0] !== undefined) transactions.respond(requests[0], { status: 404 });
        resetOutput();
      },
    ),
    { numRuns: 1000 },
  );
});
