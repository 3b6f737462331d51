// `deno task growth`: how the time that a SIP message takes grows with each of its fields. The field is doubled from 2 KiB to 32 KiB; twice the field may
// take twice the time, not more. Ends with 1 when one doubling of one field takes more than the limit says.

import { load, resetOutput } from "../wasm/codec.ts";
import { Framer } from "../wasm/frame.ts";
import { readChallenge } from "../wasm/headers/challenge.ts";
import { readValue } from "../wasm/headers/value.ts";
import { headerValues } from "../wasm/headers/values.ts";
import { HEADER_AUTHORIZATION, HEADER_PRIVACY, HEADER_SUPPORTED } from "../wasm/assembly/codes.ts";
import { sip } from "../wasm/sip.ts";
import { copyMessage } from "../wasm/sip_copy.ts";
import { timeInTurn } from "./rounds.ts";
import { duration, table } from "./table.ts";

/** A field of so many bytes: lines in place of these, and what is done with the message. */
interface Field {
  readonly name: string;
  readonly lines: (size: number) => Readonly<Record<string, string>>;
  readonly work?: (message: Uint8Array) => number;
}

const SIZES = [2048, 4096, 8192, 16384, 32768];
/** Twice the time, and what a machine with other work on it may add. */
const LIMIT = 2.5;
const encoder = new TextEncoder();

const a = (size: number) => "a".repeat(size);
const many = (text: string, size: number) => text.repeat(Math.ceil(size / text.length));
const line = (
  name: string,
  value: (size: number) => string,
  work?: Field["work"],
): Field => ({
  name: `${name} ${shown(value)}`,
  lines: (size) => ({ [name]: value(size) }),
  ...(work === undefined ? {} : { work }),
});

const FIELDS: readonly Field[] = [
  {
    name: "Request-URI user",
    lines: (size) => ({ "": `OPTIONS sip:${a(size)}@hill.example SIP/2.0` }),
  },
  {
    name: "Request-URI parameters",
    lines: (size) => ({
      "": `OPTIONS sip:hill.example${many(";a=b", size)} SIP/2.0`,
    }),
  },
  {
    name: "method",
    lines: (size) => ({
      "": `${a(size / 2)} sip:hill.example SIP/2.0`,
      CSeq: `1 ${a(size / 2)}`,
    }),
  },
  line("Via", (size) => `SIP/2.0/UDP ${a(size)};branch=z9hG4bK1`),
  line("Via", (size) => `SIP/2.0/UDP h;branch=z9hG4bK${a(size)}`),
  line("Via", (size) => `SIP/2.0/UDP h${many(";a=b", size)}`),
  line("Via", (size) => `SIP/2.0/UDP h${many(",SIP/2.0/UDP h", size)}`),
  line("From", (size) => `"${many('\\"', size)}" <sip:h.example>;tag=1`),
  line("From", (size) => `${many("a ", size)}<sip:h.example>;tag=1`),
  line("To", (size) => `<sip:${many("%41", size)}@h.example>`),
  line("Call-ID", (size) => a(size)),
  line("CSeq", (size) => `${many("0", size)}1 OPTIONS`),
  line("Contact", (size) => `<sip:h.example>${many(",<sip:h.example>", size)}`),
  line("Contact", (size) => `<sip:h.example>${many(" ;\ta", size)}`),
  line(
    "Route",
    (size) => `<sip:h.example;lr>${many(", <sip:h.example;lr>", size)}`,
  ),
  line("Content-Type", (size) => `a/b${many(";a=b", size)}`),
  line("Subject", (size) => many(" \r\n", size).replaceAll("\r\n", "\r\n x")),
  line("Subject", (size) => `"${many("\\\0", size)}"`),
  line("Subject", (size) => many("ä", size / 2)),
  line("X-Unknown", (size) => many(" \t", size)),
  { name: "unknown name", lines: (size) => ({ [a(size)]: "x" }) },
  {
    name: "unknown name, folded",
    lines: (size) => ({ [a(size / 2)]: many("\r\n x", size / 2) }),
  },
  {
    name: "header lines",
    lines: (size) => ({
      "X-Many": `a${many("\r\nX-Many: ".padEnd(136, "a"), size)}`,
    }),
  },
  line("Supported", (size) => `a${many(",a", size)}`, (message) => {
    sip.read(load(message));
    const values = headerValues(HEADER_SUPPORTED);
    return Array.isArray(values) ? values.length : 0;
  }),
  line(
    "Privacy",
    (size) => `id${params(size, (nth) => `;p${nth}`)}`,
    (message) => {
      sip.read(load(message));
      const value = readValue(HEADER_PRIVACY, sip.value(HEADER_PRIVACY));
      return "params" in value ? value.params.size : 0;
    },
  ),
  line(
    "Authorization",
    (size) => `Digest a=b${params(size, (nth) => `,p${nth}=b`)}`,
    (message) => {
      sip.read(load(message));
      const value = readChallenge(
        HEADER_AUTHORIZATION,
        sip.value(HEADER_AUTHORIZATION),
      );
      return "params" in value ? value.params.size : 0;
    },
  ),
  line("X-Copied", (size) => a(size), (message) => {
    sip.read(load(message));
    const { length } = copyMessage();
    resetOutput();
    return length;
  }),
  line("X-Framed", (size) => a(size), framed(1460)),
  line("X-Framed-in-64-bytes", (size) => a(size), framed(64)),
];

