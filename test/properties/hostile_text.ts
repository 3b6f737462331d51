// Texts that would like to be more than the value of one member or header field.

import fc from "fast-check";

export const attacks: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\0",
  "\t",
  " ",
  "\x7f",
  "\x85",
  "\u2028",
  "%0d%0a",
  "\r\nVia: SIP/2.0/UDP evil.example",
  "\r\nX-Evil: 1",
  "\r\nContent-Length: 0\r\n\r\n",
  "\r\n\r\nBYE sip:x SIP/2.0\r\n",
  "\r\n folded",
  " SIP/2.0",
  ";tag=evil",
  ">;tag=evil",
  '";tag=evil;"',
  ">,<sip:evil@example.org",
  "<",
  ">",
  '"',
  '\\"',
  "\\",
  "?Route=%3Csip:evil.example%3E",
  ";lr",
  ";maddr=evil.example",
  ",",
  ";",
  "@",
  "sip:",
  "é",
  "\u{1f600}",
];

export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...attacks) },
      fc.constantFrom("sip:bob@example.org", "bob", "tel:+1234", "sips:[2001:db8::1]:5061;transport=tcp"),
      fc.string({ maxLength: 8 }),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(""));

/** A text with pieces of others put in, and stretches taken out. */
export function damaged(samples: readonly string[]): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(4000), fc.nat(12), fc.oneof(hostile, fc.constant("")));
  return fc.tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 4 })).map(
    ([sample, changes]) => {
      let text = sample;
      for (const [where, length, put] of changes) {
        const at = where % (text.length + 1);
        text = text.slice(0, at) + put + text.slice(at + length);
      }
      return text;
    },
  );
}
