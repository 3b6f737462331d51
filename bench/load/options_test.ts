import assert from "node:assert/strict";
import { browsersFor, readOptions } from "./options.ts";

Deno.test("readOptions: defaults are one trial of a relay that is started", () => {
  const options = readOptions([]);
  assert.ok(options);
  assert.equal(options.mode, "trial");
  assert.equal(options.running, undefined);
  assert.equal(options.generator.rate, 100);
  assert.equal(options.generator.duration, 10_000);
  assert.equal(options.save, true);
});

Deno.test("readOptions: what stands behind -- is the relay's", () => {
  assert.deepEqual(readOptions(["--rate", "7", "--", "--log", "info"])?.args, ["--log", "info"]);
  assert.equal(readOptions(["--", "--rate", "7"])?.generator.rate, 7, "npm's own -- is none");
});

Deno.test("readOptions: a relay that runs", () => {
  const target = ["--target", "ws://127.0.0.1:8080/ws", "--sip", "udp:127.0.0.1:5060", "--pid", "12"];
  assert.deepEqual(readOptions(target)?.running, {
    host: "127.0.0.1:8080",
    path: "/ws?user={user}",
    sip: "127.0.0.1:5060",
    pid: 12,
    domain: "ropeway.local",
  });
});

Deno.test("readOptions: tokens", () => {
  const args = [
    "--token-key",
    "key.pem",
    "--token-issuer",
    "https://issuer.test",
    "--token-audience",
    "ropeway",
  ];
  const rest = { issuer: "https://issuer.test", audience: "ropeway", keyId: undefined };
  assert.deepEqual(readOptions(args)?.token, { key: "key.pem", claim: "sub", ...rest });
  assert.equal(readOptions([])?.token, undefined);
  assert.throws(() => readOptions(["--token-claim", "email"]), /--token-claim needs --token-key/);
  for (const other of [["--browser", "sip"], ["--ceiling"]]) {
    assert.throws(() => readOptions([...args, ...other]), RangeError);
  }
});

Deno.test("readOptions: refuses what it cannot do, naming the option", () => {
  for (const args of [["--rate", "x"], ["--rate", "-1"], ["--to-ims", "2"], ["--seconds", "0"]]) {
    assert.throws(() => readOptions(args), new RegExp(args[0]!.slice(2)), args.join(" "));
  }
  assert.throws(() => readOptions(["--arrivals", "never"]), RangeError);
  assert.throws(() => readOptions(["--browser", "msrp"]), RangeError);
  assert.throws(() => readOptions(["--browser", "sip", "--to-ims", "0.5"]), RangeError);
  assert.throws(() => readOptions(["--target", "http://localhost/"]), RangeError);
  assert.throws(() => readOptions(["--unheard-of"]), TypeError);
  assert.equal(readOptions(["--help"]), undefined);
});

Deno.test("browsersFor: enough that none has many calls at once", () => {
  assert.equal(browsersFor(1, { hold: 0, answerDelay: 0 }), 200);
  assert.ok(browsersFor(1_000, { hold: 10_000, answerDelay: 0 }) >= 10_000 / 32);
});
