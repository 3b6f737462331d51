// TCP connections come and go while calls go on.

import assert from "node:assert/strict";
import { openBrowser } from "./live_browser.ts";
import { rawPhoneOn, rawResponse } from "./raw_phone.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

Deno.test("TCP: a connection that was closed in a call is made again for the BYE", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const own = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  await using relay = await startRelay(["--ims", `sip:${own};transport=tcp`]);
  await using alice = await openBrowser(relay, "alice");
  alice.call("sip:bob@elsewhere.example", describe("alice"));
  {
    using phone = rawPhoneOn(await listener.accept());
    const invite = (await phone.next())!;
    await phone.send(rawResponse(invite, "200 OK", describe("phone"), `<sip:bob@${own};transport=tcp>`));
    assert.equal((await phone.next())!.start, "ACK");
  }
  const answer = await alice.gets("ANSWER");
  alice.hangUp(answer, 2);
  await alice.gets("OK");
  using again = rawPhoneOn(await listener.accept());
  const bye = (await again.next())!;
  assert.equal(bye.start, "BYE");
  await again.send(rawResponse(bye, "200 OK"));
});

// RFC 3261 section 18.2.2: a closed connection is no failure, the response takes a new one.
Deno.test("TCP: a phone whose connection closed while it rang answers on a new one", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const own = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  await using relay = await startRelay(["--ims", `sip:${own};transport=tcp`]);
  await using alice = await openBrowser(relay, "alice");
  alice.call("sip:bob@elsewhere.example", describe("alice"));
  const first = rawPhoneOn(await listener.accept());
  const invite = (await first.next())!;
  await first.send(rawResponse(invite, "180 Ringing", "", `<sip:bob@${own};transport=tcp>`));
  await alice.gets("RINGING");
  first[Symbol.dispose]();
  const { host, port } = relay.tcp[0]!;
  using second = rawPhoneOn(await Deno.connect({ hostname: host, port }));
  await second.send(rawResponse(invite, "200 OK", describe("phone"), `<sip:bob@${own};transport=tcp>`));
  const answer = await alice.gets("ANSWER");
  assert.equal(answer.sdp, describe("phone"));
  alice.hangUp(answer, 2);
  using third = rawPhoneOn(await listener.accept());
  assert.equal((await third.next())!.start, "ACK");
  const bye = (await third.next())!;
  assert.equal(bye.start, "BYE");
  await third.send(rawResponse(bye, "200 OK"));
  await alice.gets("OK");
});
