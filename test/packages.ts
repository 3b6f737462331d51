// Debian's packages, installed where they lack.

import { missing } from "./programs.ts";

/**
 * Installs the packages of those programs that lack, where it may; otherwise says, on standard error, what to install and what
 * happens without.
 */
export async function provide(programs: readonly string[], without: string): Promise<void> {
  const packages = missing(programs);
  if (packages.length === 0) return;
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  const command = `apt-get ${install.join(" ")}`;
  if (Deno.uid() !== 0) {
    console.error(`Not installed: ${packages.join(", ")}; ${without}. As root: ${command}`);
    return;
  }
  console.error(command);
  if (!await aptGet("update", "-qq") || !await aptGet(...install)) {
    console.error(`Could not install ${packages.join(", ")}: ${without}`);
  }
}

async function aptGet(...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("apt-get", {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).output();
    return success;
  } catch {
    return false; // no Debian
  }
}
