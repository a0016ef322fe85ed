/** Adam on a linear layer's weights without a stored gradient. */

import {
  blockInputs,
  gradientBlock,
  GROUP,
  packedGradient,
  packGradient,
  packInputs,
} from "./gradient_block";
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
 * weightGradientScratch(batch, inputs) floats, overwritten · l2 = Adam's
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
        if (gradientScale !== 1) scale(tile, count << 3, gradientScale);
        const at = (<usize> (first + p) * <usize> inputs + <usize> i) << 5;
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
