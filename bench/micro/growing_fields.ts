// Messages of which one field can be made as long as wanted: for each field of SIP a builder of the text.

export interface Growing {
  readonly name: string;
  /** What `length` counts: bytes of the field, header lines, values, levels. */
  readonly unit: "bytes" | "lines" | "values" | "levels" | "members";
  /** The smaller of the two lengths; the other is twice that. */
  readonly length: number;
  readonly build: (length: number) => string;
}

/** Room for the rest of the message: the largest message is 65,536 bytes. */
export const LONG = 24_000;

interface Parts {
  readonly requestUri?: string;
  readonly via?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly contact?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

function invite(parts: Parts): string {
  const { body = "" } = parts;
  return [
    `INVITE ${parts.requestUri ?? "sip:alice@198.51.100.1"} SIP/2.0`,
    ...(parts.via ?? ["SIP/2.0/UDP 192.0.2.41:5062;branch=z9hG4bKf27b"]).map((
      via,
    ) => `Via: ${via}`),
    "Max-Forwards: 69",
    `From: ${parts.from ?? "<sip:desk@example.org>;tag=4e9a61c7"}`,
    `To: ${parts.to ?? "<sip:alice@ropeway.local>"}`,
    `Call-ID: ${parts.callId ?? "0f83b6d2-71a4@192.0.2.41"}`,
    "CSeq: 2041 INVITE",
    `Contact: ${parts.contact ?? "<sip:desk@192.0.2.41:5062>"}`,
    ...(parts.lines ?? []),
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}

function bytes(
  name: string,
  parts: (text: string) => Parts,
  letter = "a",
): Growing {
  const build = (length: number) => invite(parts(letter.repeat(length / letter.length)));
  return { name, unit: "bytes", length: LONG, build };
}

function many(
  name: string,
  { unit, length, parts }: {
    unit: "lines" | "values";
    length: number;
    parts: (count: number) => Parts;
  },
): Growing {
  return { name, unit, length, build: (count) => invite(parts(count)) };
}

function line(name: string, letter = "a"): Growing {
  return bytes(name, (text) => ({ lines: [`${name}: ${text}`] }), letter);
}

export function repeat(count: number, one: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => one(at));
}

const VIA = (at: number) => `SIP/2.0/UDP 192.0.2.41:5062;branch=z9hG4bKf27b${at}`;
const CONTACT = (at: number) => `<sip:desk@192.0.2.41:${5000 + at}>;expires=60`;

export const GROWING_SIP: readonly Growing[] = [
  bytes(
    "Request-URI, user",
    (text) => ({ requestUri: `sip:${text}@198.51.100.1` }),
  ),
  bytes(
    "Request-URI, escapes",
    (text) => ({
      requestUri: `sip:${text.replaceAll("aaa", "%41")}@198.51.100.1`,
    }),
  ),
  bytes(
    "Request-URI, parameter",
    (text) => ({ requestUri: `sip:alice@198.51.100.1;p=${text}` }),
  ),
  bytes(
    "Via, branch",
    (text) => ({ via: [`SIP/2.0/UDP 192.0.2.41;branch=z9hG4bK${text}`] }),
  ),
  bytes(
    "Via, host",
    (text) => ({ via: [`SIP/2.0/UDP ${text};branch=z9hG4bK1`] }),
  ),
  bytes("Via, many parameters", (text) => ({
    via: [
      `SIP/2.0/UDP 192.0.2.41;${text.replaceAll("aaa", "a;")}branch=z9hG4bK1`,
    ],
  })),
  bytes("Via, HTABs", (text) => ({
    via: [
      `SIP/2.0/UDP 192.0.2.41;${text.replaceAll("aaa", "\t;a")};branch=z9hG4bK1`,
    ],
  })),
  many("Via lines", {
    unit: "lines",
    length: 110,
    parts: (count) => ({ via: repeat(count, VIA) }),
  }),
  many("Via values", {
    unit: "values",
    length: 400,
    parts: (count) => ({ via: [repeat(count, VIA).join(", ")] }),
  }),
  bytes(
    "From, quoted name",
    (text) => ({ from: `"${text}" <sip:desk@example.org>;tag=4e9a` }),
  ),
  bytes("From, quoted pairs", (text) => ({
    from: `"${text.replaceAll("aa", "\\a")}" <sip:desk@example.org>;tag=4e9a`,
  })),
  bytes("From, name without end", (text) => ({ from: `"${text}` })),
  bytes(
    "From, tag",
    (text) => ({ from: `<sip:desk@example.org>;tag=${text}` }),
  ),
  bytes("To, addr-spec", (text) => ({ to: `sip:${text}@ropeway.local` })),
  bytes("To, many <", (text) => ({ to: text }), "<"),
  bytes("Call-ID", (text) => ({ callId: text })),
  bytes(
    "Contact, header part of its URI",
    (text) => ({ contact: `<sip:desk@192.0.2.41?a=${text}>` }),
  ),
  many("Contact values", {
    unit: "values",
    length: 600,
    parts: (count) => ({ contact: repeat(count, CONTACT).join(", ") }),
  }),
  many("Contact lines", {
    unit: "lines",
    length: 110,
    parts: (count) => ({
      lines: repeat(count, (at) => `Contact: ${CONTACT(at)}`),
    }),
  }),
  bytes("Contact, many commas", (text) => ({ contact: text }), ","),
  many("Record-Route lines", {
    unit: "lines",
    length: 110,
    parts: (count) => ({
      lines: repeat(count, (at) => `Record-Route: <sip:p${at}.example.org;lr>`),
    }),
  }),
  many("Route values", {
    unit: "values",
    length: 800,
    parts: (count) => ({
      lines: [
        `Route: ${repeat(count, (at) => `<sip:p${at}.example.org;lr>`).join(",")}`,
      ],
    }),
  }),
  line("Route"),
  line("Allow"),
  line("Supported", "a,"),
  line("Require"),
  line("Authorization"),
  line("P-Asserted-Identity"),
  line("Subject"),
  line("X-Unknown"),
  line("Expires", "1"),
  bytes("Subject, folded at every letter", (text) => ({
    lines: [`Subject: x${text.replaceAll("aaaa", "\r\n a")}`],
  })),
  bytes(
    "Subject, blanks alone",
    (text) => ({ lines: [`Subject:${text}x`] }),
    " ",
  ),
  bytes("name of a header", (text) => ({ lines: [`${text}: 1`] })),
  bytes("line without a colon", (text) => ({ lines: [text] })),
  many("header lines, known", {
    unit: "lines",
    length: 110,
    parts: (count) => ({ lines: repeat(count, () => "Supported: replaces") }),
  }),
  many("header lines, unknown", {
    unit: "lines",
    length: 110,
    parts: (count) => ({ lines: repeat(count, (at) => `X-${at}: one thing`) }),
  }),
  many("header lines, far too many", {
    unit: "lines",
    length: 2000,
    parts: (count) => ({ lines: repeat(count, (at) => `X-${at}: one`) }),
  }),
  bytes("SDP", (text) => ({ body: text })),
];
