import { deepEqual, equal, match } from "node:assert/strict";
import { error, relay, request } from "./asked.ts";
import { Texts } from "./texts.js";

Deno.test("Texts are sent to whatever may be called, and say what became of them", () => {
  const set = relay();
  const texts = new Texts(set);
  match(texts.send(" ", "hello"), /whom/);
  match(texts.send("bob", " "), /text first/);
  match(texts.send("bob or so", "hello"), /spaces/);
  deepEqual(set.asked, []);
  for (const to of ["bob", "+49 30 123", "carol@x"]) equal(texts.send(to, "hello"), "");
  deepEqual(set.asked.map(({ to }) => to), ["bob", "tel:+4930123", "sip:carol@x"]);
  set.answer({ type: "taken" });
  set.answer(error(480, "Nobody answered in time"));
  set.answer({ type: "lost" });
  deepEqual(texts.all.map(({ state }) => state), ["taken", "refused", "refused"]);
  equal(texts.all[1]!.problem, "+4930123 did not take it in time. (480 Nobody answered in time)");
  match(texts.all[2]!.problem, /connection was lost/);
});

Deno.test("Texts that come are kept, the oldest forgotten after 100, and other types refused", () => {
  const texts = new Texts(relay());
  const odd = request({ from: "sip:bob@x", content: "<isComposing/>", contentType: "application/im" });
  texts.arrived(odd.request);
  deepEqual([odd.answers, texts.all], [["ERROR 415"], []]);
  for (let count = 0; count < 101; count++) {
    const plain = request({
      from: "sip:bob@x",
      content: `${count}`,
      contentType: "text/plain;charset=utf-8",
    });
    texts.arrived(plain.request);
    deepEqual(plain.answers, ["OK"]);
  }
  deepEqual([texts.all.length, texts.all[0]!.content, texts.all[0]!.name], [100, "1", "bob"]);
});
