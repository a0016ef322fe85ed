/** Adam on a linear layer's weights without a stored gradient. */

import {
  blockInputs,
  gradientTile,
  groupPanels,
  packGradient,
  packInputs,
  tileInputs,
} from "./gradient_tile";
import { adamUpdate } from "./adam";
import { scale } from "./elementwise";

/**
 * The weight gradient and the optimizer's update in one pass.
 *
 *   dw[o, i] = gradientScale·Σ_r g[r, o]·x[r, i],  then Adam on w, m, v with dw
 *
 * The gradient exists one block at a time, in the first cache. Bits are those of
 * linearWeightGradient, scale and adam (decay = 0) or adamw (l2 = 0), one after
 * the other; a gradientScale of 1 changes none.
 *
 * x [batch, inputs] with row stride xStride · g [batch, panels·8] with row stride
 * gStride · w, m, v [panels][inputs][8], updated · scratch of
 * weightGradientScratch(batch) floats, overwritten · l2 = Adam's
 * weightDecay, decay = AdamW's learningRate·weightDecay, the rest as for adam.
 *
 * Source: Kingma and Ba 2015, algorithm 1 (arXiv:1412.6980); Loshchilov and Hutter
 * 2019, algorithm 2 (arXiv:1711.05101).
 */
export function linearWeightGradientAdam(
  x: usize,
  xStride: i32,
  g: usize,
  gStride: i32,
  w: usize,
  m: usize,
  v: usize,
  batch: i32,
  inputs: i32,
  panels: i32,
  scratch: usize,
  gradientScale: f32,
  stepSize: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  inverseSqrtBiasCorrection2: f64,
  l2: f64,
  decay: f64,
): void {
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
          if (gradientScale !== 1) scale(tile, count << 3, gradientScale);
          adamUpdate(
            w + at,
            tile,
            m + at,
            v + at,
            count << 3,
            stepSize,
            beta1,
            beta2,
            epsilon,
            inverseSqrtBiasCorrection2,
            l2,
            decay,
          );
        }
      }
    }
  }
}
