/** The linear layer's gradients with respect to its weights and bias. */

import {
  blockInputs,
  gradientBlock,
  GROUP,
  packedGradient,
  packGradient,
  packInputs,
} from "./gradient_block";

/**
 * The gradients with respect to the weights and the bias.
 *
 *   dw[o, i] = Σ_r g[r, o]·x[r, i]     db[o] = Σ_r g[r, o]
 *
 * x [batch, inputs] with row stride xStride · g [batch, panels·8] with row stride
 * gStride · dw [panels][inputs][8] and db [panels·8], overwritten · scratch of
 * weightGradientScratch(batch, inputs) floats, overwritten.
 */
export function linearWeightGradient(
  x: usize,
  xStride: i32,
  g: usize,
  gStride: i32,
  dw: usize,
  db: usize,
  batch: i32,
  inputs: i32,
  panels: i32,
  scratch: usize,
): void {
  linearBiasGradient(g, gStride, db, batch, panels);
  const block = blockInputs(batch);
  const packedG = packedGradient(scratch, batch, block);
  const tile = packedG + (<usize> (batch * GROUP) << 5);
  for (let first = 0; first < panels; first += GROUP) {
    const group = min(GROUP, panels - first);
    packGradient(g + (<usize> first << 5), gStride, batch, group, packedG);
    for (let i = 0; i < inputs; i += block) {
      const count = min(block, inputs - i);
      packInputs(x + (<usize> i << 2), xStride, batch, count, scratch);
      for (let p = 0; p < group; p++) {
        gradientBlock(
          scratch,
          packedG + (<usize> (p * batch) << 5),
          batch,
          count,
          tile,
        );
        const at = <usize> (first + p) * <usize> inputs + <usize> i;
        memory.copy(dw + (at << 5), tile, <usize> count << 5);
      }
    }
  }
}

/**
 * The gradient with respect to the bias.
 *
 *   db[o] = Σ_r g[r, o]
 *
 * g [batch, panels·8] with row stride gStride · db [panels·8], overwritten.
 */
export function linearBiasGradient(
  g: usize,
  gStride: i32,
  db: usize,
  batch: i32,
  panels: i32,
): void {
  for (const end = db + (<usize> panels << 5); db < end; db += 16, g += 16) {
    let sum = f32x4.splat(0);
    let at = g;
    for (let r = 0; r < batch; r++, at += <usize> gStride << 2) {
      sum = f32x4.add(sum, v128.load(at));
    }
    v128.store(db, sum);
  }
}
