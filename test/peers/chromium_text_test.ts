// Whatever strangers write is text on the page, never markup.

import { deepEqual, equal, ok } from "node:assert/strict";
import { needing } from "../programs.ts";
import { openChromium, type Phone } from "./chromium.ts";
import { startRelay } from "./relay.ts";

const MARKUP = "<img src=x onerror=alert(1)>";

Deno.test({
  ...needing("a hostile reason phrase in Chromium is shown as text", "chromium"),
  async fn() {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using relay = await startRelay(["--ims", `sip:127.0.0.1:${server.addr.port};transport=tcp`]);
    await using chromium = await openChromium();
    const alice = await chromium.openPhone(relay.http, "alice");
    await alice.dial("sip:mallory@evil.example");
    using connection = await server.accept();
    await refuseInvite(connection, `486 ${MARKUP}`);

    const outcome = await alice.outcome();
    ok(outcome.startsWith("mallory is busy in another call. (486"), outcome);
    await alice.sees("#messages .title", `486 ${MARKUP}`);
    await openAll(alice);
    await isHarmless(alice);
    deepEqual(chromium.faults, []);
  },
});

Deno.test({
  ...needing("a hostile From in Chromium is shown as text", "chromium"),
  async fn() {
    await using relay = await startRelay();
    await using chromium = await openChromium();
    const alice = await chromium.openPhone(relay.http, "alice");
    const sdp = await alice.page.evaluate(describe);
    const [udp] = relay.udp;
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const own = `127.0.0.1:${(socket.addr as Deno.NetAddr).port}`;
    const user = encodeURIComponent(MARKUP).replaceAll(/[()]/g, (mark) => mark === "(" ? "%28" : "%29");
    const invite = [
      "INVITE sip:alice@ropeway.local SIP/2.0",
      `Via: SIP/2.0/UDP ${own};branch=z9hG4bK-markup;rport`,
      "Max-Forwards: 70",
      `From: "${MARKUP}" <sip:${user}@evil.example>;tag=1`,
      "To: <sip:alice@ropeway.local>",
      "Call-ID: markup",
      "CSeq: 1 INVITE",
      `Contact: <sip:${own}>`,
      `Subject: ${MARKUP}`,
      "Content-Type: application/sdp",
      `Content-Length: ${sdp.length}`,
      "",
      sdp,
    ].join("\r\n");
    await socket.send(new TextEncoder().encode(invite), {
      transport: "udp",
      hostname: udp!.host,
      port: udp!.port,
    });

    await alice.inState("incoming");
    equal(await alice.read("#peer"), MARKUP);
    await alice.sees("#messages .title", "INVITE");
    await openAll(alice);
    ok((await alice.read("#messages")).includes(`"${MARKUP}"`));
    await isHarmless(alice);

    await alice.press("hangup");
    equal(await alice.outcome(), `You declined ${MARKUP}’s call.`);
    await isHarmless(alice);
    deepEqual(chromium.faults, []);
    socket.close();
  },
});

/** Runs in the page: a description that a browser can answer. The type checker of the tests knows no browser. */
async function describe(): Promise<string> {
  interface Connection {
    createDataChannel?: unknown;
    addTransceiver(kind: string): unknown;
    createOffer(): Promise<{ sdp: string }>;
    close(): void;
  }
  const page = globalThis as unknown as { RTCPeerConnection: new () => Connection };
  const connection = new page.RTCPeerConnection();
  connection.addTransceiver("audio");
  const { sdp } = await connection.createOffer();
  connection.close();
  return sdp;
}

async function openAll(phone: Phone): Promise<void> {
  await phone.page.$$eval("#messages details", (all) => all.forEach((one) => one.setAttribute("open", "")));
  await phone.page.waitForFunction(
    `[...document.querySelectorAll("#messages details")].every((one) => one.querySelector("pre"))`,
    { polling: 50 },
  );
}

async function isHarmless(phone: Phone): Promise<void> {
  equal(await phone.page.$$eval('img:not([src="icon.svg"]), [onerror]', (found) => found.length), 0);
}

/** Reads the INVITE's head and gives it a final response. */
async function refuseInvite(connection: Deno.Conn, status: string): Promise<void> {
  let text = "";
  const chunk = new Uint8Array(65536);
  while (!text.includes("\r\n\r\n")) {
    const length = await connection.read(chunk);
    if (length === null) throw new Error("The relay closed the connection before its INVITE was whole");
    text += new TextDecoder().decode(chunk.subarray(0, length));
  }
  const head = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
  const kept = head.filter((line) => /^(via|from|call-id|cseq):/i.test(line));
  const to = head.find((line) => /^to:/i.test(line));
  const lines = [`SIP/2.0 ${status}`, ...kept, `${to};tag=mallory`, "Content-Length: 0", "", ""];
  await connection.write(new TextEncoder().encode(lines.join("\r\n")));
}
