// What a TLS library of another make says of the relay: versions, ciphers, certificates.

import assert from "node:assert/strict";
import { CertificateFiles } from "../certificate_files.ts";
import { locate, needing } from "../programs.ts";
import { LOOPBACK } from "./ports.ts";
import { type Address, startRelay } from "./relay.ts";

const LISTENERS = ["--https", `${LOOPBACK}:0`, "--sip", `udp:${LOOPBACK}:0`, "--sip", `tls:${LOOPBACK}:0`];

async function connect(
  { host, port }: Address,
  args: readonly string[],
): Promise<{ good: boolean; said: string }> {
  const { success, stdout, stderr } = await new Deno.Command(locate("openssl")!, {
    args: ["s_client", "-connect", `${host}:${port}`, "-verify_return_error", "-brief", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { good: success, said: text(stdout) + text(stderr) };
}

Deno.test({
  ...needing("OpenSSL verifies the relay, and gets TLS 1.3 and 1.2 but nothing older", "openssl"),
  fn: async () => {
    await using files = await CertificateFiles.make({ names: ["relay.example"] });
    await using relay = await startRelay([...LISTENERS, ...files.args]);
    for (const address of [relay.tls[0]!, relay.https!]) {
      const named = [
        "-CAfile",
        files.ca,
        "-servername",
        "relay.example",
        "-verify_hostname",
        "relay.example",
      ];
      const newest = await connect(address, named);
      assert.match(newest.said, /Protocol version: TLSv1\.3/);
      assert.match(newest.said, /Verification: OK/);
      assert.ok(newest.good);
      assert.match((await connect(address, [...named, "-tls1_2"])).said, /Protocol version: TLSv1\.2/);
      for (const old of ["-tls1_1", "-tls1"]) assert.ok(!(await connect(address, [...named, old])).good, old);
      const weak = ["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"];
      assert.ok(!(await connect(address, [...named, ...weak])).good);
      // A client that names nobody gets the certificate as well.
      assert.ok((await connect(address, ["-CAfile", files.ca, "-noservername"])).good);
    }
    const trusting = ["-CAfile", files.ca];
    assert.ok((await connect(relay.https!, [...trusting, "-alpn", "h2,http/1.1"])).good);
    // HTTP/2 is not spoken here, and so not agreed on.
    assert.ok(!(await connect(relay.https!, [...trusting, "-alpn", "h2"])).good);
  },
});
