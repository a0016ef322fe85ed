/** Losses of heads of one column: sigmoid cross-entropy and squared error. */

import { countLabelled, mixedTarget } from "./labels";

/** Columns of a panel: what lies beyond the head's own column is zero in its gradient. */
const PANEL: usize = 8;

/**
 * Cross-entropy of the sigmoid against a smoothed mixture of two labels, and its
 * gradient with respect to the logit.
 *
 *   t = (1 − ε)·(λ·label + (1 − λ)·otherLabel) + ε/2
 *   loss = Σ_r max(z, 0) − z·t + log(1 + exp(−|z|))
 *   gradient[r] = (sigmoid(z[r]) − t[r]) / (number of labelled rows)
 *
 * Returns the loss: the sum over the labelled rows, not the mean. A row whose label
 * is NaN is masked: no loss, zero gradient. An other label of NaN stands for λ = 1.
 *
 * logits z [batch, 1] with row stride `stride` · labels, otherLabels [batch], 0, 1 or
 * NaN · weights λ [batch] in [0, 1] · smoothing ε in [0, 1) · gradient [batch, 8] with
 * row stride gradientStride, overwritten, zero beyond the first column.
 *
 * Source: Goodfellow, Bengio, Courville 2016, Deep Learning, 6.2.2.2, in the form that
 * no large logit overflows.
 */
export function sigmoidCrossEntropy(
  logits: usize,
  stride: i32,
  batch: i32,
  labels: usize,
  otherLabels: usize,
  weights: usize,
  smoothing: f32,
  gradient: usize,
  gradientStride: i32,
): f64 {
  const share = 1 / <f64> countLabelled(labels, batch);
  const epsilon = <f64> smoothing;
  let loss: f64 = 0;
  for (let r = 0; r < batch; r++) {
    const row = <usize> r << 2;
    const g = gradient + row * <usize> gradientStride;
    memory.fill(g, 0, PANEL << 2);
    const label = load<f32>(labels + row);
    if (label !== label) continue;
    const plain = mixedTarget(
      label,
      load<f32>(otherLabels + row),
      load<f32>(weights + row),
    );
    const target = (1 - epsilon) * plain + epsilon / 2;
    const z = <f64> load<f32>(logits + row * <usize> stride);
    const e = NativeMath.exp(-abs<f64>(z));
    loss += max<f64>(z, 0) - z * target + NativeMath.log(1 + e);
    const probability = (z >= 0 ? 1 : e) / (1 + e);
    store<f32>(g, <f32> ((probability - target) * share));
  }
  return loss;
}

/**
 * Squared error against a mixture of two labels, and its gradient with respect to
 * the output.
 *
 *   t = λ·label + (1 − λ)·otherLabel
 *   loss = Σ_r (z[r] − t[r])²
 *   gradient[r] = 2·(z[r] − t[r]) / (number of labelled rows)
 *
 * Returns the loss: the sum over the labelled rows, not the mean. A row whose label
 * is NaN is masked: no loss, zero gradient. An other label of NaN stands for λ = 1.
 *
 * outputs z [batch, 1] with row stride `stride` · labels, otherLabels [batch],
 * standardized, or NaN · weights λ [batch] in [0, 1] · gradient [batch, 8] with row
 * stride gradientStride, overwritten, zero beyond the first column.
 *
 * Source: Goodfellow, Bengio, Courville 2016, Deep Learning, 5.1.4.
 */
export function squaredError(
  outputs: usize,
  stride: i32,
  batch: i32,
  labels: usize,
  otherLabels: usize,
  weights: usize,
  gradient: usize,
  gradientStride: i32,
): f64 {
  const share = 2 / <f64> countLabelled(labels, batch);
  let loss: f64 = 0;
  for (let r = 0; r < batch; r++) {
    const row = <usize> r << 2;
    const g = gradient + row * <usize> gradientStride;
    memory.fill(g, 0, PANEL << 2);
    const label = load<f32>(labels + row);
    if (label !== label) continue;
    const target = mixedTarget(
      label,
      load<f32>(otherLabels + row),
      load<f32>(weights + row),
    );
    const error = <f64> load<f32>(outputs + row * <usize> stride) - target;
    loss += error * error;
    store<f32>(g, <f32> (error * share));
  }
  return loss;
}
