import assert from "node:assert/strict";
import { headers } from "../header.ts";
import * as codes from "../assembly/codes.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readValue reads what stands before the parameters, and them", () => {
  const cases = [
    ["P-Access-Network-Info: 3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=234151D0FCE11", "3GPP-E-UTRAN-FDD", [
      "utran-cell-id-3gpp",
    ]],
    ["User-to-User: 56a390f3d2b7310023;encoding=hex;purpose=isdn-uui", "56a390f3d2b7310023", [
      "encoding",
      "purpose",
    ]],
    ["P-Charging-Vector: icid-value=1234bc9876e;icid-generated-at=192.0.2.8", "icid-value=1234bc9876e", [
      "icid-generated-at",
    ]],
    ["Privacy: id;user", "id", ["user"]],
    ['P-Visited-Network-ID: "other; network" ;a', '"other; network"', ["a"]],
    ["Accept-Contact: *;audio;require", "*", ["audio", "require"]],
  ] as const;
  for (const [line, head, names] of cases) {
    const found = headers.value(codes.HEADER_PRIVACY, valueOf(line));
    assert.ok(!isMalformed(found), line);
    assert.equal(found.head, head);
    assert.deepEqual([...found.params.keys()], names);
  }
});

Deno.test("readValue refuses parameters alone, and broken ones", () => {
  assertMalformed("Privacy", (value) => headers.value(codes.HEADER_PRIVACY, value), [
    "",
    ";a",
    "a;",
    "a;;b",
    'a;b="c',
    "a;b=",
    "a;b=c d",
    "a;b;B",
    '"a',
  ]);
});
