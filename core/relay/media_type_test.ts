import { equal } from "node:assert/strict";
import { isMediaType, typeForBrowser } from "./media_type.ts";

Deno.test("isMediaType takes a type with parameters, and nothing that could end the line or the value", () => {
  for (
    const good of [
      "text/plain",
      "application/vnd.3gpp.sms",
      "text/plain;charset=utf-8",
      'multipart/mixed; boundary="a b"',
      "a/b ;c=d; e=f",
    ]
  ) {
    equal(isMediaType(good), true, good);
  }
  for (
    const wrong of [
      "",
      "text",
      "text/",
      "/plain",
      "text/plain;",
      "text/plain;a",
      "text/plain\r\nVia: x",
      "text/plain\n",
      "text/plain, text/html",
      'a/b;c="\\""',
      'a/b;c="é"',
      "a/é",
      `a/${"b".repeat(255)}`,
    ]
  ) {
    equal(isMediaType(wrong), false, wrong);
  }
});

Deno.test("typeForBrowser leaves the default out", () => {
  equal(typeForBrowser("Text/Plain"), "");
  equal(typeForBrowser("text/html"), "text/html");
});
