// Nothing of one side of a call shows on the other: Call-ID, tags, Contact, Via, Record-Route, Route, User-Agent, and whatever header fields a peer adds.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Packet } from "../scenarios/network.ts";
import { Registration } from "../scenarios/registration.ts";
import { header, headerLines, parameter, parseSip, type SipText } from "../scenarios/sip_text.ts";
import { addPhone, answerSdp, offerSdp, pickUp, relayAddress, stage } from "../scenarios/stage.ts";

const names = ["call-id", "contact", "via", "record-route", "route", "user-agent", "x-secret", "subject"];

/** What of a message tells of the place that it comes from. The relay's own Contact is no secret: it is where it can be reached from either side. */
function secretsOf(message: SipText, isOurs: boolean): string[] {
  const values = names.filter((name) => !isOurs || name !== "contact").flatMap((name) =>
    headerLines(message, name)
  );
  const tags = ["from", "to"].map((name) => parameter(header(message, name), "tag"));
  const branches = headerLines(message, "via").map((via) => parameter(via, "branch"));
  return [...values, ...tags, ...branches].filter((secret) => secret.length > 3);
}

function sideOf(packets: readonly Packet[], host: string) {
  const ours = packets.filter(({ from, to }) => [from.host, to.host].includes(host));
  const texts = ours.filter(({ to }) => to.host === host).map(({ bytes }) => new TextDecoder().decode(bytes));
  const secrets = ours.flatMap(({ bytes, from }) => secretsOf(parseSip(bytes), from.host !== host));
  return { texts, secrets: new Set(secrets) };
}

const token = fc.stringMatching(/^[a-z0-9]{6,12}$/);
const lines = fc.array(fc.tuple(fc.constantFrom("X-Secret", "Subject", "User-Agent"), token), {
  maxLength: 3,
});

Deno.test("neither phone of a call through the relay sees anything of the other's side", () => {
  fc.assert(
    fc.property(fc.constantFrom("udp", "tcp" as const), lines, fc.boolean(), (transport, extra, isHeld) => {
      const set = stage({ relay: { accounts: new Map([["carol", "secret"]]) } });
      const { network } = set;
      const called = addPhone(set, "carol", { last: 3, domain: "ropeway.test", transport, invited: pickUp });
      new Registration({ network, phone: called, password: "secret", peer: { ...relayAddress, transport } })
        .register();
      network.run(500);
      const before = network.packets.length;
      const caller = addPhone(set, "eve", { last: 4 });
      caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: extra });
      network.run(1_000);
      assert.equal(caller.state, "up", caller.story());
      if (isHeld) {
        called.reinvite(`${answerSdp}a=sendonly\r\n`);
        network.run(1_000);
      }
      caller.bye();
      network.run(1_000);
      const packets = network.packets.slice(before);
      const left = sideOf(packets, "10.0.0.4");
      const right = sideOf(packets, "10.0.0.3");
      assert.ok(left.texts.length >= 3 && right.texts.length >= 3);
      for (const [secrets, texts] of [[left.secrets, right.texts], [right.secrets, left.texts]] as const) {
        for (const secret of secrets) {
          for (const text of texts) assert.ok(!text.includes(secret), `${secret} in\n${text}`);
        }
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("a browser sees nothing of a phone's side, nor the phone of the browser's", () => {
  fc.assert(
    fc.property(fc.boolean(), lines, (isBrowserCalling, extra) => {
      const set = stage({ invited: pickUp, alice: { answer: answerSdp } });
      const { alice, network, phone } = set;
      if (isBrowserCalling) alice.call("sip:bob@example.org", offerSdp);
      else phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: extra });
      network.run(1_000);
      assert.equal(alice.session.state, "up");
      phone.bye();
      network.run(1_000);
      const side = sideOf(network.packets, phone.at.host);
      const texts = alice.received.map((message) => JSON.stringify({ ...message, from: "" }));
      for (const secret of side.secrets) {
        for (const text of texts) assert.ok(!text.includes(secret), `${secret} in ${text}`);
      }
      const ids = [...alice.received, ...alice.sent].flatMap((message) => [
        message.offererSessionId ?? "",
        message.answererSessionId ?? "",
      ]);
      for (const id of ids.filter((id) => id !== "")) {
        for (const text of side.texts) assert.ok(!text.includes(id), `${id} in\n${text}`);
      }
    }),
    { numRuns: 30 },
  );
});
