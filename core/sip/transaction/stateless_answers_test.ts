import assert from "node:assert/strict";
import { firstLine, layer, requestText, responseText, toLine } from "../../../test/transaction_layer.ts";

Deno.test("Transactions.received answers a faulty request by itself, the same each time, and keeps nothing", () => {
  const { servers, told, receive } = layer();
  const faulty = requestText({ method: "INVITE", cseq: "1 BYE" });
  const [first, ...none] = receive(faulty);
  assert.deepEqual(none, []);
  assert.match(firstLine(first!.text), /^SIP\/2\.0 400 \S+ /);
  assert.notEqual(firstLine(first!.text), "SIP/2.0 400 Bad Request");
  assert.match(toLine(first!.text), /;tag=[a-z0-9]+$/);
  assert.deepEqual(receive(faulty), [first]);
  assert.deepEqual(told, []);
  assert.equal(servers.size, 0);
});

Deno.test("Transactions.received drops what cannot be answered: a faulty ACK, a faulty response, no message at all", () => {
  const { told, receive } = layer();
  assert.deepEqual(receive(requestText({ method: "ACK", cseq: "x ACK" })), []);
  assert.deepEqual(receive(responseText(200).replace("CSeq: 1", "CSeq: x")), []);
  assert.deepEqual(receive("garbage\r\n\r\n"), []);
  assert.deepEqual(receive("\0"), []);
  assert.deepEqual(told, []);
});
