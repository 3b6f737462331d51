// What this machine says of names: its resolvers and its hosts file, read again when they change.

import type { Millis } from "../../core/context.ts";
import { type Hosts, readHosts } from "./hosts_file.ts";
import { type DnsServers, readResolvConf } from "./resolv_conf.ts";

/** How long a change of the files may go unseen. */
export const LOOK_EVERY: Millis = 5_000;
const LARGEST_FILE = 1024 * 1024;
const RESOLV_CONF = "/etc/resolv.conf";
const HOSTS = "/etc/hosts";

/** What has to be readable. */
export const SYSTEM_FILES: readonly string[] = [RESOLV_CONF, HOSTS];

export interface System {
  readonly servers: DnsServers;
  readonly hosts: Hosts;
}

/** Where files are. */
export type Disk = Pick<typeof Deno, "readTextFileSync"> & {
  statSync(path: string): Pick<Deno.FileInfo, "mtime" | "size" | "ino">;
};

/** A file and what it said when it was read last. */
class ReadFile<Value> {
  readonly #path: string;
  readonly #disk: Disk;
  readonly #read: (text: string) => Value;
  #stamp = "";
  #value: Value;

  constructor(path: string, { disk, read }: { disk: Disk; read: (text: string) => Value }) {
    this.#path = path;
    this.#disk = disk;
    this.#read = read;
    this.#value = read("");
  }

  /** A file that is gone or cannot be read is empty. */
  get value(): Value {
    try {
      const { mtime, size, ino } = this.#disk.statSync(this.#path);
      const stamp = `${mtime?.getTime()} ${size} ${ino}`;
      if (stamp !== this.#stamp) {
        this.#value = this.#read(size > LARGEST_FILE ? "" : this.#disk.readTextFileSync(this.#path));
        this.#stamp = stamp;
      }
    } catch {
      this.#value = this.#read("");
      this.#stamp = "";
    }
    return this.#value;
  }
}

/** What the files say, at most 5 s old. */
export function watchSystem({ now, disk = Deno }: { now: () => Millis; disk?: Disk }): () => System {
  const servers = new ReadFile(RESOLV_CONF, { disk, read: readResolvConf });
  const names = new ReadFile(HOSTS, { disk, read: readHosts });
  let system: System = { servers: servers.value, hosts: names.value };
  let lookAt = now() + LOOK_EVERY;
  return () => {
    if (now() >= lookAt) {
      system = { servers: servers.value, hosts: names.value };
      lookAt = now() + LOOK_EVERY;
    }
    return system;
  };
}
