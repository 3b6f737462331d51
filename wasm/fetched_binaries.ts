// The two builds of the codec as files beside this script. Bundlers know this form of a URL and take the files along.

export const simd: URL = new URL("./codec.wasm", import.meta.url);
export const scalar: URL = new URL("./codec_scalar.wasm", import.meta.url);
