import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "./config.ts";
import { readConfig } from "./read.ts";

/** The Config of a command line, and of a settings file when `file` is there. */
function configOf(args: readonly string[], file?: unknown) {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  const named = file === undefined ? args : [...args, "--config", "ropeway.json"];
  const config = readConfig(named, { readFile: () => text });
  assert.notEqual(config, "help");
  return config as Exclude<typeof config, "help">;
}

function refused(
  args: readonly string[],
  { file, field, message }: { file?: unknown; field: string; message: string },
) {
  assert.throws(() => configOf(args, file), (error) => {
    assert.ok(error instanceof ConfigError, String(error));
    assert.deepEqual({ field: error.field, message: error.message }, { field, message });
    return true;
  });
}

Deno.test("readConfig: defaults", () => {
  assert.deepEqual(configOf([]), {
    http: { host: "127.0.0.1", port: 8080 },
    sip: [
      { transport: "udp", host: "127.0.0.1", port: 5060 },
      { transport: "tcp", host: "127.0.0.1", port: 5060 },
    ],
    domain: "ropeway.local",
    users: new Map(),
    digest: ["MD5", "SHA-256"],
    imsMode: "transparent",
    edge: false,
    trust: [],
    peers: [],
    failoverSeconds: 5,
    sessionExpires: 1800,
    minSe: 90,
    origins: [],
    perAddress: 100_000,
    drainSeconds: 0,
    logLevel: "info",
    udpBuffer: 4_194_304,
  });
});

Deno.test("readConfig: every option", () => {
  const config = configOf([
    ..."--http [::1]:0 --sip udp:0.0.0.0:5070 --sip tcp:[::]:5071 --domain Example.ORG --user bob:a:b".split(
      " ",
    ),
    ..."--user alice:x --ims ims.example.net --dns 127.0.0.1:53 --origin https://a.example".split(" "),
    ..."--origin http://b.example:8080 --per-address 20 --drain 1.5 --log debug --digest SHA-256".split(" "),
    ..."--shards 3 --udp-buffer 65536 --failover 2.5 --edge --access-network IEEE-802.11".split(" "),
    ..."--trust 10.0.0.0/8 --trust ::1 --peers 10.1.0.0/16 --session-expires 600 --min-se 120".split(" "),
  ]);
  assert.deepEqual(config, {
    http: { host: "::1", port: 0 },
    sip: [{ transport: "udp", host: "0.0.0.0", port: 5070 }, { transport: "tcp", host: "::", port: 5071 }],
    domain: "example.org",
    users: new Map([["bob", "a:b"], ["alice", "x"]]),
    digest: ["SHA-256"],
    ims: "ims.example.net",
    imsMode: "transparent",
    edge: true,
    accessNetwork: "IEEE-802.11",
    trust: [{ address: "10.0.0.0", bits: 8 }, { address: "::1", bits: 128 }],
    peers: [{ address: "10.1.0.0", bits: 16 }],
    dns: { host: "127.0.0.1", port: 53 },
    failoverSeconds: 2.5,
    sessionExpires: 600,
    minSe: 120,
    origins: ["https://a.example", "http://b.example:8080"],
    perAddress: 20,
    drainSeconds: 1.5,
    logLevel: "debug",
    shards: 3,
    udpBuffer: 65_536,
  });
});

Deno.test("readConfig: a -- before the options changes nothing", () => {
  assert.deepEqual(configOf(["--", "--domain", "a.example"]), configOf(["--domain", "a.example"]));
});

