import type { Source } from "./loader.ts";

/** The build with SIMD and relaxed SIMD. */
export declare const simd: Source;
/** The build for engines without. */
export declare const scalar: Source;
