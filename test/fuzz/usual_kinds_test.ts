// The codec reads the usual kinds of values in fewer steps than the others. Here each is changed at every byte, so that it just leaves its kind, and
// made as long as the steps are and one more or less: SIMD, scalar and the plain reader, which knows no kinds, have to agree on every one.

import { equal, ok } from "node:assert/strict";
import { makeBuilds } from "./builds.ts";
import { bytesOf } from "./dictionary.ts";
import { differentialTarget } from "./targets/differential.ts";

const target = differentialTarget(makeBuilds(), []);

const REQUEST = [
  "INVITE sip:alice@198.51.100.1:5060 SIP/2.0",
  "Via: SIP/2.0/UDP 198.51.100.9:5060;branch=z9hG4bK7c1e;rport",
  "Via: SIP/2.0/TLS b.example;branch=z9hG4bK2;received=192.0.2.41;rport=5061, SIP/2.0/TCP c.example",
  "Record-Route: <sip:198.51.100.9;lr>,<sip:d.example;lr>",
  'From: "Front desk" <sip:desk@example.org>;tag=4e9a61c7',
  "To: <sip:alice@ropeway.local>",
  "Call-ID: 0f83b6d2-71a4@192.0.2.41",
  "CSeq: 2041 INVITE",
  "Max-Forwards: 69",
  "Contact: <sip:desk@192.0.2.41:5062>;expires=60, <sip:x@y.example>",
  "P-Asserted-Identity: <sip:desk@example.org>",
  "Content-Type: application/sdp",
  "Content-Length: 3",
];
const RESPONSE = ["SIP/2.0 200 OK", ...REQUEST.slice(1).map((line) => line.replace(/^To.*$/, "$&;tag=9"))];

/** One of each class that a value can meet: ends, separators, white space, controls, digits, letters of both cases, what is beyond ASCII. */
const CHANGES = '\r\n\t \0\x7f\x80ÿ"\\<>;,=:@%?.-_/*[(09aZ';

function message(lines: readonly string[]): string {
  return lines.join("\r\n") + "\r\n\r\nabc";
}

/** Whether the message is taken. The readers that differ throw. */
function read(text: string): boolean {
  return target.run(bytesOf(text));
}

function withLine(line: string): string {
  const name = line.slice(0, line.indexOf(":") + 1);
  return message([...REQUEST.filter((other) => !other.startsWith(name)), line]);
}

for (const [name, lines] of [["request", REQUEST], ["response", RESPONSE]] as const) {
  Deno.test(`a usual ${name} with any byte of its head changed, left out or doubled is read as the grammar has it`, () => {
    const text = message(lines);
    const head = text.length - 3;
    ok(read(text));
    let taken = 0;
    let refused = 0;
    for (let at = 0; at < head; at++) {
      const [before, behind] = [text.slice(0, at), text.slice(at + 1)];
      for (const change of ["", text[at]! + text[at]!, ...CHANGES]) {
        if (read(before + change + behind)) taken++;
        else refused++;
      }
    }
    ok(taken > 1000 && refused > 1000, `${taken} taken, ${refused} refused`);
  });
}

Deno.test("values around the length of a step are read as the grammar has them", () => {
  const lines: ((run: string) => string)[] = [
    (run) => `Via: SIP/2.0/UDP ${run};branch=z9hG4bK1`,
    (run) => `Via: SIP/2.0/UDP a.example;branch=${run};rport`,
    (run) => `Via: SIP/2.0/UDP a.example;received=${run}`,
    (run) => `From: <sip:a@b.example>;tag=${run}`,
    (run) => `From: "${run}" <sip:a@b.example>;tag=1`,
    (run) => `From: <sip:${run}@b.example>;tag=1`,
    (run) => `From: <sip:a@${run}>;tag=1`,
    (run) => `Contact: <sip:a@${run}:5060>`,
    (run) => `Call-ID: ${run}@${run}`,
    (run) => `X-${run}: y`,
    (run) => `Subject: ${run}`,
  ];
  for (let length = 1; length <= 70; length++) {
    const run = "a".repeat(length);
    for (const line of lines) {
      ok(read(withLine(line(run))), line(run));
      for (const end of ["\t", '"', "%", "\x80", "é"]) read(withLine(line(run.slice(1) + end)));
    }
    ok(read(message([REQUEST[0]!.replace("alice", run), ...REQUEST.slice(1)])));
  }
});

Deno.test("a head may end, and be cut, at every place of a block", () => {
  for (let length = 1; length <= 70; length++) {
    const text = message([...REQUEST, `Subject: ${"s".repeat(length)}`]);
    ok(read(text));
    const cut = text.length - 3;
    for (let less = 1; less <= 20; less++) ok(!read(text.slice(0, cut - less)));
  }
});

Deno.test("hosts of a Request-URI are read as the grammar has them", () => {
  const labels = [
    "1",
    "19",
    "192",
    "255",
    "256",
    "299",
    "300",
    "1921",
    "012",
    "",
    "a",
    "a1",
    "1a",
    "a-b",
    "-a",
    "a-",
  ];
  let taken = 0;
  for (const first of labels) {
    for (const second of labels) {
      const around = [
        "HOST",
        "HOST.",
        "198.51.HOST",
        "HOST.100.255",
        "a.HOST.example",
        "HOST.x".padStart(30, "a."),
      ];
      for (const host of around.map((text) => text.replace("HOST", `${first}.${second}`))) {
        for (const uri of [`sip:${host}`, `sip:u@${host}:5060`]) {
          if (read(message([`INVITE ${uri} SIP/2.0`, ...REQUEST.slice(1)]))) taken++;
        }
      }
    }
  }
  ok(taken > 300, `${taken} taken`);
});

Deno.test("numbers of any length are read as the grammar has them", () => {
  for (
    const digits of ["0", "1", "9", "0000000", "9999999", "65535", "65536", "065535", "0065535", "00065535"]
  ) {
    for (const number of [digits, `${digits}0`, `${digits}00`, `1${digits}`, `${digits}x`, `x${digits}`]) {
      for (
        const line of [
          `Max-Forwards: ${number}`,
          `CSeq: ${number} INVITE`,
          `Content-Length: ${number}`,
          `Expires: ${number}`,
          `Via: SIP/2.0/UDP a.example:${number}`,
          `Via: SIP/2.0/UDP a.example;rport=${number}`,
        ]
      ) read(withLine(line));
      read(message([`INVITE sip:a.example:${number} SIP/2.0`, ...REQUEST.slice(1)]));
    }
  }
  equal(read(withLine("Via: SIP/2.0/UDP a.example:65535;rport=65535")), true);
  equal(read(withLine("Via: SIP/2.0/UDP a.example:65536")), false);
});
