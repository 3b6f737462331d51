import { deepEqual, equal } from "node:assert/strict";
import { error, relay, request } from "./asked.ts";
import { Keys } from "./keys.js";
import type { RoapMessage } from "./roap_message.js";

function signals(asked: Partial<RoapMessage>[]) {
  return asked.map(({ info }) => info?.signal).join("");
}

Deno.test("Keys go out one after the other; after a refusal the rest is not sent", () => {
  const set = relay();
  const keys = new Keys(set);
  for (const key of ["1", "2", "x", "3", "4"]) keys.press(key);
  equal(signals(set.asked), "1");
  set.answer({ type: "taken" });
  equal(signals(set.asked), "12");
  set.answer(error(501, "Not Implemented"));
  equal(signals(set.asked), "12");
  equal(keys.refusal, " (501 Not Implemented)");
  keys.press("#");
  set.answer({ type: "taken" });
  deepEqual([keys.refusal, keys.pressed, signals(set.asked)], ["", "1234#", "12#"]);
});

Deno.test("Keys take no more than 32 that wait, and show no more than 32", () => {
  const set = relay();
  const keys = new Keys(set);
  for (let count = 0; count < 100; count++) keys.press("5");
  let sent = 0;
  for (; set.asked.length > sent; sent++) set.answer({ type: "taken" });
  deepEqual([sent, keys.pressed.length], [33, 32]);
});

Deno.test("Keys of the other side are shown and taken, anything else in an INFO is refused", () => {
  const keys = new Keys(relay());
  const key = request({ info: { type: "DTMF", signal: "A" } });
  keys.arrived(key.request);
  deepEqual([keys.heard, key.answers], ["A", ["OK"]]);
  for (const message of [{ info: { type: "DTMF", signal: "<b>" } }, { content: "x", contentType: "a/b" }]) {
    const other = request(message);
    keys.arrived(other.request);
    deepEqual(other.answers, ["ERROR 415"]);
  }
  equal(keys.heard, "A");
});
