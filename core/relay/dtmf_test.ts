import { deepEqual, equal } from "node:assert/strict";
import { readTone, relayType, toneOf, writeTone } from "./dtmf.ts";

Deno.test("toneOf takes the sixteen keys, as characters or as numbers of events", () => {
  for (const key of "0123456789*#ABCD") equal(toneOf(key, 100)?.signal, key);
  for (
    const [written, key] of [["a", "A"], ["10", "*"], ["11", "#"], ["12", "A"], ["15", "D"], [
      "5",
      "5",
    ]] as const
  ) {
    equal(toneOf(written, 100)?.signal, key);
  }
  for (const wrong of ["", "E", "16", "55", "-1", "1.5", "5\r\nVia: x", " ", "٣", "1e1"]) {
    equal(toneOf(wrong, 100), undefined);
  }
});

Deno.test("toneOf: no duration is the usual one, one of more than 10 s is none", () => {
  equal(toneOf("1", -1)?.duration, 160);
  equal(toneOf("1", 0)?.duration, 160);
  equal(toneOf("1", 10_000)?.duration, 10_000);
  equal(toneOf("1", 10_001), undefined);
});

Deno.test("readTone reads both bodies, however they are spaced", () => {
  deepEqual(readTone(relayType, "Signal=5\r\nDuration=160\r\n"), { signal: "5", duration: 160 });
  deepEqual(readTone("Application/DTMF-Relay;x=y", "signal = #\nduration = 250"), {
    signal: "#",
    duration: 250,
  });
  deepEqual(readTone(relayType, "Signal= 11"), { signal: "#", duration: 160 });
  deepEqual(readTone("application/dtmf", "5\r\n"), { signal: "5", duration: 160 });
  for (
    const [type, body] of [
      [relayType, "Duration=160"],
      [relayType, "Signal=\r\n"],
      [relayType, "Signal=16\r\n"],
      ["application/dtmf", "hello"],
      ["text/plain", "5"],
    ] as const
  ) {
    equal(readTone(type, body), undefined, body);
  }
});

Deno.test("writeTone writes what readTone reads", () => {
  const tone = { signal: "*", duration: 90 };
  deepEqual(readTone(relayType, writeTone(tone)), tone);
});
