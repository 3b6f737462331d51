import assert from "node:assert/strict";
import { readHosts } from "./hosts_file.ts";
import { readResolvConf } from "./resolv_conf.ts";
import { type Disk, watchSystem } from "./system.ts";

Deno.test("readResolvConf: servers in their order, timeout and attempts, comments and the rest left aside", () => {
  const text = `# made by hand
nameserver 192.0.2.53   ; the near one
nameserver 2001:DB8:0::35
 nameserver nonsense
nameserver fe80::1%eth0
search example.org
options ndots:3 timeout:2 attempts:4 use-vc edns0 timeout:x
nameserver 192.0.2.54
nameserver 192.0.2.55
`;
  assert.deepEqual(readResolvConf(text), {
    servers: [
      { host: "192.0.2.53", port: 53 },
      { host: "2001:db8::35", port: 53 },
      { host: "192.0.2.54", port: 53 },
    ],
    timeout: 2_000,
    attempts: 4,
    overTcp: true,
  });
});

Deno.test("readResolvConf: nothing said is the server on this machine, and too much is capped", () => {
  const { servers, timeout, attempts, overTcp } = readResolvConf("");
  assert.deepEqual(servers, [{ host: "127.0.0.1", port: 53 }]);
  assert.deepEqual([timeout, attempts, overTcp], [1_500, 2, false]);
  const capped = readResolvConf("options timeout:999 attempts:999");
  assert.deepEqual([capped.timeout, capped.attempts], [30_000, 5]);
  assert.equal(readResolvConf("options timeout:0 attempts:0").attempts, 1);
});

Deno.test("readHosts: each name with all its addresses", () => {
  const hosts = readHosts(`127.0.0.1 localhost
::1 localhost ip6-localhost # both
192.0.2.1	Desk.Example. desk
nonsense desk
192.0.2.1 desk
192.0.2.2 desk
`);
  assert.deepEqual(Object.fromEntries(hosts), {
    localhost: ["127.0.0.1", "::1"],
    "ip6-localhost": ["::1"],
    "desk.example": ["192.0.2.1"],
    desk: ["192.0.2.1", "192.0.2.2"],
  });
});

/** A disk of texts by path. */
function diskOf(files: Map<string, string>): Disk & { reads: number } {
  const text = (path: string | URL) => {
    const found = files.get(String(path));
    if (found === undefined) throw new Deno.errors.NotFound(String(path));
    return found;
  };
  return {
    reads: 0,
    statSync: (path) => ({ mtime: new Date(0), size: text(path).length, ino: 1 }),
    readTextFileSync(path) {
      this.reads++;
      return text(path);
    },
  };
}

Deno.test("watchSystem: a change is seen within five seconds, and a file that is gone is empty", () => {
  const files = new Map([["/etc/resolv.conf", "nameserver 192.0.2.1\n"]]);
  const disk = diskOf(files);
  let now = 0;
  const system = watchSystem({ now: () => now, disk });
  const seen = () => [system().servers.servers[0]!.host, system().hosts.get("desk")];
  assert.deepEqual(seen(), ["192.0.2.1", undefined]);
  files.set("/etc/resolv.conf", "nameserver 192.0.2.22\n");
  files.set("/etc/hosts", "192.0.2.9 desk\n");
  assert.deepEqual(seen(), ["192.0.2.1", undefined]);
  now = 5_000;
  assert.deepEqual(seen(), ["192.0.2.22", ["192.0.2.9"]]);
  now = 10_000;
  assert.deepEqual(seen(), ["192.0.2.22", ["192.0.2.9"]]);
  assert.equal(disk.reads, 3);
  files.clear();
  now = 15_000;
  assert.deepEqual(seen(), ["127.0.0.1", undefined]);
});

Deno.test("watchSystem: a huge file says nothing", () => {
  const disk = diskOf(new Map([["/etc/hosts", "192.0.2.9 desk\n".repeat(100_000)]]));
  assert.equal(watchSystem({ now: () => 0, disk })().hosts.size, 0);
});
