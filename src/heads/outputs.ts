/** Parts of a head's outputs, and outputs put together. @module */

import type { HeadOutputs } from "./head.ts";

/** The outputs of some examples, by their positions. */
export function selectOutputs(
  { logits, width, labels }: HeadOutputs,
  positions: ArrayLike<number>,
): HeadOutputs {
  const selected = new Float32Array(positions.length * width);
  for (let i = 0; i < positions.length; i++) {
    const n = positions[i]!;
    selected.set(logits.subarray(n * width, (n + 1) * width), i * width);
  }
  return {
    logits: selected,
    width,
    labels: Float64Array.from(positions, (n) => labels[n]!),
  };
}

/** The outputs of every head for examples `start` … `end` − 1. */
export function sliceOutputs(
  outputs: readonly HeadOutputs[],
  start: number,
  end?: number,
): HeadOutputs[] {
  return outputs.map(({ logits, width, labels }) => ({
    width,
    labels: labels.subarray(start, end),
    logits: logits.subarray(start * width, end && end * width),
  }));
}

/**
 * The outputs of every head for all parts, one after the other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const part = (logit: number) => ({
 *   width: 1,
 *   logits: Float32Array.of(logit),
 *   labels: Float64Array.of(1),
 * });
 *
 * const [joined] = joinOutputs([[part(2)], [part(3)]]);
 * assertEquals(joined!.logits, Float32Array.of(2, 3));
 * ```
 */
export function joinOutputs(
  parts: readonly (readonly HeadOutputs[])[],
): HeadOutputs[] {
  return parts[0]!.map(({ width }, h) => ({
    width,
    logits: Float32Array.from(parts.flatMap((part) => [...part[h]!.logits])),
    labels: Float64Array.from(parts.flatMap((part) => [...part[h]!.labels])),
  }));
}
