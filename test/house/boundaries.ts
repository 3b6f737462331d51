// The house's arrows and habits as a plugin for `deno lint`: runtime → core → wasm, nothing up or sideways; core pure and
// synchronous; no enum, no default export, no barrel.

import { roomOf } from "./room.ts";

/** Folders of core and what each may import besides itself and core's own root; relay alone knows them all. */
const CORE_ARROWS: Readonly<Record<string, readonly string[]>> = {
  machine: [],
  timer: ["machine"],
  sip: ["machine", "timer"],
  roap: ["machine", "timer"],
  ims: ["machine", "timer", "sip"],
  location: ["machine", "timer", "sip"],
  presence: ["machine", "timer", "sip"],
  emergency: ["machine", "timer", "sip"],
  push: ["machine", "timer", "sip"],
  relay: [
    "machine",
    "timer",
    "sip",
    "roap",
    "ims",
    "location",
    "presence",
    "emergency",
    "push",
  ],
};

const ARROWS: Readonly<Record<string, readonly string[]>> = {
  wasm: ["wasm"],
  core: ["core", "wasm"],
  runtime: ["runtime", "core", "wasm"],
};

/** Constants that are words of the protocol, not places in memory. */
const CODES = /^wasm\/assembly\/(?:\w+_)?codes\.ts$/;

/** Libraries of core: none of the machine it runs on. Its unit tests may use the test libraries. */
const CORE_LIBRARIES = ["sdp-transform"];
const TEST_LIBRARIES = ["node:assert/strict", "fast-check"];

/** What would bring a clock, chance, a socket, a promise or a log into core. */
const IMPURE = new Set([
  "Date",
  "Temporal",
  "performance",
  "crypto",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "queueMicrotask",
  "Promise",
  "PromiseLike",
  "console",
  "Deno",
  "process",
  "fetch",
  "WebSocket",
  "Worker",
  "globalThis",
]);

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    arrows: {
      create(context) {
        const file = roomOf(context.filename);
        const look = (node: Deno.lint.Node, specifier: unknown) => {
          if (typeof specifier !== "string") return;
          const message = broken(file, specifier);
          if (message !== undefined) context.report({ node, message });
        };
        return {
          ImportDeclaration: (node) => look(node, node.source.value),
          ExportAllDeclaration: (node) => look(node, node.source.value),
          ExportNamedDeclaration: (node) => look(node, node.source?.value),
          ImportExpression: (node) => look(node, valueOf(node.source)),
          TSImportType: (node) => look(node, valueOf(node.argument)),
        };
      },
    },
    "pure-core": {
      create(context) {
        const file = roomOf(context.filename);
        if (file.room !== "core" || file.isTest) return {};
        const say = (node: Deno.lint.Node, what: string) =>
          context.report({
            node,
            message: `${what} in core: it gets time, chance and addresses as arguments`,
          });
        const functions = (node: Deno.lint.Node & { async: boolean }) => {
          if (node.async) say(node, "An async function");
        };
        return {
          Identifier(node) {
            if (IMPURE.has(node.name) && !isName(node)) say(node, node.name);
          },
          MemberExpression(node) {
            if (nameOf(node.object) === "Math" && nameOf(node.property) === "random") {
              say(node, "Math.random");
            }
          },
          AwaitExpression: (node) => say(node, "await"),
          FunctionDeclaration: functions,
          FunctionExpression: functions,
          ArrowFunctionExpression: functions,
          ForOfStatement(node) {
            if (node.await) say(node, "for await");
          },
        };
      },
    },
    "no-enum": {
      create: (context) => ({
        TSEnumDeclaration: (node) =>
          context.report({ node, message: "An enum: write a union of texts or numbered constants" }),
      }),
    },
    "no-default-export": {
      create(context) {
        if (roomOf(context.filename).path.startsWith("test/house/")) return {};
        return {
          ExportDefaultDeclaration: (node) =>
            context.report({ node, message: "A default export: export it by its name" }),
        };
      },
    },
    "no-barrel": {
      create(context) {
        // What an AssemblyScript file passes on becomes an export of the module.
        if (roomOf(context.filename).path.startsWith("wasm/assembly/")) return {};
        const say = (node: Deno.lint.Node) =>
          context.report({ node, message: "A barrel: import from the file that has it" });
        return {
          ExportAllDeclaration: say,
          Program(node) {
            const passes = node.body.filter((statement) =>
              statement.type === "ExportNamedDeclaration" && statement.source
            );
            const others = node.body.filter((statement) => statement.type !== "ImportDeclaration");
            const first = passes[0];
            if (first !== undefined && passes.length === others.length) say(first);
          },
        };
      },
    },
  },
};

export default plugin;

/** What an import breaks, `undefined` when it is in order. */
function broken(file: ReturnType<typeof roomOf>, specifier: string): string | undefined {
  const { room, folder, isTest } = file;
  const allowed = ARROWS[room];
  if (!/^\.{0,2}\//.test(specifier)) {
    if (room !== "core" || CORE_LIBRARIES.includes(specifier)) return undefined;
    if (isTest && TEST_LIBRARIES.includes(specifier)) return undefined;
    return `core imports ${specifier}: it has no libraries of the machine it runs on`;
  }
  const target = roomOf(specifier, file);
  if (target.path.startsWith("wasm/assembly/") && room !== "wasm") {
    if (!CODES.test(target.path) && !["bench", "test"].includes(room)) {
      return `${room} imports ${target.path}: wasm alone knows offsets`;
    }
  }
  if (file.path.startsWith("wasm/assembly/") && !isTest && !target.path.startsWith("wasm/assembly/")) {
    return `AssemblyScript imports ${target.path}: it knows its own folder only`;
  }
  if (allowed === undefined || (isTest && ["test", ""].includes(target.room))) return undefined;
  if (!allowed.includes(target.room)) {
    return `${room} imports ${target.path}: the arrows are runtime → core → wasm`;
  }
  if (room !== "core" || target.room !== "core" || target.folder === "" || target.folder === folder) {
    return undefined;
  }
  // The root of core holds shared types, which name the wheel's.
  const reach = folder === "" ? ["machine", "timer"] : CORE_ARROWS[folder] ?? [];
  if (reach.includes(target.folder)) return undefined;
  return `core/${folder || "*"} imports ${target.path}: ${
    folder || "the root"
  } does not know ${target.folder}`;
}

/** Whether an identifier merely names a member, a key or an imported thing. */
function isName(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
      return parent.key === node && !parent.computed;
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key === node;
    default:
      return false;
  }
}

function nameOf(node: Deno.lint.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

function valueOf(node: Deno.lint.Node): unknown {
  if (node.type === "TSLiteralType") return valueOf(node.literal);
  return node.type === "Literal" ? node.value : undefined;
}
