import { deepEqual, equal } from "node:assert/strict";
import { codec, load, openReceived, received, resetOutput } from "./codec.ts";
import { sip } from "./sip.ts";
import { changed } from "./sip_sample.ts";
import { uri } from "./uri.ts";

/** What every view gives of a message that has been read. */
function seen(fault: number): unknown {
  const written = codec.copyMessage();
  const copied = codec.outputText(written.start, written.length);
  resetOutput();
  return {
    fault,
    callId: sip.text(sip.callId),
    first: sip.byteAt(sip.callId, 0),
    body: sip.bytes(sip.body),
    to: uri.readSpan(sip.toUri) === 0 ? uri.host : "",
    key: sip.serverKey(),
    lines: sip.responseLines("192.0.2.9", 5060),
    copied,
  };
}

Deno.test("all views follow the window to a slot and back", () => {
  const message = new TextEncoder().encode(changed("Call-ID", "Call-ID: abc"));
  const expected = seen(sip.read(load(message)));
  received(7, message.length).set(message);
  load(new Uint8Array(message.length).fill(0x61));
  deepEqual(seen(sip.read(openReceived(7, message.length))), expected);
  equal(sip.read(load(message)), 0);
  received(7, message.length).fill(0x61);
  deepEqual(seen(0), expected);
});
