/** The linear layer's gradients with respect to its weights and bias. */

import {
  blockInputs,
  gradientTile,
  groupPanels,
  packGradient,
  packInputs,
  tileInputs,
} from "./gradient_tile";

/**
 * The gradients with respect to the weights and the bias.
 *
 *   dw[o, i] = Σ_r g[r, o]·x[r, i]     db[o] = Σ_r g[r, o]
 *
 * x [batch, inputs] with row stride xStride · g [batch, panels·8] with row stride
 * gStride · dw [panels][inputs][8] and db [panels·8], overwritten · scratch of
 * weightGradientScratch(batch) floats, overwritten.
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
  const tileWidth = tileInputs(batch);
  const group = groupPanels(batch);
  for (let first = 0; first < panels; first += group) {
    const own = min(group, panels - first);
    packGradient(g + (<usize> first << 5), gStride, batch, own, scratch);
    for (let i = 0; i < inputs; i += block) {
      const width = min(block, inputs - i);
      packInputs(x + (<usize> i << 2), xStride, batch, width, scratch);
      for (let p = 0; p < own; p++) {
        const panel = <usize> (first + p) * <usize> inputs + <usize> i;
        for (let t = 0; t < width; t += tileWidth) {
          const count = min(tileWidth, width - t);
          const tile = gradientTile(scratch, batch, p, t, count);
          const at = (panel + <usize> t) << 5;
          memory.copy(dw + at, tile, <usize> count << 5);
        }
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
