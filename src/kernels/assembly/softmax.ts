/** Softmax and its cross-entropy, over a range of columns of the composite output. */

import { countLabelled } from "./labels";

/**
 * Probabilities from logits.
 *
 *   out[r, c] = exp(τ·(z[r, c] − max z[r])) / Σ_k exp(τ·(z[r, k] − max z[r]))
 *
 * logits z [batch, classes] with row stride `stride` · τ = inverseTemperature ≥ 0 ·
 * out [batch, classes] with row stride outStride, overwritten; may be the logits.
 *
 * Source of the temperature: Guo et al. 2017 (arXiv:1706.04599).
 */
export function softmax(
  logits: usize,
  stride: i32,
  classes: i32,
  batch: i32,
  inverseTemperature: f32,
  out: usize,
  outStride: i32,
): void {
  for (let r = 0; r < batch; r++) {
    const z = logits + (<usize> r * <usize> stride << 2);
    const p = out + (<usize> r * <usize> outStride << 2);
    const sum = exponentials(z, classes, inverseTemperature, p);
    for (let c: usize = 0; c < <usize> classes; c++) {
      store<f32>(p + (c << 2), <f32> (<f64> load<f32>(p + (c << 2)) / sum));
    }
  }
}

/** Writes exp(τ·(z − max z)) and returns its sum. */
function exponentials(
  z: usize,
  classes: i32,
  inverseTemperature: f32,
  out: usize,
): f64 {
  const max = maximum(z, classes);
  let sum: f64 = 0;
  for (let c: usize = 0; c < <usize> classes; c++) {
    const shifted = <f64> load<f32>(z + (c << 2)) - <f64> max;
    const e = NativeMath.exp(<f64> inverseTemperature * shifted);
    store<f32>(out + (c << 2), <f32> e);
    sum += e;
  }
  return sum;
}

function maximum(z: usize, classes: i32): f32 {
  let best: f32 = -Infinity;
  for (let c: usize = 0; c < <usize> classes; c++) {
    best = max<f32>(best, load<f32>(z + (c << 2)));
  }
  return best;
}

/**
 * Cross-entropy of softmax against a smoothed mixture of two labels, and its
 * gradient with respect to the logits.
 *
 *   t = (1 − ε)·(λ·onehot(label) + (1 − λ)·onehot(otherLabel)) + ε/classes
 *   loss = Σ_r −Σ_c t[r, c]·log softmax(z[r])[c]
 *   gradient[r, c] = (softmax(z[r])[c] − t[r, c]) / (number of labelled rows)
 *
 * Returns the loss: the sum over the labelled rows, not the mean. A row whose label
 * is NaN is masked: no loss, zero gradient. An other label of NaN stands for λ = 1.
 *
 * logits z [batch, classes] with row stride `stride` · labels, otherLabels [batch],
 * each the index of a class or NaN · weights λ [batch] in [0, 1] · smoothing ε in [0, 1) · gradient
 * [batch, classes rounded up to a multiple of 8] with row stride gradientStride,
 * overwritten, zero beyond the classes.
 *
 * Source: Szegedy et al. 2016, section 7 (arXiv:1512.00567) for the smoothing, Zhang
 * et al. 2018 (arXiv:1710.09412) for the mixture.
 */
export function softmaxCrossEntropy(
  logits: usize,
  stride: i32,
  classes: i32,
  batch: i32,
  labels: usize,
  otherLabels: usize,
  weights: usize,
  smoothing: f32,
  gradient: usize,
  gradientStride: i32,
): f64 {
  const labelled = countLabelled(labels, batch);
  const padded = (<usize> classes + 7) & ~7;
  let loss: f64 = 0;
  for (let r = 0; r < batch; r++) {
    const row = <usize> r << 2;
    const z = logits + row * <usize> stride;
    const g = gradient + row * <usize> gradientStride;
    memory.fill(g, 0, padded << 2);
    const label = load<f32>(labels + row);
    if (label !== label) continue;
    const other = load<f32>(otherLabels + row);
    const mixed = other === other;
    const weight: f64 = mixed ? <f64> load<f32>(weights + row) : 1;
    loss += crossEntropyRow(
      z,
      classes,
      <i32> label,
      mixed ? <i32> other : -1,
      weight,
      smoothing,
      1 / <f64> labelled,
      g,
    );
  }
  return loss;
}

function crossEntropyRow(
  z: usize,
  classes: i32,
  label: i32,
  other: i32,
  weight: f64,
  smoothing: f64,
  share: f64,
  g: usize,
): f64 {
  const max = maximum(z, classes);
  const sum = exponentials(z, classes, 1, g);
  const logSum = NativeMath.log(sum);
  const uniform = smoothing / <f64> classes;
  let loss: f64 = 0;
  for (let c = 0; c < classes; c++) {
    const at = <usize> c << 2;
    let target: f64 = 0;
    if (c === label) target = weight;
    if (c === other) target += 1 - weight;
    target = (1 - smoothing) * target + uniform;
    // An impossible class costs nothing where the target is zero: 0·∞ is left out.
    if (target !== 0) {
      loss += target * (logSum - (<f64> load<f32>(z + at) - <f64> max));
    }
    store<f32>(
      g + at,
      <f32> ((<f64> load<f32>(g + at) / sum - target) * share),
    );
  }
  return loss;
}
