// @ts-self-types="./binaries.d.ts"
// The two builds of the codec as Deno hands them out: compiled, and without a permission. In JavaScript, for TypeScript
// has no syntax for imports in the source phase yet. Node.js and browsers get fetched_binaries.ts under this name.

import source simd from "./codec.wasm";
import source scalar from "./codec_scalar.wasm";

export { scalar, simd };