Deno.test("readConfig: an option wins over the file's setting, as a whole", () => {
  const file = {
    http: "127.0.0.1:1",
    sip: ["udp:127.0.0.1:2"],
    domain: "file.example",
    users: { carol: "file", __proto__x: "y" },
    drainSeconds: 9,
    logLevel: "warn",
  };
  const config = configOf(["--http=127.0.0.1:3", "--user=bob:flag"], file);
  assert.deepEqual(config.http, { host: "127.0.0.1", port: 3 });
  assert.deepEqual(config.sip, [{ transport: "udp", host: "127.0.0.1", port: 2 }]);
  assert.deepEqual([...config.users], [["bob", "flag"]]);
  assert.deepEqual([config.domain, config.drainSeconds, config.logLevel], ["file.example", 9, "warn"]);
  assert.deepEqual([...configOf([], `{"users":{"__proto__":"x"}}`).users], [["__proto__", "x"]]);
});

Deno.test("readConfig: the last of an option that is no list wins", () => {
  assert.equal(configOf(["--domain", "a.example", "--domain", "b.example"]).domain, "b.example");
});

Deno.test("readConfig: an IMS is a name, an address or a SIP URI", () => {
  const imsOf = (text: string) => configOf(["--ims", text]).ims;
  assert.equal(imsOf("IMS.example.net"), "ims.example.net");
  assert.equal(imsOf("127.0.0.1"), "127.0.0.1");
  assert.equal(imsOf("127.0.0.1:5070"), "sip:127.0.0.1:5070");
  assert.equal(imsOf("[::1]:5070"), "sip:[::1]:5070");
  assert.equal(imsOf("sip:pcscf.example.net;transport=tcp;lr"), "sip:pcscf.example.net;transport=tcp;lr");
  assert.equal(imsOf("sip:gw@[::1]:5070"), "sip:gw@[::1]:5070");
});

Deno.test("readConfig: help wins over everything that can be read", () => {
  assert.equal(readConfig(["--help", "--http", "nonsense"]), "help");
});

