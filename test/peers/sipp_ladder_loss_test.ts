// Each message of the PRACK and UPDATE ladders, and of the REFER and NOTIFY ladder, in turn is lost once on its way over UDP: it comes again, the same, and the call goes through.

import { needing } from "../programs.ts";
import { calledThroughHop, callingThroughHop } from "./calling.ts";
import { calledReferred, calledUpdate, callingRefers, callingUpdate } from "./ladders.ts";
import { isRepeated, type Loss } from "./losses.ts";
import { describe } from "./sdp.ts";

/** Longer than whatever was lost takes to be sent again and answered. */
const LINGER = { wait: "1500" };

const outward: readonly Loss[] = [
  ["toPhone", "INVITE"],
  ["toRelay", "183 INVITE"],
  ["toPhone", "PRACK"],
  ["toRelay", "200 PRACK"],
  ["toPhone", "UPDATE"],
  ["toRelay", "200 UPDATE"],
  ["toRelay", "UPDATE"],
  ["toPhone", "200 UPDATE"],
  ["toRelay", "200 INVITE"],
  ["toPhone", "ACK"],
  ["toPhone", "BYE"],
  ["toRelay", "200 BYE"],
];

for (const loss of outward) {
  Deno.test({
    ...needing(`called_update with ${loss.join(" ")} lost`, "sipp", "dnsmasq"),
    fn: () =>
      calledThroughHop({ scenario: "called_update", values: LINGER }, async ({ alice, phone, hop }) => {
        hop.lose(...loss);
        await calledUpdate({ alice, phone });
        isRepeated(hop, loss);
      }),
  });
}

const inward: readonly Loss[] = [
  ["toRelay", "INVITE"],
  ["toPhone", "180 INVITE"],
  ["toRelay", "PRACK"],
  ["toPhone", "200 PRACK"],
  ["toPhone", "183 INVITE"],
  ["toRelay", "UPDATE"],
  ["toPhone", "200 UPDATE"],
  ["toPhone", "UPDATE"],
  ["toRelay", "200 UPDATE"],
  ["toPhone", "200 INVITE"],
  ["toRelay", "ACK"],
  ["toRelay", "BYE"],
  ["toPhone", "200 BYE"],
];

for (const loss of inward) {
  Deno.test({
    ...needing(`calling_update with ${loss.join(" ")} lost`, "sipp"),
    fn: () =>
      callingThroughHop(
        { scenario: "calling_update", values: LINGER, prepare: (hop) => hop.lose(...loss) },
        async ({ bob, phone, hop }) => {
          await callingUpdate({ bob, phone });
          isRepeated(hop, loss);
        },
      ),
  });
}

const referrals: readonly Loss[] = [
  ["toPhone", "INFO"],
  ["toRelay", "200 INFO"],
  ["toPhone", "REFER"],
  ["toRelay", "202 REFER"],
  ["toRelay", "NOTIFY"],
  ["toPhone", "200 NOTIFY"],
];

for (const loss of referrals) {
  Deno.test({
    ...needing(`called_referred with ${loss.join(" ")} lost`, "sipp", "dnsmasq"),
    fn: () =>
      calledThroughHop(
        { scenario: "called_referred", values: { ...LINGER, keyType: "application/dtmf", key: "9" } },
        async ({ alice, phone, hop }) => {
          hop.lose(...loss);
          await calledReferred({ alice, phone });
          isRepeated(hop, loss);
        },
      ),
  });
}

const ofPhones: readonly Loss[] = [["toRelay", "REFER"], ["toPhone", "NOTIFY"]];

for (const loss of ofPhones) {
  Deno.test({
    ...needing(`calling_refers with ${loss.join(" ")} lost`, "sipp"),
    fn: () =>
      callingThroughHop(
        {
          scenario: "calling_refers",
          answer: describe("bob"),
          values: { ...LINGER, other: "carol@ropeway.local" },
          prepare: (hop) => hop.lose(...loss),
        },
        async ({ relay, bob, phone, hop }) => {
          await callingRefers({ relay, bob, phone });
          isRepeated(hop, loss);
        },
      ),
  });
}
