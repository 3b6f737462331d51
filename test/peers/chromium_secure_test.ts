// The page over https, its WebSocket over wss.

import assert from "node:assert/strict";
import { publicKeyHash } from "../certificates.ts";
import { CertificateFiles } from "../certificate_files.ts";
import { needing } from "../programs.ts";
import { openChromium } from "./chromium.ts";
import { LOOPBACK } from "./ports.ts";
import { startRelay } from "./relay.ts";

Deno.test({
  ...needing("a call in Chromium over https and wss outlives a change of certificates", "chromium"),
  fn: async () => {
    await using files = await CertificateFiles.make({ names: [LOOPBACK] });
    const first = { key: await Deno.readTextFile(files.key), certificate: "" };
    await using relay = await startRelay(["--https", `${LOOPBACK}:0`, ...files.args]);
    const url = `https://${LOOPBACK}:${relay.https!.port}`;
    await using chromium = await openChromium([await publicKeyHash(first)]);
    const [alice, bob] = [await chromium.openPhone(url, "alice"), await chromium.openPhone(url, "bob")];
    await alice.dial("bob");
    await bob.inState("incoming");
    await bob.press("answer");
    await Promise.all([alice.inState("talking"), bob.inState("talking")]);

    files.write({ names: ["elsewhere.example"] });
    Deno.kill(relay.pid, "SIGHUP");
    await relay.says(/read anew/);
    await Promise.all([alice.hears(), bob.hears()]);
    await alice.press("hangup");
    assert.match(await bob.outcome(), /^alice hung up after \d+:\d\d/);
    assert.deepEqual(chromium.faults, []);
  },
});