Deno.test("readConfig: a refusal names option and value", () => {
  const cases: [string[], string, string][] = [
    [["--http", "x"], "http", `Option --http: "x" is not HOST:PORT`],
    [["--http", "::1"], "http", `Option --http: "::1" needs brackets and a port: [ADDRESS]:PORT`],
    [
      ["--http", "a:65536"],
      "http",
      `Option --http: "a:65536" has a port that is not a number from 0 to 65535`,
    ],
    [
      ["--http", "a:"],
      "http",
      `Option --http: "a:" has a port that is not a number from 0 to 65535`,
    ],
    [["--http", ":80"], "http", `Option --http: ":80" has no host`],
    [["--http", "[1]:80"], "http", `Option --http: "[1]:80" has no IPv6 address in its brackets`],
    [
      ["--http", "1.2.3:80"],
      "http",
      `Option --http: "1.2.3:80" has a host that is neither a name nor an IP address`,
    ],
    [
      ["--sip", "127.0.0.1:1"],
      "sip",
      `Option --sip: "127.0.0.1:1" is not udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT`,
    ],
    [
      ["--sip", "ws:a:1"],
      "sip",
      `Option --sip: "ws:a:1" is not udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT`,
    ],
    [["--sip", "udp:a:0", "--sip", "tcp:a"], "sip", `Option --sip: "tcp:a" is not HOST:PORT`],
    [["--sip", "tls:a:1"], "sip", "Option --sip: TLS needs --certificate and --key"],
    [["--https", "a:1"], "https", "Option --https: TLS needs --certificate and --key"],
    [["--certificate", "a.pem"], "certificate", "Option --certificate: needs --key as well"],
    [["--key", "a.key"], "key", "Option --key: needs --certificate as well"],
    [["--domain", "a b"], "domain", `Option --domain: "a b" is not a host name`],
    [["--domain", "a\nb"], "domain", String.raw`Option --domain: "a\nb" is not a host name`],
    [["--user", "bob"], "users", `Option --user: "bob" is not NAME:PASSWORD`],
    [["--user", "bo b:secret"], "users", `Option --user: "bo b" cannot be a user's name`],
    [["--user", "bob:"], "users", `Option --user: "bob" has no password`],
    [["--user", "bob:a\tb"], "users", `Option --user: "bob" has a control character in its password`],
    [["--user", "bob:a", "--user", "bob:b"], "users", `Option --user: "bob" is given twice`],
    [["--ims", "sips:a"], "ims", `Option --ims: "sips:a" is neither a host name nor a SIP URI`],
    [["--ims", "sip:a b"], "ims", `Option --ims: "sip:a b" is neither a host name nor a SIP URI`],
    [["--ims", "sip:a:0"], "ims", `Option --ims: "sip:a:0" has port 0, which nothing can be sent to`],
    [
      ["--dns", "localhost:53"],
      "dns",
      `Option --dns: "localhost:53" must give the resolver as an IP address`,
    ],
    [["--dns", "127.0.0.1:0"], "dns", `Option --dns: "127.0.0.1:0" has port 0, which cannot be asked`],
    [
      ["--origin", "example.org"],
      "origins",
      `Option --origin: "example.org" is not an origin like https://example.org`,
    ],
    [
      ["--origin", "https://a.example/x"],
      "origins",
      `Option --origin: "https://a.example/x" is not an origin like https://example.org`,
    ],
    [["--shards", "two"], "shards", `Option --shards: "two" must be a number`],
    [["--shards", "1.5"], "shards", `Option --shards: 1.5 must be a whole number`],
    [["--shards", "0"], "shards", `Option --shards: 0 is less than 1`],
    [["--shards", "33"], "shards", `Option --shards: 33 is more than 32`],
    [["--per-address", "0"], "perAddress", "Option --per-address: 0 is less than 1"],
    [["--failover", "33"], "failoverSeconds", "Option --failover: 33 is more than 32"],
    [["--session-expires", "86401"], "sessionExpires", "Option --session-expires: 86401 is more than 86400"],
    [
      ["--session-expires", "90.5"],
      "sessionExpires",
      "Option --session-expires: 90.5 must be a whole number",
    ],
    [["--min-se", "89"], "minSe", "Option --min-se: 89 is less than 90"],
    [["--drain", "soon"], "drainSeconds", `Option --drain: "soon" must be a number`],
    [["--drain", "86401"], "drainSeconds", `Option --drain: 86401 is more than 86400`],
    [["--udp-buffer", "0"], "udpBuffer", "Option --udp-buffer: 0 is less than 4096"],
    [
      ["--log", "loud"],
      "logLevel",
      `Option --log: "loud" is none of debug, info, warn, error`,
    ],
    [["--nothing"], "", `Unknown option "--nothing"; see --help`],
    [["-h"], "", `Unknown option "-h"; see --help`],
    [["stray"], "", `Unexpected argument "stray"`],
    [["--http"], "http", "Option --http needs a value: HOST:PORT"],
    [["--http", "--help"], "http", "Option --http needs a value: HOST:PORT"],
    [["--help=yes"], "help", "Option --help takes no value"],
  ];
  for (const [args, field, message] of cases) refused(args, { field, message });
});

Deno.test("readConfig: a refusal names the file's member and value", () => {
  const cases: [unknown, string, string][] = [
    [{ http: 8080 }, "http", `ropeway.json, "http": 8080 must be a text`],
    [{ sip: "udp:127.0.0.1:1" }, "sip", `ropeway.json, "sip": "udp:127.0.0.1:1" must be a list`],
    [{ sip: [] }, "sip", `ropeway.json, "sip": [] has fewer than 1 entries`],
    [
      { sip: ["udp:a:1", "x"] },
      "sip",
      `ropeway.json, "sip": "x" is not udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT`,
    ],
    [{ users: { bob: 1 } }, "users", `ropeway.json, "users": entry 1 must be a text`],
    [{ users: ["bob:x"] }, "users", `ropeway.json, "users": entry 1 must be a name with its password`],
    [{ htpp: "a" }, "htpp", `ropeway.json, "htpp": there is no such setting`],
    [[], "config", `Option --config: "ropeway.json" is not a JSON object`],
  ];
  for (const [file, field, message] of cases) refused([], { file, field, message });
  assert.throws(
    () => configOf([], "{"),
    /^ConfigError: Option --config: "ropeway\.json" is not JSON: [^\n]*$/,
  );
  assert.throws(
    () => readConfig(["--config", "/nowhere/at/all"]),
    /^ConfigError: Option --config: cannot read [^\n]*$/,
  );
});

