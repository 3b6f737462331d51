// Calls over IPv6: brackets in Via, Contact and URIs.

import assert from "node:assert/strict";
import { header, parseSip, type SipText } from "../scenarios/sip_text.ts";
import { openBrowser } from "./live_browser.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

Deno.test({
  name: hasIpv6() ? "IPv6: a browser calls a phone and hangs up" : "IPv6 (skipped: there is no ::1)",
  ignore: !hasIpv6(),
  async fn() {
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 });
    using _closing = { [Symbol.dispose]: () => socket.close() };
    const own = `[::1]:${(socket.addr as Deno.NetAddr).port}`;
    await using relay = await startRelay(["--sip", "udp:[::1]:0", "--ims", `sip:${own}`]);
    await using alice = await openBrowser(relay, "alice");
    const next = async (): Promise<readonly [SipText, Deno.Addr]> => {
      const [bytes, from] = await socket.receive();
      return [parseSip(bytes), from];
    };

    alice.call("sip:bob@elsewhere.example", describe("alice"));
    const [invite, relayed] = await next();
    const there = `[::1]:${relay.udp[0]!.port}`;
    assert.ok(header(invite, "via").startsWith(`SIP/2.0/UDP ${there};`), header(invite, "via"));
    assert.ok(header(invite, "contact").includes(`@${there}>`), header(invite, "contact"));
    await socket.send(answer(invite, own, describe("phone")), relayed);
    const response = await alice.gets("ANSWER");
    assert.equal(response.sdp, describe("phone"));
    const [ack] = await next();
    assert.equal(ack.start, "ACK");
    assert.equal(ack.requestUri, `sip:bob@${own}`);
    alice.hangUp(response, 2);
    await alice.gets("OK");
    const [bye, from] = await next();
    assert.equal(bye.start, "BYE");
    await socket.send(answer(bye, own, ""), from);
  },
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

function answer(request: SipText, own: string, body: string): Uint8Array {
  const tag = header(request, "to").includes("tag=") ? "" : ";tag=six";
  const lines = [
    "SIP/2.0 200 OK",
    `Via: ${header(request, "via")}`,
    `From: ${header(request, "from")}`,
    `To: ${header(request, "to")}${tag}`,
    `Call-ID: ${header(request, "call-id")}`,
    `CSeq: ${header(request, "cseq")}`,
    `Contact: <sip:bob@${own}>`,
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${new TextEncoder().encode(body).length}`,
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
