import assert from "node:assert/strict";
import { headers } from "../header.ts";
import * as codes from "../assembly/codes.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, readLines, valueOf } from "./sample.ts";

Deno.test("readAddress reads names, URIs and parameters", () => {
  const cases = [
    ['"Zoë \\"Z\\" <x>" <sip:zoe@hill.example;lr?a=b>;q=0.5', 'Zoë "Z" <x>', "sip:zoe@hill.example;lr?a=b", [[
      "q",
      "0.5",
    ]]],
    ['Zoe Z <tel:+15550100;phone-context=x> ; a ; B="c,d"', "Zoe Z", "tel:+15550100;phone-context=x", [[
      "a",
      "",
    ], ["b", "c,d"]]],
    ["sip:zoe@hill.example;tag=1", "", "sip:zoe@hill.example", [["tag", "1"]]],
    ["<urn:service:sos>", "", "urn:service:sos", []],
  ] as const;
  for (const [text, display, uri, params] of cases) {
    const found = headers.address(codes.HEADER_REFER_TO, valueOf(`Refer-To: ${text}`));
    assert.ok(!isMalformed(found), text);
    assert.deepEqual([found.display, found.uri, [...found.params]], [display, uri, params]);
  }
});

Deno.test("readAddress refuses what is none", () => {
  assertMalformed("Refer-To", (value) => headers.address(codes.HEADER_REFER_TO, value), [
    "",
    "<sip:a@b",
    "sip:a@b>",
    '"a <sip:a@b>',
    "a, b <sip:a@b>",
    "<a b>",
    "<sip:a@b> c",
    "<sip:a@b>;",
    "<sip:a@b>;x=1;X=2",
    "<>",
  ]);
});

Deno.test("headerValues parts the values of lists, and of lists only", () => {
  // Behind the first 32 KiB, where a span is more than 2³¹.
  readLines(
    `X-Long: ${"a".repeat(40_000)}`,
    'P-Asserted-Identity: "A, B" <sip:a,b@hill.example>,, <tel:+15550100> ,',
    "P-Asserted-Identity: <sip:c@hill.example>",
    "WWW-Authenticate: Digest a=b, c=d",
    "X-Unknown: a, b",
  );
  const texts = (header: number) => {
    const values = headers.values(header);
    assert.ok(!isMalformed(values));
    if (header !== codes.HEADER_OTHER) assert.ok(values.every((value) => value > 2 ** 31));
    return values.map((value) => headers.address(header, value)).map((address) =>
      isMalformed(address) ? "" : address.uri
    );
  };
  assert.deepEqual(texts(codes.HEADER_P_ASSERTED_IDENTITY), [
    "sip:a,b@hill.example",
    "tel:+15550100",
    "sip:c@hill.example",
  ]);
  assert.equal(texts(codes.HEADER_WWW_AUTHENTICATE).length, 1);
  assert.equal(texts(codes.HEADER_OTHER).length, 2);
  assert.deepEqual(texts(codes.HEADER_PATH), []);
  for (const line of ['Supported: a, "b', "Supported: a, <b"]) {
    readLines(line);
    assert.ok(isMalformed(headers.values(codes.HEADER_SUPPORTED)), line);
  }
});
