/**
 * Optimizer updates over n parameters that lie side by side. The conventions are
 * PyTorch's; bias corrections come from the caller, who counts the steps.
 */

import { adamUpdate } from "./adam";
import { blend, decayed, read, write } from "./vector";

/**
 * Stochastic gradient descent with momentum, Nesterov's or the classical.
 *
 *   g ← g + weightDecay·w
 *   buffer ← momentum·buffer + (1 − dampening)·g     (first step: buffer ← g)
 *   w ← w − learningRate·(nesterov ? g + momentum·buffer : buffer)
 *
 * w [n], updated · g [n] · buffer [n], updated; not touched where momentum is 0.
 *
 * Source: Sutskever, Martens, Dahl and Hinton 2013, equations 1–4 (PMLR 28).
 */
export function sgd(
  w: usize,
  g: usize,
  buffer: usize,
  n: i32,
  learningRate: f32,
  momentum: f32,
  dampening: f32,
  nesterov: i32,
  weightDecay: f32,
  first: i32,
): void {
  const rate = f32x4.splat(learningRate);
  const kept = f32x4.splat(momentum), fresh = f32x4.splat(<f32> 1 - dampening);
  const l2 = f32x4.splat(weightDecay);
  while (n > 0) {
    const weight = read(w, n);
    let step = decayed(read(g, n), l2, weight);
    if (momentum !== 0) {
      const velocity = first ? step : blend(kept, read(buffer, n), fresh, step);
      write(buffer, n, velocity);
      step = nesterov ? f32x4.add(step, f32x4.mul(kept, velocity)) : velocity;
    }
    write(w, n, f32x4.sub(weight, f32x4.mul(rate, step)));
    const count = n >= 4 ? 4 : 1;
    n -= count;
    w += count << 2, g += count << 2, buffer += count << 2;
  }
}

/**
 * Adam with the decay added to the gradient.
 *
 *   g ← g + weightDecay·w
 *   m ← β₁·m + (1 − β₁)·g          v ← β₂·v + (1 − β₂)·g²
 *   w ← w − stepSize·m / (√v·inverseSqrtBiasCorrection2 + ε)
 *
 * w, m, v [n], updated · g [n] · stepSize = learningRate / (1 − β₁ᵗ) ·
 * inverseSqrtBiasCorrection2 = 1 / √(1 − β₂ᵗ) · ε > 0.
 *
 * Source: Kingma and Ba 2015, algorithm 1 (arXiv:1412.6980).
 */
export function adam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  n: i32,
  stepSize: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  inverseSqrtBiasCorrection2: f64,
  weightDecay: f64,
): void {
  adamUpdate(
    w,
    g,
    m,
    v,
    n,
    stepSize,
    beta1,
    beta2,
    epsilon,
    inverseSqrtBiasCorrection2,
    weightDecay,
    0,
  );
}

/**
 * Adam with the decay taken from the weights directly: as `adam`, with
 * w ← w − decay·w first, and none added to the gradient.
 *
 * decay = learningRate·weightDecay.
 *
 * Source: Loshchilov and Hutter 2019, algorithm 2 (arXiv:1711.05101).
 */
export function adamw(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  n: i32,
  stepSize: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  inverseSqrtBiasCorrection2: f64,
  decay: f64,
): void {
  adamUpdate(
    w,
    g,
    m,
    v,
    n,
    stepSize,
    beta1,
    beta2,
    epsilon,
    inverseSqrtBiasCorrection2,
    0,
    decay,
  );
}
