// The real programs that the peer tests talk to, and the Debian packages that have them.

export const PACKAGES: Readonly<Record<string, string>> = {
  sipp: "sip-tester",
  dnsmasq: "dnsmasq-base",
  chromium: "chromium",
  tshark: "tshark",
  kamailio: "kamailio",
};

/** Where a program is, `undefined` when this machine does not have it. Needs permission to read. */
export function locate(program: string): string | undefined {
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

/** Packages of the programs that this machine does not have. */
export function missing(): string[] {
  return Object.entries(PACKAGES).filter(([program]) => locate(program) === undefined).map(([, name]) =>
    name
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
