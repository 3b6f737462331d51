// Messages for the tests of the SIP reader.

/** Lines with their CRLFs, the blank line and a body. */
export function message(lines: readonly string[], body = ""): string {
  return lines.join("\r\n") + "\r\n\r\n" + body;
}

/** The INVITE with one line replaced, dropped or, for a new name, added. */
export function changed(name: string, line: string | undefined, body = "v=0\n"): string {
  const plain = [
    "INVITE sip:bob@example.org SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa1",
    "From: <sip:alice@example.com>;tag=1",
    "To: <sip:bob@example.org>",
    "Call-ID: abc",
    "CSeq: 1 INVITE",
    "Content-Length: 4",
  ];
  const index = name === "start" ? 0 : plain.findIndex((one) => one.startsWith(`${name}:`));
  if (index < 0) plain.push(line!);
  else plain.splice(index, 1, ...(line === undefined ? [] : [line]));
  return message(plain, body);
}
