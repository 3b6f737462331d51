// TLS of the program as a whole: what it says of files that cannot be used, and SIGHUP.

import assert from "node:assert/strict";
import { CertificateFiles } from "../certificate_files.ts";
import { LOOPBACK } from "./ports.ts";
import { type Address, startRelay } from "./relay.ts";

const LISTENERS = ["--https", `${LOOPBACK}:0`, "--sip", `udp:${LOOPBACK}:0`, "--sip", `tls:${LOOPBACK}:0`];

async function refusal(args: readonly string[]): Promise<string> {
  const error = await startRelay(args).then(async (relay) => {
    await relay.stop();
    throw new Error("It started");
  }, (error: Error) => error.message);
  assert.match(error, /^The relay ended with 2 /);
  return error.trim().split("\n").at(-1)!;
}

/** Who answers at an address, by the names that a client would ask for; the connection stays open. */
async function peer(
  files: CertificateFiles,
  { host, port }: Address,
  hostname: string,
): Promise<Deno.TlsConn> {
  const stream = await Deno.connect({ hostname: host, port });
  const secure = await Deno.startTls(stream, { hostname, caCerts: [files.authority.certificate] });
  try {
    await secure.handshake();
  } catch (error) {
    secure.close();
    throw error;
  }
  return secure;
}

/** Whether SIP is answered on a connection. */
async function isServed(stream: Deno.TlsConn, serial: number): Promise<boolean> {
  const lines = [
    "OPTIONS sip:ropeway.local SIP/2.0",
    `Via: SIP/2.0/TLS ${LOOPBACK}:9;branch=z9hG4bKtls${serial};rport`,
    `From: <sip:phone@elsewhere.example>;tag=${serial}`,
    "To: <sip:ropeway.local>",
    `Call-ID: tls-${serial}`,
    "CSeq: 1 OPTIONS",
    "Max-Forwards: 70",
    "Content-Length: 0",
  ];
  await stream.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const buffer = new Uint8Array(2_000);
  const length = await stream.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0)).startsWith("SIP/2.0 200 ");
}

Deno.test("the program says in one line which file cannot be used, and ends with 2", async () => {
  await using files = await CertificateFiles.make();
  for (const shards of ["1", "2"]) {
    const args = [...LISTENERS, "--shards", shards];
    assert.equal(await refusal(args), "Option --https: TLS needs --certificate and --key");
    const { certificate, key, ca } = files;
    assert.match(
      await refusal([...args, "--certificate", `${files.directory}/none`, "--key", key]),
      /^Option --certificate: cannot read ".*none": No such file/,
    );
    assert.match(
      await refusal([...args, "--certificate", certificate, "--key", certificate]),
      /^Option --key: ".*certificate\.pem" has no private key/,
    );
    assert.match(
      await refusal([...args, "--certificate", ca, "--key", key]),
      /^Option --key: ".*key\.pem" is not the key of the certificate in ".*ca\.pem"$/,
    );
  }
});

for (const shards of ["1", "2"]) {
  Deno.test(`on SIGHUP the program takes new certificates, and keeps its connections (shards: ${shards})`, async () => {
    await using files = await CertificateFiles.make({ names: ["one.example"] });
    await using relay = await startRelay([...LISTENERS, ...files.args, "--shards", shards]);
    assert.equal(relay.tls.length, Number(shards));
    const all = [...relay.tls, relay.https!];
    const old: Deno.TlsConn[] = [];
    for (const address of relay.tls) old.push(await peer(files, address, "one.example"));

    files.write({ names: ["two.example"] });
    Deno.kill(relay.pid, "SIGHUP");
    await relay.says(/read anew/, Number(shards));
    for (const address of all) {
      (await peer(files, address, "two.example")).close();
      await assert.rejects(peer(files, address, "one.example"), /not valid for name/);
    }
    for (const [serial, stream] of old.entries()) assert.ok(await isServed(stream, serial));

    Deno.writeTextFileSync(files.key, "nothing");
    Deno.kill(relay.pid, "SIGHUP");
    await relay.says(/stay as they were/);
    const line = relay.errors.find((each) => each.includes("stay as they were"))!;
    assert.ok(line.includes(files.key), line);
    for (const address of all) (await peer(files, address, "two.example")).close();
    for (const stream of old) stream.close();
  });
}
