// A SIM's key proves an identity: AKAv1-MD5 with the vectors of a home network that is made by hand (RFC 3310, 3GPP TS 33.102 section 6.3).

import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import type { ImsIdentity } from "../../core/ims/identity.ts";
import { hex, toHex } from "../lent_crypto.ts";
import { credentialsOf } from "./digest_proof.ts";
import { alice, assertLeft, imsStage, logIn } from "./ims_stage.ts";
import { header } from "./sip_text.ts";

// 3GPP TS 35.208, test set 1
const k = hex("465b5ce8b199b49faa5f0a2ee238a6bc");
const opc = hex("cd63cb71954a9f4e48a5994e37a02baf");
const sim: ImsIdentity = { ...alice, secret: { type: "aka", key: { k, opc } } };

const aes = (block: Uint8Array) =>
  new Uint8Array(createCipheriv("aes-128-ecb", k, null).setAutoPadding(false).update(block));
const mix = (left: Uint8Array, right: Uint8Array) => left.map((byte, at) => byte ^ right[at]!);

/** A challenge and its RES after TS 35.206, written out apart from the relay's own. */
function vector(sqn: string): { nonce: string; res: Uint8Array } {
  const rand = hex("23553cbe9637a89d218ae64dae47bf35");
  const temp = aes(mix(rand, opc));
  const two = mix(temp, opc);
  two[15]! ^= 1;
  const out2 = mix(aes(two), opc);
  const half = hex(`${sqn}8000`);
  const in1 = mix(Uint8Array.of(...half, ...half), opc);
  const turned = Uint8Array.of(...in1.slice(8), ...in1.slice(0, 8));
  const mac = mix(aes(mix(temp, turned)), opc).slice(0, 8);
  const autn = [...mix(hex(sqn), out2.slice(0, 6)), 0x80, 0x00, ...mac];
  return { nonce: btoa(String.fromCharCode(...rand, ...autn)), res: out2.slice(8) };
}

/** A registrar that asks with these sequence numbers in turn. */
function asking(...numbers: string[]) {
  const set = imsStage({
    identities: [sim],
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        const { auts } = credentialsOf(header(request, "authorization"));
        if (auts === undefined && home.proves(request, "authorization")) return false;
        const { nonce, res } = vector(numbers.shift() ?? assert.fail("No number is left"));
        home.password = res;
        home.challenge(request, [
          { nonce: "for passwords", algorithm: "MD5" },
          { nonce, algorithm: "AKAv1-MD5" },
        ]);
        return true;
      }),
  });
  return { ...set, browser: logIn(set) };
}

Deno.test("the vector made by hand is the published one", () => {
  assert.equal(toHex(vector("ff9bb4d0b607").res), "a54211d5e3ba50bf");
});

Deno.test("a SIM answers AKA's challenge alone, and refreshes with the nonce that it knows", () => {
  const set = asking("000000000020");
  const { home, network } = set;
  network.run(1_000);
  assert.equal(home.bindings.size, 1);
  assert.equal(credentialsOf(home.proofs[0]!).algorithm, "AKAv1-MD5");
  network.run(301_000);
  assert.equal(credentialsOf(home.proofs[1]!).nc, "00000002");
  assertLeft(set);
});

Deno.test("a number that was used: the SIM says where it is, and takes the next one", () => {
  const set = asking("000000000040", "000000000020", "000000000060");
  const { home, network } = set;
  network.run(1_000);
  assert.equal(home.bindings.size, 1);
  // the core network has forgotten the nonce
  home.password = "nothing that the nonce is good for";
  network.run(301_000);
  const [, , , resynchronising, again] = home.requests("REGISTER");
  const { auts, response } = credentialsOf(header(resynchronising!, "authorization"));
  assert.equal(atob(auts!).length, 14);
  assert.notEqual(response, "");
  assert.equal(credentialsOf(header(again!, "authorization")).auts, undefined);
  assert.equal(home.proofs.length, 2);
  assertLeft(set);
});

Deno.test("numbers that stay out of step are no endless talk", () => {
  const set = asking("000000000040", "000000000020", "000000000020", "000000000020");
  set.network.run(1_000);
  set.home.password = "nothing that the nonce is good for";
  set.network.run(301_000);
  assert.equal(set.browser.closeCode, 1008);
  assert.equal(set.home.count("REGISTER"), 4);
  assertLeft(set);
});

Deno.test("a challenge that does not know the key is answered with nothing", () => {
  const set = imsStage({
    identities: [sim],
    prepare: (home) =>
      home.habits.set("REGISTER", (request) => {
        const { nonce } = vector("000000000020");
        const broken = btoa(`${atob(nonce).slice(0, 31)}\x00`);
        home.challenge(request, [{ nonce: broken, algorithm: "AKAv1-MD5" }]);
        return true;
      }),
  });
  const browser = logIn(set);
  set.network.run(60_000);
  assert.equal(set.home.count("REGISTER"), 1);
  assert.equal(browser.closeCode, 1008);
  assertLeft(set);
});

Deno.test("a key is never used as a password, nor a password as a key", () => {
  for (const [identity, algorithm] of [[sim, "MD5"], [alice, "AKAv1-MD5"]] as const) {
    const set = imsStage({
      identities: [identity],
      prepare: (home) =>
        home.habits.set("REGISTER", (request) => {
          home.challenge(request, [{ nonce: vector("000000000020").nonce, algorithm }]);
          return true;
        }),
    });
    logIn(set);
    set.network.run(60_000);
    assert.equal(set.home.count("REGISTER"), 1);
    assertLeft(set);
  }
});
