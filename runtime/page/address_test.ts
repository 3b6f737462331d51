import { deepEqual, equal, ok } from "node:assert/strict";
import { readDialled, shortName } from "./address.js";

Deno.test("readDialled takes names, URIs and numbers as people write them", () => {
  const cases = {
    " bob ": "bob",
    "sip:bob@example.org": "sip:bob@example.org",
    "SIPS:bob@example.org;transport=tcp": "SIPS:bob@example.org;transport=tcp",
    "bob@example.org": "sip:bob@example.org",
    "tel:+4930123": "tel:+4930123",
    "+49 (30) 12-34.5": "tel:+493012345",
    "1234": "1234",
  };
  for (const [typed, to] of Object.entries(cases)) deepEqual(readDialled(typed), { to });
});

Deno.test("readDialled says what is wrong", () => {
  for (const typed of ["", "  ", "bob smith", "sip:bob smith@x"]) ok("problem" in readDialled(typed), typed);
});

Deno.test("shortName is what a person knows somebody by", () => {
  equal(shortName("sip:alice@ropeway.local;user=phone"), "alice");
  equal(shortName("tel:+4930123;phone-context=x"), "+4930123");
  equal(shortName("bob"), "bob");
  equal(shortName("sip:j%C3%B6rg@x"), "jörg");
  equal(shortName("sip:%zz@x"), "%zz");
  equal(shortName(""), "Somebody");
});
