// What this build of the codec needs of the machine it runs on.

/** Whether it was built with SIMD and relaxed SIMD. */
export function hasSimd(): bool {
  return ASC_FEATURE_SIMD;
}
