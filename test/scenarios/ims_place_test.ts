// Where the IMS finds a registered identity: the Contact and Path of its REGISTER name the transport that it goes by, and stay while it is bound
// (RFC 3261 sections 8.1.1.8 and 10.2, RFC 3327 section 5.1).

import assert from "node:assert/strict";
import type { Hop } from "../../core/hop.ts";
import {
  assertLeft,
  contactOf,
  homeAddress,
  type ImsStage,
  imsStage,
  logIn,
  registered,
  uriOf,
} from "./ims_stage.ts";
import { header } from "./sip_text.ts";
import { offerSdp, relayAddress } from "./stage.ts";

const ways = [
  { transport: "udp", mark: ":5060" },
  { transport: "tcp", mark: ":5060;transport=tcp" },
  { transport: "tls", mark: ":5061;transport=tls" },
] as const;
const overUdp: Hop = { ...homeAddress, flow: 0 };
const overTcp: Hop = { ...overUdp, transport: "tcp" };

/** Home calls alice as its registrar would: at the URI that she is bound to, by the way that it names. */
function callsAlice({ home, network }: ImsStage): void {
  const before = home.count("180");
  home.send("INVITE", contactOf({ home } as ImsStage), [
    ["From", "<sip:bob@home.test>;tag=b"],
    ["To", "<sip:alice@home.test>"],
    ["Call-ID", `from-bob-${network.now}`],
    ["CSeq", "1 INVITE"],
    ["Contact", `<sip:bob@${home.at.host}:${home.at.port};transport=${home.at.transport}>`],
    ["P-Called-Party-ID", "<sip:alice@home.test>"],
  ], offerSdp);
  network.run(1_000);
  assert.equal(home.count("180"), before + 1, home.story());
}

for (const { transport, mark } of ways) {
  for (const isEdge of [false, true]) {
    Deno.test(`an IMS over ${transport} finds ${isEdge ? "an edge proxy" : "a client"} over ${transport}`, () => {
      const at = { ...homeAddress, transport };
      const set = registered({ at, isEdge, hasTls: transport === "tls" });
      const { home } = set;
      const [first, second] = home.requests("REGISTER");
      const contact = contactOf(set);
      assert.ok(contact.endsWith(`@${relayAddress.host}${mark}`), contact);
      assert.equal(uriOf(first!, "contact"), contact);
      assert.equal(uriOf(second!, "contact"), contact);
      assert.equal(header(second!, "path"), isEdge ? `<${contact};lr>` : "");
      assert.ok(header(first!, "via").startsWith(`SIP/2.0/${transport.toUpperCase()} `));
      const subscriber = uriOf(home.last("SUBSCRIBE"), "contact");
      assert.ok(subscriber.endsWith(`@${relayAddress.host}${mark}`), subscriber);
      callsAlice(set);
      assert.equal(uriOf(home.last("180"), "contact"), contact);
      assertLeft(set);
    });
  }
}

Deno.test("the entrance over TCP is closed, and the one over UDP is taken: bound over UDP", () => {
  const set = registered({ names: [overTcp, overUdp], isEdge: true });
  const contact = contactOf(set);
  assert.ok(contact.endsWith(`@${relayAddress.host}:5060`), contact);
  assert.equal(header(set.home.last("REGISTER"), "path"), `<${contact};lr>`);
  assertLeft(set);
});

Deno.test("while it is bound the Contact stays, whichever way a refresh or the end goes", () => {
  const set = registered({ names: [overTcp, overUdp], isEdge: true });
  const { browser, home, network } = set;
  const contact = contactOf(set);
  // the entrance over TCP is open again, and nobody takes it for dead any more
  network.attach(overTcp, home);
  network.run(301_000);
  const refresh = home.last("REGISTER");
  assert.ok(header(refresh, "via").startsWith("SIP/2.0/TCP "), header(refresh, "via"));
  assert.equal(uriOf(refresh, "contact"), contact);
  assert.equal(header(refresh, "path"), `<${contact};lr>`);
  browser.leave();
  network.run(10_000);
  assert.equal(home.bindings.size, 0);
  assertLeft(set);
});

Deno.test("bound anew after the network has lost it: by the way that there is then", () => {
  const set = registered({ names: [overTcp, overUdp] });
  const { home, network } = set;
  const before = contactOf(set);
  network.attach(overTcp, home);
  network.run(120_000);
  home.bindings.clear();
  const contact = `<contact id="c" state="terminated" event="deactivated"><uri>${before}</uri></contact>`;
  home.notify(home.last("SUBSCRIBE"), { contact });
  network.run(1_000);
  assert.equal(contactOf(set), `${before};transport=tcp`);
  assertLeft(set);
});

Deno.test("a page is loaded again before the binding is taken back: the Contact is the same", () => {
  const set = imsStage({ at: { ...homeAddress, transport: "tcp" } });
  const { home, network } = set;
  logIn(set).leave();
  network.run(20_000);
  const [first] = home.requests("REGISTER");
  logIn(set);
  network.run(1_000);
  assert.equal(uriOf(home.last("REGISTER"), "contact"), uriOf(first!, "contact"));
  assertLeft(set);
});
