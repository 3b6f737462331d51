// The pages with the phones, on a port of their own: another origin than the relay's, as an application's is.

import { LOOPBACK } from "../ports.ts";

const HERE = new URL("./", import.meta.url);
const PAGES = ["jssip_phone", "sipjs_phone", "roap_phone"] as const;

export type PageName = typeof PAGES[number];

export class Site implements AsyncDisposable {
  readonly origin: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(scripts: ReadonlyMap<string, string>) {
    this.#server = Deno.serve({ hostname: LOOPBACK, port: 0, onListen: () => {} }, (request) => {
      const { pathname } = new URL(request.url);
      const script = scripts.get(pathname);
      if (script !== undefined) return answer(script, "text/javascript");
      if (!scripts.has(`${pathname}.js`)) return new Response(null, { status: 404 });
      return answer(
        `<!doctype html><title>${pathname}</title><script src="${pathname}.js"></script>`,
        "text/html",
      );
    });
    this.origin = `http://${LOOPBACK}:${this.#server.addr.port}`;
  }

  /** The libraries are npm's, for browsers: bundled, for neither runs there as it is published, and else as they are. */
  static async open(): Promise<Site> {
    const folder = await Deno.makeTempDir({ prefix: "ropeway-site-" });
    try {
      return new Site(new Map(await Promise.all(PAGES.map((name) => bundle(name, folder)))));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  page(name: PageName): string {
    return `${this.origin}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function bundle(name: PageName, folder: string): Promise<[path: string, script: string]> {
  const output = `${folder}/${name}.js`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--frozen", "--config", new URL("deno.json", HERE).pathname],
      ...["--platform", "browser", "--format", "iife", "--output", output],
      new URL(`${name}.js`, HERE).pathname,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${name} cannot be bundled\n${new TextDecoder().decode(stderr)}`);
  return [`/${name}.js`, await Deno.readTextFile(output)];
}

function answer(text: string, type: string): Response {
  return new Response(text, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" },
  });
}
