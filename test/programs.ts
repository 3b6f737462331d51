// The real programs that the peer tests and the benchmarks work with, and the Debian packages that have them.

const FOR_TESTS: Readonly<Record<string, string>> = {
  sipp: "sip-tester",
  dnsmasq: "dnsmasq-base",
  chromium: "chromium",
  tshark: "tshark",
  kamailio: "kamailio",
  "kamailio-tls": "kamailio-tls-modules",
  openssl: "openssl",
  "kamailio-ims": "kamailio-ims-modules",
  "kamailio-presence": "kamailio-presence-modules",
};

const FOR_BENCHMARKS: Readonly<Record<string, string>> = {
  "kamailio-websocket": "kamailio-websocket-modules",
  janus: "janus",
  gcc: "gcc",
  // gcc only recommends what every program is linked with
  libc: "libc6-dev",
  "pkg-config": "pkg-config",
  "sofia-sip": "libsofia-sip-ua-dev",
  osip: "libosip2-dev",
};

const PACKAGES: Readonly<Record<string, string>> = { ...FOR_TESTS, ...FOR_BENCHMARKS };

/** What the tests need. Each command of the benchmarks names its own. */
export const OF_TESTS: readonly string[] = Object.keys(FOR_TESTS);

/** Packages that bring no program: a file that they bring, in any folder of /usr/lib. */
const PARTS: Readonly<Record<string, string>> = {
  "kamailio-tls": "kamailio/modules/tls.so",
  "kamailio-ims": "kamailio/modules/ims_icscf.so",
  "kamailio-presence": "kamailio/modules/presence.so",
  "kamailio-websocket": "kamailio/modules/websocket.so",
  libc: "crt1.o",
  "sofia-sip": "pkgconfig/sofia-sip-ua.pc",
  osip: "pkgconfig/libosip2.pc",
};

/** Where a program is, `undefined` when this machine does not have it. Needs permission to read. */
export function locate(program: string): string | undefined {
  const part = PARTS[program];
  if (part !== undefined) return locatePart(part);
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  // Debian puts dnsmasq where an ordinary user's PATH does not look.
  for (const folder of [...folders, "/usr/sbin", "/usr/local/sbin"]) {
    if (folder === "") continue;
    const path = `${folder}/${program}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}

function locatePart(part: string): string | undefined {
  // Debian has a folder for each architecture.
  for (const folder of ["/usr/lib", `/usr/lib/${Deno.build.arch}-linux-gnu`]) {
    try {
      if (Deno.statSync(`${folder}/${part}`).isFile) return `${folder}/${part}`;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}

/** Packages of those programs that this machine does not have. */
export function missing(programs: readonly string[]): string[] {
  return programs.filter((program) => locate(program) === undefined).map((program) =>
    PACKAGES[program] ?? program
  );
}

/**
 * A test's name and whether it is to be skipped, for programs it cannot do without:
 * `Deno.test({ ...needing("answer from a phone", "sipp"), fn })`.
 */
export function needing(name: string, ...programs: string[]): { name: string; ignore: boolean } {
  const absent = programs.filter((program) => locate(program) === undefined);
  if (absent.length === 0) return { name, ignore: false };
  const packages = absent.map((program) => PACKAGES[program] ?? program).join(" ");
  return { name: `${name} (skipped: no ${absent.join(", ")}; apt-get install ${packages})`, ignore: true };
}

/**
 * A program and its arguments in such a way that it ends when the process that starts it does, whatever ended that: a test runner that is
 * killed leaves nobody behind. As it is where this machine cannot do so.
 */
export function leashed(
  program: string,
  args: readonly string[],
  signal: "TERM" | "KILL" = "KILL",
): { program: string; args: string[] } {
  const leash = locate("setpriv");
  if (leash === undefined) return { program, args: [...args] };
  return { program: leash, args: ["--pdeathsig", signal, program, ...args] };
}
