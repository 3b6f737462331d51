// The codecs as a library: every example of its README prints what stands behind the line, in Deno without a permission,
// in Node.js and in Chromium; what the README says of loading holds there too.

import { deepEqual, equal, match } from "node:assert/strict";
import ts from "typescript";
import { buildLibrary } from "../../wasm/build_library.ts";
import { needing } from "../programs.ts";
import { openChromium } from "./chromium.ts";

interface Example {
  readonly text: string;
  readonly expected: string[];
}

const room = new URL("../../wasm/", import.meta.url);
const examples = await readExamples();
const folder = library();
const probe = `
import { createCodec, loadCodec, loadModule } from "./mod.js";
import { readFile } from "node:fs/promises";
const bytes = await readFile(new URL("codec_scalar.wasm", import.meta.url));
const simd = WebAssembly.validate(await readFile(new URL("codec.wasm", import.meta.url)));
const module = await WebAssembly.compile(bytes);
const data = new URL("data:application/wasm;base64," + bytes.toString("base64"));
console.log((await loadCodec()).simd === simd);
console.log(createCodec(await loadModule()).simd === simd);
for (const source of [bytes, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), module, new Response(bytes), data]) {
  console.log((await loadCodec(source)).simd);
}
console.log((await loadCodec(new Uint8Array(8), bytes)).simd);
for (const sources of [[new Uint8Array(8), new Uint8Array(8)], [new Response(null, { status: 404 })]]) {
  console.log(await loadCodec(...sources).catch((error) => error.constructor.name));
}
`;

Deno.test("library: the README's examples in Deno, without a permission", async () => {
  for (const { text, expected } of examples) {
    const file = `${folder}/example.ts`;
    Deno.writeTextFileSync(file, text.replace("./mod.ts", new URL("mod.ts", room).href));
    deepEqual(await run(Deno.execPath(), "run", "--no-prompt", "--no-config", "--quiet", file), expected);
  }
});

Deno.test({
  ...needing("library: the README's examples in Node.js", "node"),
  async fn() {
    for (const { text, expected } of examples) {
      const file = `${folder}/example.js`;
      Deno.writeTextFileSync(file, text.replace("./mod.ts", "./mod.js"));
      deepEqual(await run("node", file), expected);
    }
  },
});

Deno.test({
  ...needing("library: Node.js loads either build, from wherever it comes", "node"),
  async fn() {
    Deno.writeTextFileSync(`${folder}/probe.js`, probe);
    deepEqual(await run("node", `${folder}/probe.js`), [
      "true",
      "true",
      ...Array<string>(6).fill("false"),
      "TypeError",
      "TypeError",
    ]);
  },
});

Deno.test({
  ...needing("library: the README's examples in Chromium", "chromium"),
  async fn() {
    await using server = serve(folder);
    await using chromium = await openChromium();
    const page = await chromium.openTab(`${server.url}/index.html`);
    const printed: string[] = [];
    page.on("console", (message) => {
      // The icon that a browser asks for is no line of an example.
      if (message.type() === "log") printed.push(message.text());
    });
    for (const [index, { text, expected }] of examples.entries()) {
      Deno.writeTextFileSync(`${folder}/example_${index}.js`, text.replace("./mod.ts", "./mod.js"));
      await page.evaluate(`import("./example_${index}.js").then(() => {})`);
      deepEqual(printed.splice(0), expected);
    }
    equal(await page.evaluate(`import("./mod.js").then(async (m) => (await m.loadCodec()).simd)`), true);
  },
});

Deno.test("library: its types fit the examples, and refuse what is read-only", () => {
  const texts = examples.map(({ text }) => text.replace("./mod.ts", "./mod.js"));
  const files = texts.map((text, index) => {
    const file = `${folder}/example_${index}.ts`;
    Deno.writeTextFileSync(file, text);
    return file;
  });
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    strict: true,
    noEmit: true,
    types: [],
  });
  deepEqual(
    ts.getPreEmitDiagnostics(program).map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, "\n")
    ),
    [],
  );
  const broken = `${folder}/broken.ts`;
  Deno.writeTextFileSync(broken, `import { loadCodec } from "./mod.js"; (await loadCodec()).sip.cseq = "1";`);
  const { length } = ts.getPreEmitDiagnostics(ts.createProgram([broken], program.getCompilerOptions()));
  equal(length > 0, true);
});

/** The blocks of the README, each with the lines it prints: what stands behind `console.log(…); //`. */
async function readExamples(): Promise<Example[]> {
  const readme = await Deno.readTextFile(new URL("README.md", room));
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text!);
  return blocks.map((text) => ({
    text,
    expected: text.split("\n").filter((line) => line.includes("console.log(")).map((line) => {
      match(line, /; \/\/ ./);
      return line.slice(line.lastIndexOf("; // ") + 5);
    }),
  }));
}

/** The library in a folder of its own, which goes with the tests. */
function library(): string {
  const path = Deno.makeTempDirSync({ prefix: "ropeway-" });
  addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
  buildLibrary(path);
  return path;
}

async function run(program: string, ...args: string[]): Promise<string[]> {
  const command = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "inherit" });
  const { success, stdout } = await command.output();
  equal(success, true, `${program} ${args.join(" ")}`);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

/** A web server for a folder, on loopback. */
function serve(folder: string): AsyncDisposable & { readonly url: string } {
  const types: Record<string, string> = {
    html: "text/html",
    js: "text/javascript",
    wasm: "application/wasm",
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const name = new URL(request.url).pathname;
    if (name === "/index.html") {
      return new Response("<!doctype html>", { headers: { "content-type": types["html"]! } });
    }
    try {
      const type = types[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain";
      return new Response(Deno.readFileSync(folder + name), { headers: { "content-type": type } });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}
