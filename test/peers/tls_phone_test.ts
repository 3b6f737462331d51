// A phone that registers over TLS, and nothing but its connection leads to it.

import assert from "node:assert/strict";
import { CertificateFiles } from "../certificate_files.ts";
import { DigestPhone } from "../digest_phone.ts";
import { header, headerLines } from "../scenarios/sip_text.ts";
import { openBrowser } from "./live_browser.ts";
import { LOOPBACK } from "./ports.ts";
import { rawPhoneOn, rawRequest, rawResponse } from "./raw_phone.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

Deno.test("a phone registers over TLS, is called on its connection, and hung up on while certificates change", async () => {
  await using files = await CertificateFiles.make({ names: ["ropeway.local"] });
  await using relay = await startRelay(
    ["--sip", `udp:${LOOPBACK}:0`, "--sip", `tls:${LOOPBACK}:0`, "--user", "desk:secret", ...files.args],
  );
  const { host, port } = relay.tls[0]!;
  const connection = await Deno.startTls(await Deno.connect({ hostname: host, port }), {
    hostname: "ropeway.local",
    caCerts: [files.authority.certificate],
  });
  using phone = rawPhoneOn(connection);
  const contact = `<sip:desk@${LOOPBACK}:${phone.address.port};transport=tls>`;
  const digest = new DigestPhone({ user: "desk", password: "secret", realm: "ropeway.local" });
  const registered = async (cseq: number, authorization?: string) => {
    const own = "<sip:desk@ropeway.local>";
    const headers = {
      Via: `SIP/2.0/TLS ${LOOPBACK}:${phone.address.port};branch=z9hG4bKdesk${cseq}`,
      From: `${own};tag=r1`,
      To: own,
      "Call-ID": "register",
      CSeq: `${cseq} REGISTER`,
      Contact: contact,
      Authorization: authorization,
    };
    await phone.send(rawRequest(phone, { method: "REGISTER", uri: "sip:ropeway.local", headers }));
    return (await phone.next())!;
  };
  const challenge = headerLines(await registered(1), "www-authenticate")[1]!;
  const { start } = await registered(2, digest.answer(challenge).replace(/^\S+ /, ""));
  assert.equal(start, "200");

  await using alice = await openBrowser(relay, "alice", { dialect: "roap.ims" });
  alice.call("desk", describe("alice"));
  const invite = (await phone.next())!;
  assert.equal(invite.start, "INVITE");
  assert.match(header(invite, "via"), new RegExp(`^SIP/2\\.0/TLS ${host}:${port};`));
  assert.equal(header(invite, "contact"), `<sip:alice@${host}:${port};transport=tls>`);
  await phone.send(rawResponse(invite, "200 OK", describe("desk"), contact));
  assert.equal((await phone.next())!.start, "ACK");
  const answer = await alice.gets("ANSWER");

  files.write({ names: ["elsewhere.example"] });
  Deno.kill(relay.pid, "SIGHUP");
  await relay.says(/read anew/);
  alice.hangUp(answer, 2);
  const bye = (await phone.next())!;
  assert.equal(bye.start, "BYE");
  await phone.send(rawResponse(bye, "200 OK"));
  await alice.gets("OK");
});