const rows = [[
  "field",
  ...SIZES.map((size) => `${size / 1024} KiB`),
  "worst doubling",
]];
let failures = 0;
for (const field of FIELDS) {
  const times = timeInTurn(
    SIZES.map((size) => {
      const message = messageOf(field.lines(size));
      const work = field.work ?? read;
      if (work(message) <= 0) {
        throw new Error(
          `${field.name} of ${size} bytes is not read: ${sip.faultOffset}`,
        );
      }
      return { name: `${size}`, run: () => work(message) };
    }),
    { rounds: 31, batchMillis: 0.5, warmUpMillis: 12 },
  ).map(({ lowerQuartile }) => lowerQuartile);
  const doublings = times.slice(1).map((time, at) => time / times[at]!);
  const worst = Math.max(...doublings);
  if (worst > LIMIT) failures++;
  rows.push([
    field.name,
    ...times.map(duration),
    `${worst.toFixed(2)} ×${worst > LIMIT ? " !" : ""}`,
  ]);
}
console.log(table(rows));
if (failures > 0) {
  console.error(
    `\n${failures} fields grow faster than their length (limit ${LIMIT})`,
  );
  Deno.exit(1);
}

function read(message: Uint8Array): number {
  return sip.read(load(message)) === 0 ? 1 + sip.serverKey().length : 0;
}

function framed(step: number): (message: Uint8Array) => number {
  return (message) => {
    const framer = new Framer();
    let frames = 0;
    for (let at = 0; at < message.length; at += step) {
      framer.push(message.subarray(at, at + step));
      while (framer.next()?.type === "message") frames++;
    }
    return frames;
  };
}

/** Parameters, each with a name of its own. */
function params(size: number, param: (nth: number) => string): string {
  let text = "";
  for (let nth = 0; text.length < size; nth++) text += param(nth);
  return text;
}

function messageOf(changed: Readonly<Record<string, string>>): Uint8Array {
  const { "": first = "OPTIONS sip:hill.example SIP/2.0", ...lines } = changed;
  const plain: Record<string, string> = {
    Via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    From: "<sip:ann@hill.example>;tag=1",
    To: "<sip:bob@hill.example>",
    "Call-ID": "1",
    CSeq: "1 OPTIONS",
    "Content-Length": "0",
    ...lines,
  };
  const head = Object.entries(plain).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return encoder.encode(`${first}\r\n${head}\r\n`);
}

/** What a field looks like, in a few characters. */
function shown(value: (size: number) => string): string {
  // deno-lint-ignore no-control-regex
  const text = value(24).replaceAll(/[\x00-\x1f]/g, "·");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
