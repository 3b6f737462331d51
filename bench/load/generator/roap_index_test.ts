import assert from "node:assert/strict";
import { ANSWER, ERROR, OFFER, OK, type Place, PROVISIONAL, RoapIndex, SHUTDOWN } from "./roap_index.ts";

function read(text: string): { index: RoapIndex; text: (place: Place) => string | undefined } | undefined {
  const bytes = new TextEncoder().encode(`xx${text}`);
  const index = new RoapIndex();
  if (!index.read(bytes, 2, bytes.length)) return undefined;
  const decoder = new TextDecoder();
  return {
    index,
    text: ({ start, end }) => end === 0 ? undefined : decoder.decode(bytes.subarray(start, end)),
  };
}

Deno.test("RoapIndex: members in any order, with space, and with others in between", () => {
  const found = read(
    ` { "seq" : 17 , "more":{"a":[1,{"b":"}"}]}, "sdp":"v=0\\r\\ns=\\"x\\"\\\\", "from":"sip:a@b",` +
      `"answererSessionId":"b2","messageType":"OFFER","offererSessionId":"c1","z":null}`,
  );
  assert.ok(found);
  const { index, text } = found;
  assert.equal(index.type, OFFER);
  assert.equal(text(index.seq), "17");
  assert.equal(text(index.sdp), String.raw`v=0\r\ns=\"x\"\\`);
  assert.equal(text(index.from), "sip:a@b");
  assert.equal(text(index.answerer), "b2");
  assert.equal(text(index.offerer), "c1");
  assert.equal(text(index.status), undefined);
});

Deno.test("RoapIndex: types, and a provisional ANSWER is none", () => {
  const type = (text: string) => read(text)?.index.type;
  assert.equal(type(`{"messageType":"ANSWER"}`), ANSWER);
  assert.equal(type(`{"messageType":"ANSWER","moreComing":true}`), PROVISIONAL);
  assert.equal(type(`{"messageType":"ANSWER","moreComing":false}`), ANSWER);
  assert.equal(type(`{"messageType":"RINGING"}`), PROVISIONAL);
  assert.equal(type(`{"messageType":"OK"}`), OK);
  assert.equal(type(`{"messageType":"SHUTDOWN"}`), SHUTDOWN);
  assert.equal(type(`{"messageType":"DANCE"}`), 0);
  assert.equal(type(`{}`), 0);
});

Deno.test("RoapIndex: an ERROR's status and type", () => {
  const found = read(`{"messageType":"ERROR","errorType":"FAILED","status":503}`);
  assert.ok(found);
  assert.equal(found.index.type, ERROR);
  assert.equal(found.text(found.index.status), "503");
  assert.equal(found.text(found.index.errorType), "FAILED");
});

Deno.test("RoapIndex: nothing is left of the message before", () => {
  const index = new RoapIndex();
  const [first, second] = [`{"messageType":"OFFER","sdp":"x"}`, `{"messageType":"OK"}`].map((text) =>
    new TextEncoder().encode(text)
  );
  assert.ok(index.read(first!, 0, first!.length));
  assert.ok(index.read(second!, 0, second!.length));
  assert.equal(index.sdp.end, 0);
});

Deno.test("RoapIndex: what is no object is refused at every cut, without an end in sight", () => {
  const text = `{"messageType":"OFFER","sdp":"v=0","n":[1,{"a":"b"}],"seq":1}`;
  for (let end = 0; end < text.length; end++) {
    assert.equal(read(text.slice(0, end)), undefined, text.slice(0, end));
  }
  for (const other of ["[]", "7", '"x"', "{x}", '{"a" 1}']) assert.equal(read(other), undefined, other);
});
