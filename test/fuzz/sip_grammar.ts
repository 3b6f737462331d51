// Values made from the grammar of RFC 3261 25.1: mostly right, seldom with one rule bent.

import type { Chance } from "./chance.ts";

const SPACE = ["", "", "", "", " ", "  ", "\t", "\r\n ", " \r\n\t"];
const ALPHANUMERIC = "abcxyzABCXYZ0123456789";
const TOKEN = ALPHANUMERIC + "-.!%*_+`'~";
const WORD = TOKEN + '()<>:\\"/[]?{}';
const USER = ALPHANUMERIC + "-_.!~*'()&=+$,;?/";
const PARAM = ALPHANUMERIC + "-_.!~*'()[]/:&+$";
const HEADER = ALPHANUMERIC + "-_.!~*'()[]/?:+$";
const URIC = ALPHANUMERIC + "-_.!~*'();/?:@&=+$,";
const HOSTS = [
  "example.com",
  "a",
  "a.b.c",
  "a-b.c",
  "A1.example.",
  "127.0.0.1",
  "10.0.0.255",
  "[::1]",
  "[1:2:3:4:5:6:7:8]",
]
  .concat(["[::ffff:1.2.3.4]", "[2001:db8::]", "x.invalid", "1.example", "pc33.atlanta.com"]);
const BENT_HOSTS = [
  "-a",
  "a-",
  "a..b",
  "1.2.3",
  "256.1.1.1",
  "1.2.3.4.5",
  "a.1",
  "[1::2::3]",
  "[:1]",
  "[1:2]",
  "[::",
  "_x",
  "",
];
const PORTS = ["1", "5060", "5061", "65535"];
const BENT_PORTS = ["", "0", "65536", "99999999999", "05060", "x"];
const TRANSPORTS = ["UDP", "TCP", "TLS", "WS", "WSS", "SCTP", "udp", "TLS-SCTP"];
const METHODS = [
  "INVITE",
  "ACK",
  "BYE",
  "CANCEL",
  "REGISTER",
  "OPTIONS",
  "PRACK",
  "UPDATE",
  "MESSAGE",
  "INFO",
  "FOO",
];
const LETTERS = [
  "a",
  "Z",
  "0",
  "~",
  "\xc3\xab",
  "\xe2\x82\xac",
  "\xf0\x9f\x98\x80",
  " ",
  "\t",
  "(",
  "<",
  ",",
  ";",
];
/** One value in so many has a rule bent. */
const BENT = 12;

function some(chance: Chance, from: string, limit = 12): string {
  let text = "";
  for (let count = chance.small(limit); count > 0; count--) text += from.charAt(chance.below(from.length));
  return text;
}

function escaped(chance: Chance, from: string): string {
  let text = some(chance, from);
  if (chance.oneIn(6)) text += chance.pick(["%41", "%00", "%ff", "%2f"]);
  if (chance.oneIn(6 * BENT)) text += chance.pick(["%", "%4", "%zz", "\xe9", "#", '"', "|", "^"]);
  return text;
}

function space(chance: Chance): string {
  return chance.pick(SPACE);
}

export function host(chance: Chance): string {
  return chance.pick(chance.oneIn(BENT) ? BENT_HOSTS : HOSTS);
}

function port(chance: Chance): string {
  return chance.pick(chance.oneIn(BENT) ? BENT_PORTS : PORTS);
}

export function quoted(chance: Chance): string {
  let text = '"';
  for (let count = chance.below(6); count > 0; count--) {
    text += chance.oneIn(4)
      ? "\\" + chance.pick(['"', "\\", "a", " ", "\xc3", "\0", "\x7f"])
      : chance.pick(LETTERS);
  }
  return chance.oneIn(2 * BENT) ? text : text + '"';
}

export function uri(chance: Chance): string {
  if (chance.oneIn(8)) return chance.pick(["tel:", "TEL:"]) + telephone(chance);
  if (chance.oneIn(10)) return some(chance, "abc+-.1", 4) + ":" + escaped(chance, URIC);
  let text = chance.pick(["sip:", "sips:", "SIP:"]);
  if (!chance.oneIn(4)) {
    text += escaped(chance, USER);
    if (chance.oneIn(6)) text += ":" + (chance.oneIn(3) ? "" : escaped(chance, USER));
    text += "@";
  }
  text += host(chance);
  if (chance.oneIn(4)) text += ":" + port(chance);
  while (chance.oneIn(3)) text += ";" + uriParameter(chance);
  if (chance.oneIn(8)) {
    text += "?" + escaped(chance, HEADER) + "=" + (chance.oneIn(3) ? "" : escaped(chance, HEADER));
    while (chance.oneIn(3)) text += "&" + escaped(chance, HEADER) + "=" + escaped(chance, HEADER);
  }
  return text;
}

function telephone(chance: Chance): string {
  const number = (chance.oneIn(2) ? "+" : "") + some(chance, "0123456789-.()", 10);
  const context = chance.oneIn(2) ? ";phone-context=" + chance.pick(["+1", "example.com", "x"]) : "";
  return number + (chance.oneIn(3) ? ";" + uriParameter(chance) : "") + context;
}

function uriParameter(chance: Chance): string {
  switch (chance.below(6)) {
    case 0:
      return "lr";
    case 1:
      return "transport=" + chance.pick(TRANSPORTS);
    case 2:
      return "maddr=" + host(chance);
    case 3:
      return escaped(chance, PARAM);
    default:
      return escaped(chance, PARAM) + "=" + escaped(chance, PARAM);
  }
}

