// Programs that are started: whether they listen, and telling them to go.

const START_MS = 10_000;
const POLL_MS = 50;

/** Resolves when somebody takes connections at the port; false: nobody did in time. */
export async function listens(port: number): Promise<boolean> {
  for (const end = Date.now() + START_MS; Date.now() < end;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  return false;
}

export function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended already.
  }
}
