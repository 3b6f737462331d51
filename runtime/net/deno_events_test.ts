import assert from "node:assert/strict";
import { findDenoEvents } from "./deno_events.ts";
import { openLibc } from "./libc.ts";

const options = { ignore: Deno.build.os !== "linux" };
const modules = ["deno_events.ts", "libc.ts"].map((name) => new URL(name, import.meta.url).href);

Deno.test({
  ...options,
  name: "findDenoEvents finds an epoll set in the first thread of a process",
  fn: async () => {
    const program = `
      const { findDenoEvents } = await import("${modules[0]}");
      const { openLibc } = await import("${modules[1]}");
      console.log(await Deno.readLink("/proc/self/fd/" + findDenoEvents(openLibc())));`;
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", program] })
      .output();
    assert.equal(new TextDecoder().decode(stdout), "anon_inode:[eventpoll]\n");
  },
});

Deno.test({
  ...options,
  name: "findDenoEvents finds none in another thread, whose set it could not tell from the first one's",
  fn: () => assert.equal(findDenoEvents(openLibc()!), undefined),
});