function parameter(chance: Chance, names: readonly string[]): string {
  const name = chance.oneIn(3) ? some(chance, TOKEN, 6) : chance.pick(names);
  const start = space(chance) + ";" + space(chance) + name;
  if (chance.oneIn(4)) return start;
  const equal = space(chance) + "=" + space(chance);
  const kind = chance.below(5);
  if (kind === 0) return start + equal + quoted(chance);
  if (kind === 1) return start + equal + host(chance);
  return start + equal + (kind === 2 ? String(chance.below(100_000)) : some(chance, TOKEN));
}

function parameters(chance: Chance, names: readonly string[]): string {
  let text = "";
  while (chance.oneIn(2)) text += parameter(chance, names);
  return text;
}

function address(chance: Chance): string {
  const kind = chance.below(5);
  if (kind === 0) return chance.oneIn(2) ? "sip:a@" + host(chance) : uri(chance);
  let display = "";
  if (kind === 1) display = quoted(chance) + space(chance);
  if (kind === 2) display = some(chance, TOKEN) + chance.pick([" ", "", "\r\n ", " B "]);
  return display + "<" + uri(chance) + ">";
}

function via(chance: Chance): string {
  const slash = chance.oneIn(4) ? space(chance) + "/" + space(chance) : "/";
  let text = `${chance.oneIn(10) ? some(chance, TOKEN, 4) : "SIP"}${slash}2.0${slash}${
    chance.pick(TRANSPORTS)
  }`;
  text += chance.pick([" ", " ", "  ", "\t", "\r\n "]) + host(chance);
  if (chance.oneIn(2)) text += space(chance) + ":" + space(chance) + port(chance);
  if (!chance.oneIn(3)) text += ";branch=z9hG4bK" + some(chance, TOKEN);
  return text + parameters(chance, ["branch", "rport", "maddr", "received", "ttl", "RPORT"]);
}

function listed(chance: Chance, value: (chance: Chance) => string): string {
  let text = value(chance);
  while (chance.oneIn(4)) text += space(chance) + "," + space(chance) + value(chance);
  return text;
}

function party(chance: Chance): string {
  return address(chance) + (chance.oneIn(2) ? ";tag=" + some(chance, TOKEN) : "") +
    parameters(chance, ["tag", "TAG", "x"]);
}

function number(chance: Chance): string {
  return chance.pick([
    "0",
    "1",
    "70",
    "255",
    "256",
    "2147483647",
    "2147483648",
    "4294967296",
    "007",
    "-1",
    "1 ",
    "",
    "x",
  ]);
}

/** Header name → a value. The names are those whose values the codec decodes, and some of others. */
const VALUES: readonly (readonly [names: readonly string[], value: (chance: Chance) => string])[] = [
  [["Via", "v", "VIA"], (chance) => listed(chance, via)],
  [["Via", "v"], (chance) => listed(chance, via)],
  [["From", "f", "FROM"], party],
  [["To", "t"], party],
  [
    ["Call-ID", "i", "call-id"],
    (chance) => some(chance, WORD) + (chance.oneIn(2) ? "@" + some(chance, WORD) : ""),
  ],
  [
    ["CSeq", "CSEQ"],
    (chance) => number(chance) + chance.pick([" ", "  ", "\t", "\r\n "]) + chance.pick(METHODS),
  ],
  [["Max-Forwards"], number],
  [["Expires", "expires"], number],
  [["Content-Length", "l"], (chance) => chance.oneIn(2) ? number(chance) : String(chance.below(200))],
  [
    ["Content-Type", "c"],
    (chance) =>
      `${some(chance, TOKEN, 6)}${space(chance)}/${space(chance)}sdp${parameters(chance, ["charset"])}`,
  ],
  [
    ["Contact", "m"],
    (chance) =>
      chance.oneIn(10) ? "*" : listed(
        chance,
        (one) => address(one) + parameters(one, ["q", "expires", "EXPIRES", "+sip.instance"]),
      ),
  ],
  [["Route"], (chance) => listed(chance, (one) => address(one) + parameters(one, ["lr"]))],
  [["Record-Route"], (chance) => listed(chance, (one) => `<${uri(one)}>` + parameters(one, ["lr"]))],
  [
    [
      "Subject",
      "s",
      "X-Other",
      "Supported",
      "k",
      "Event",
      "o",
      "Allow",
      "Path",
      "Reason",
      "Warning",
      "Session-Expires",
    ],
    (chance) => some(chance, URIC) + chance.pick(["", "", "\r\n more", "\xc3\xab", "\xff", '"', " x, y"]),
  ],
];

/** A whole header line without its end. */
export function headerLine(chance: Chance): string {
  const [names, value] = chance.pick(VALUES);
  const colon = chance.oneIn(6) ? space(chance) + ":" + space(chance) : ": ";
  return chance.pick(names) + colon + value(chance);
}

export function startLine(chance: Chance): string {
  if (chance.oneIn(3)) {
    return `SIP/2.0 ${chance.pick([100, 180, 200, 302, 404, 486, 603, 699, 700, 99])} ${some(chance, URIC)}`;
  }
  return `${chance.pick(METHODS)} ${uri(chance)} SIP/2.0`;
}

export function message(chance: Chance): string {
  const method = chance.pick(METHODS);
  const lines = [
    chance.oneIn(3) ? `SIP/2.0 ${100 + chance.below(600)} Why` : `${method} ${uri(chance)} SIP/2.0`,
    `Via: ${via(chance)}`,
    `From: ${address(chance)};tag=${some(chance, TOKEN)}`,
    `To: ${party(chance)}`,
    `Call-ID: ${some(chance, TOKEN)}`,
    `CSeq: ${chance.below(1000)} ${method}`,
  ];
  for (let count = chance.below(6); count > 0; count--) lines.push(headerLine(chance));
  return lines.join("\r\n") + "\r\n\r\n" + (chance.oneIn(2) ? "" : some(chance, URIC));
}
