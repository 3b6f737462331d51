import assert from "node:assert/strict";
import { Authority } from "../../test/certificates.ts";
import { ConfigError } from "../config/config.ts";
import { doubtsAbout, readCredentials } from "./identity.ts";

const authority = new Authority();
const one = authority.issue();
const other = authority.issue();
const files: Readonly<Record<string, string>> = {
  "one.pem": one.certificate + authority.certificate,
  "one.key": one.key,
  "other.key": other.key,
  "ca.pem": `# two of them\n${authority.certificate}${new Authority().certificate}`,
  "broken.pem": one.certificate.replace(/\n.{64}\n/, "\nAAAA\n"),
  "locked.key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
  "text": "nothing of the kind",
};

function readFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Deno.errors.NotFound("No such file");
  return text;
}

function refusal(config: Parameters<typeof readCredentials>[0]): { field: string; message: string } {
  try {
    readCredentials(config, readFile);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.ok(!error.message.includes("\n"));
    assert.ok(!/BEGIN|AAAA/.test(error.message), "what is in the files stays out");
    return { field: error.field, message: error.message };
  }
  throw new Error("It was taken");
}

Deno.test("readCredentials gives certificate, key and each authority", () => {
  const found = readCredentials({ certificate: "one.pem", key: "one.key", ca: "ca.pem" }, readFile);
  assert.deepEqual(found.identity, { certificate: files["one.pem"], key: one.key });
  assert.equal(found.authorities.length, 2);
  assert.equal(found.authorities[0]! + "\n", authority.certificate);
  assert.deepEqual(readCredentials({}, readFile), { authorities: [] });
});

Deno.test("readCredentials names the setting and the file that cannot be used", () => {
  const certificate = "one.pem";
  const key = "one.key";
  for (
    const [config, field, message] of [
      [{ certificate: "none", key }, "certificate", /--certificate: cannot read "none": No such file/],
      [{ certificate: "text", key }, "certificate", /"text" has no certificate in PEM/],
      [{ certificate: "broken.pem", key }, "certificate", /certificate 1 in "broken.pem" cannot be read/],
      [{ certificate, key: "none" }, "key", /--key: cannot read "none"/],
      [{ certificate, key: "text" }, "key", /"text" has no private key/],
      [{ certificate, key: "locked.key" }, "key", /"locked.key" is locked with a passphrase/],
      [
        { certificate, key: "other.key" },
        "key",
        /"other.key" is not the key of the certificate in "one.pem"/,
      ],
      [{ ca: "none" }, "ca", /--ca: cannot read "none"/],
      [{ ca: "one.key" }, "ca", /"one.key" has no certificate/],
    ] as const
  ) {
    const refused = refusal(config);
    assert.equal(refused.field, field);
    assert.match(refused.message, message);
  }
});

Deno.test("doubtsAbout tells of a certificate that is over or yet to come", () => {
  assert.equal(doubtsAbout(one), undefined);
  assert.match(doubtsAbout(authority.issue({ from: -10, to: -5 })) ?? "", /has expired/);
  assert.match(doubtsAbout(authority.issue({ from: 50, to: 100 })) ?? "", /not valid yet/);
});
