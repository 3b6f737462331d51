// Reads what the relay sends with none of its own code: is it one whole SIP message that says nothing it should not?

import assert from "node:assert/strict";

/** What the relay writes; a line of any other name was not written by it. */
const names = new Set([
  "Via",
  "Max-Forwards",
  "Route",
  "Record-Route",
  "From",
  "To",
  "Call-ID",
  "CSeq",
  "Contact",
  "Allow",
  "Supported",
  "Require",
  "RSeq",
  "RAck",
  "Accept",
  "Accept-Encoding",
  "Unsupported",
  "Warning",
  "Retry-After",
  "Min-Expires",
  "Timestamp",
  "WWW-Authenticate",
  "Content-Type",
  "Content-Length",
  "Recv-Info",
  "Refer-To",
  "Referred-By",
  "Refer-Sub",
  "Replaces",
  "Event",
  "Subscription-State",
  "Allow-Events",
]);
const many = new Set(["Via", "Record-Route", "WWW-Authenticate"]);
const ownVia = /^SIP\/2\.0\/(UDP|TCP) 10\.0\.0\.1:5060;branch=z9hG4bK[A-Za-z0-9]+;rport$/;
const ownContact = /^<sip:([^@<>"\s]+@)?10\.0\.0\.1:5060(;transport=tcp)?>$/;

export interface PlainSip {
  readonly isRequest: boolean;
  readonly first: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Takes a message of the relay's apart. Fails when it is not one message, as text of one byte a character. */
export function readPlain(text: string): PlainSip {
  const end = text.indexOf("\r\n\r\n");
  assert.ok(end > 0, "No end of the header");
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const [first = "", ...lines] = head.split("\r\n");
  // deno-lint-ignore no-control-regex -- they are what must not be there
  assert.ok(!/[\x00-\x08\x0a-\x1f\x7f]/.test(head.replaceAll("\r\n", "")), "A control character");
  const isRequest = !first.startsWith("SIP/2.0 ");
  assert.match(first, isRequest ? /^[A-Z]+ [^\s<>"]+ SIP\/2\.0$/ : /^SIP\/2\.0 [1-6]\d\d [^\r\n]+$/);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(": ");
    const name = line.slice(0, colon);
    assert.ok(names.has(name), `Line ${line.slice(0, 60)}`);
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [line.slice(colon + 2)]);
    else values.push(line.slice(colon + 2));
    assert.ok(values === undefined || many.has(name), `Two lines ${name}`);
  }
  for (const name of ["Via", "From", "To", "Call-ID", "CSeq", "Content-Length"]) {
    assert.ok(headers.has(name), `No ${name}`);
  }
  assert.equal(headers.get("Content-Length")![0], String(body.length));
  assert.ok(body === "" || headers.has("Content-Type"), "A body without Content-Type");
  // a refusal gives its sender back what it wrote, good or bad
  for (const name of isRequest || first.startsWith("SIP/2.0 2") ? ["From", "To"] : []) {
    const tags = parametersOf(headers.get(name)![0]!).filter((parameter) => /^tag\s*(=|$)/i.test(parameter));
    assert.ok(tags.length <= 1, `${name}: ${headers.get(name)![0]}`);
  }
  for (const warning of headers.get("Warning") ?? []) assert.match(warning, /^399 ropeway "[^"\\]*"$/);
  if (isRequest) {
    assert.deepEqual(headers.get("Via")!.length, 1);
    assert.match(headers.get("Via")![0]!, ownVia);
    assert.match(headers.get("CSeq")![0]!, new RegExp(`^\\d+ ${first.slice(0, first.indexOf(" "))}$`));
    for (const contact of headers.get("Contact") ?? []) assert.match(contact, ownContact);
  }
  return { isRequest, first, headers, body };
}

/** The parameters behind a name-addr or addr-spec, quoted texts and <> skipped. */
export function parametersOf(value: string): string[] {
  let at = 0;
  const skipQuoted = () => {
    for (at++; at < value.length && value[at] !== '"'; at++) if (value[at] === "\\") at++;
  };
  while (at < value.length && value[at] !== "<") {
    if (value[at] === '"') skipQuoted();
    at++;
  }
  const hasBrackets = at < value.length;
  at = hasBrackets ? value.indexOf(">", at) + 1 : value.indexOf(";");
  if (at < 0) return [];
  const found: string[] = [];
  let start = -1;
  for (; at <= value.length; at++) {
    if (at < value.length && value[at] === '"') skipQuoted();
    else if (at === value.length || value[at] === ";") {
      if (start >= 0) found.push(value.slice(start, at).trim());
      start = at + 1;
    }
  }
  return found;
}