Deno.test("readConfig: identities come out of a file of their own", () => {
  const files = { "users.json": '{"sip:alice@ims.test": {"password": "hush"}}' } as Record<string, string>;
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error("No such file");
    return text;
  };
  const config = readConfig(["--ims", "ims.test", "--ims-users", "users.json"], { readFile });
  assert.ok(config !== "help");
  assert.equal(config.imsMode, "users");
  assert.deepEqual(config.imsUsers?.map(({ user, password }) => [user, password]), [["alice", "hush"]]);
  const cases = [
    [["--ims-users", "users.json"], "Option --ims-users needs --ims"],
    [["--edge"], "Option --edge needs --ims"],
    [["--ims", "a.test", "--ims-mode", "pool"], 'Option --ims-mode: "pool" needs --ims-users'],
    [["--ims", "a.test", "--ims-users", "x"], 'Option --ims-users: cannot read "x": No such file'],
    [["--ims-mode", "x"], 'Option --ims-mode: "x" is none of transparent, users, pool'],
    [["--trust", "10.0.0.0/40"], 'Option --trust: "10.0.0.0/40" has more than 32 bits'],
    [["--peers", "10."], 'Option --peers: "10." is not ADDRESS/BITS'],
    [["--edge=x"], "Option --edge takes no value"],
  ] as const;
  for (const [args, message] of cases) {
    assert.throws(() => readConfig(args, { readFile }), { name: "ConfigError", message });
  }
});

Deno.test("readConfig: any argument gives a Config, help or a ConfigError of one line", () => {
  const words = [
    "--http",
    "--sip",
    "--user",
    "--ims",
    "--ims-users",
    "--ims-mode",
    "--edge",
    "--trust",
    "--peers",
    "--digest",
    "--dns",
    "--origin",
    "--per-address",
    "--failover",
    "--session-expires",
    "--min-se",
    "--drain",
    "--config",
    "--log",
    "--udp-buffer",
  ];
  const word = fc.oneof(fc.constantFrom(...words), fc.string(), fc.string({ unit: "binary" }));
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (args) => {
    try {
      readConfig(args, { readFile: () => "{}" });
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.doesNotMatch(error.message, /[\r\n]/);
    }
  }));
});

Deno.test("readConfig: any settings file gives a Config or a ConfigError of one line", () => {
  const settings = [
    "http",
    "sip",
    "domain",
    "users",
    "digest",
    "ims",
    "imsUsers",
    "imsMode",
    "edge",
    "trust",
    "peers",
    "dns",
    "origins",
    "perAddress",
    "failoverSeconds",
    "sessionExpires",
    "minSe",
    "drainSeconds",
    "logLevel",
    "udpBuffer",
  ];
  const file = fc.dictionary(fc.oneof(fc.constantFrom(...settings), fc.string()), fc.jsonValue());
  fc.assert(fc.property(file, (file) => {
    try {
      configOf([], file);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.doesNotMatch(error.message, /[\r\n]/);
    }
  }));
});

Deno.test("readConfig: TLS has its listeners and its files", () => {
  const files = ["--certificate", "a.pem", "--key", "a.key", "--ca", "roots.pem"];
  const config = readConfig(["--https", "[::1]:8443", "--sip", "TLS:relay.example:5061", ...files]);
  assert.ok(config !== "help");
  assert.deepEqual(config.https, { host: "::1", port: 8443 });
  assert.deepEqual(config.sip, [{ transport: "tls", host: "relay.example", port: 5061 }]);
  assert.deepEqual([config.certificate, config.key, config.ca], ["a.pem", "a.key", "roots.pem"]);
});
