// What RFC 3261 asks of everything that the relay sends, whatever the story: read from the packets that went by.

import assert from "node:assert/strict";
import type { Packet } from "./network.ts";
import { cseqOf, header, headerLines, parameter, parseSip, type SipText } from "./sip_text.ts";

interface Numbered {
  readonly number: number;
  readonly method: string;
  readonly to: string;
}

/** Checks all that one host has sent. */
export function assertGoodManners(packets: readonly Packet[], host: string): void {
  const requests = new Map<string, Packet>();
  const finals = new Map<string, string>();
  /** Our last request in each dialog: its CSeq number, and where it went. */
  const numbers = new Map<string, Numbered>();
  const provisional = new Set<string>();
  for (const packet of packets) {
    const message = parseSip(packet.bytes);
    if (packet.from.host !== host) {
      const status = Number(message.start);
      if (packet.fate === "delivered" && status > 99 && status < 200) provisional.add(branchOf(message));
      continue;
    }
    const told = `Packet ${packet.serial} at ${packet.sentAt}: ${new TextDecoder().decode(packet.bytes)}`;
    checkForm(message, told);
    if (/^\d/.test(message.start)) checkResponse(message, finals, told);
    else checkRequest(packet, message, { requests, numbers, provisional, told });
  }
}

function checkForm(message: SipText, told: string): void {
  for (const name of ["from", "to", "call-id", "cseq", "content-length"]) {
    assert.equal(headerLines(message, name).length, 1, `${name}: ${told}`);
  }
  const length = new TextEncoder().encode(message.body).length;
  assert.equal(header(message, "content-length"), String(length), told);
  assert.equal(header(message, "content-type") !== "", length > 0, told);
  assert.notEqual(parameter(header(message, "from"), "tag"), "", told);
}

function checkResponse(response: SipText, finals: Map<string, string>, told: string): void {
  const status = Number(response.start);
  const { method } = cseqOf(response);
  if (status > 100) assert.notEqual(parameter(header(response, "to"), "tag"), "", told);
  // section 12.1.1
  if (method === "INVITE" && status > 100 && status < 300) {
    assert.notEqual(header(response, "contact"), "", told);
  }
  const key = `${header(response, "via")} ${method}`;
  const final = finals.get(key);
  // sections 17.2.1 and 17.2.2: nothing but the final response again
  if (final !== undefined) assert.equal(String(status), final, told);
  else if (status >= 200) finals.set(key, String(status));
}

function checkRequest(
  packet: Packet,
  request: SipText,
  { requests, numbers, provisional, told }: {
    requests: Map<string, Packet>;
    numbers: Map<string, Numbered>;
    provisional: ReadonlySet<string>;
    told: string;
  },
): void {
  const { number, method } = cseqOf(request);
  assert.equal(method, request.start, told);
  assert.equal(headerLines(request, "via").length, 1, told);
  assert.match(branchOf(request), /^z9hG4bK./, told);
  assert.notEqual(header(request, "max-forwards"), "", told);
  const key = `${branchOf(request)} ${method}`;
  const first = requests.get(key);
  if (first !== undefined) {
    // an ACK to a failure answers each repeat, whatever To tag it has
    if (method !== "ACK") assert.deepEqual(packet.bytes, first.bytes, `Not the same again: ${told}`);
    return;
  }
  requests.set(key, packet);
  if (method === "INVITE") assert.notEqual(header(request, "contact"), "", told);
  if (method === "CANCEL") {
    // section 9.1
    assert.ok(requests.has(`${branchOf(request)} INVITE`), told);
    assert.ok(provisional.has(branchOf(request)), `No provisional response before: ${told}`);
    return;
  }
  const dialog = ["call-id", "from", "to"].map((name) => header(request, name)).join(" ");
  const last = numbers.get(dialog);
  if (method === "ACK") return;
  // section 12.2.1.1: one more each time; the same only when it goes to the next address (RFC 3263 section 4.3)
  const to = `${packet.to.transport} ${packet.to.host} ${packet.to.port}`;
  const isNext = last?.method === method && last.to !== to && last.number === number;
  if (last !== undefined && !isNext) assert.equal(number, last.number + 1, told);
  numbers.set(dialog, { number, method, to });
}

function branchOf(message: SipText): string {
  return parameter(header(message, "via"), "branch");
}
