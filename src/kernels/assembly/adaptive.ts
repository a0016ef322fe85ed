/**
 * Optimizers that scale every parameter's step by what its gradients were like.
 * The conventions are PyTorch's; states start at zero.
 */

import { blend, decayed, read, write } from "./vector";

/**
 * AdaGrad.
 *
 *   g ← g + weightDecay·w
 *   s ← s + g²
 *   w ← w − learningRate·g / (√s + ε)
 *
 * w, s [n], updated · g [n] · ε > 0.
 *
 * Source: Duchi, Hazan and Singer 2011, figure 1 with a diagonal (JMLR 12).
 */
export function adagrad(
  w: usize,
  g: usize,
  s: usize,
  n: i32,
  learningRate: f64,
  epsilon: f64,
  weightDecay: f64,
): void {
  const rate = f32x4.splat(<f32> learningRate);
  const eps = f32x4.splat(<f32> epsilon);
  const l2 = f32x4.splat(<f32> weightDecay);
  while (n > 0) {
    const weight = read(w, n);
    const gradient = decayed(read(g, n), l2, weight);
    const sum = f32x4.add(read(s, n), f32x4.mul(gradient, gradient));
    const denominator = f32x4.add(f32x4.sqrt(sum), eps);
    const step = f32x4.div(f32x4.mul(rate, gradient), denominator);
    write(s, n, sum);
    write(w, n, f32x4.sub(weight, step));
    const count = n >= 4 ? 4 : 1;
    n -= count;
    w += count << 2, g += count << 2, s += count << 2;
  }
}

/**
 * Adadelta.
 *
 *   g ← g + weightDecay·w
 *   s ← ρ·s + (1 − ρ)·g²
 *   Δ ← √(d + ε) / √(s + ε)·g
 *   d ← ρ·d + (1 − ρ)·Δ²
 *   w ← w − learningRate·Δ
 *
 * w, s, d [n], updated · g [n] · ε > 0.
 *
 * Source: Zeiler 2012, algorithm 1 (arXiv:1212.5701).
 */
export function adadelta(
  w: usize,
  g: usize,
  s: usize,
  d: usize,
  n: i32,
  learningRate: f64,
  rho: f64,
  epsilon: f64,
  weightDecay: f64,
): void {
  const rate = f32x4.splat(<f32> learningRate);
  const kept = f32x4.splat(<f32> rho);
  const fresh = f32x4.splat(<f32> (1 - rho));
  const eps = f32x4.splat(<f32> epsilon);
  const l2 = f32x4.splat(<f32> weightDecay);
  while (n > 0) {
    const weight = read(w, n);
    const gradient = decayed(read(g, n), l2, weight);
    const square = blend(
      kept,
      read(s, n),
      fresh,
      f32x4.mul(gradient, gradient),
    );
    const moved = read(d, n);
    const reach = f32x4.sqrt(f32x4.add(moved, eps));
    const size = f32x4.sqrt(f32x4.add(square, eps));
    const step = f32x4.mul(f32x4.div(reach, size), gradient);
    write(s, n, square);
    write(d, n, blend(kept, moved, fresh, f32x4.mul(step, step)));
    write(w, n, f32x4.sub(weight, f32x4.mul(rate, step)));
    const count = n >= 4 ? 4 : 1;
    n -= count;
    w += count << 2, g += count << 2, s += count << 2, d += count << 2;
  }
}

/**
 * RMSProp.
 *
 *   g ← g + weightDecay·w
 *   s ← α·s + (1 − α)·g²
 *   w ← w − learningRate·g / (√s + ε)
 *
 * w, s [n], updated · g [n] · ε > 0.
 *
 * Source: Tieleman and Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning".
 */
export function rmsprop(
  w: usize,
  g: usize,
  s: usize,
  n: i32,
  learningRate: f64,
  alpha: f64,
  epsilon: f64,
  weightDecay: f64,
): void {
  const rate = f32x4.splat(<f32> learningRate);
  const kept = f32x4.splat(<f32> alpha);
  const fresh = f32x4.splat(<f32> (1 - alpha));
  const eps = f32x4.splat(<f32> epsilon);
  const l2 = f32x4.splat(<f32> weightDecay);
  while (n > 0) {
    const weight = read(w, n);
    const gradient = decayed(read(g, n), l2, weight);
    const square = blend(
      kept,
      read(s, n),
      fresh,
      f32x4.mul(gradient, gradient),
    );
    const denominator = f32x4.add(f32x4.sqrt(square), eps);
    const step = f32x4.div(f32x4.mul(rate, gradient), denominator);
    write(s, n, square);
    write(w, n, f32x4.sub(weight, step));
    const count = n >= 4 ? 4 : 1;
    n -= count;
    w += count << 2, g += count << 2, s += count << 2;
  }
}

/**
 * AMSGrad: Adam whose second moment, where it scales a step, never shrinks.
 *
 *   g ← g + weightDecay·w,  w ← w − decay·w
 *   m ← β₁·m + (1 − β₁)·g          v ← β₂·v + (1 − β₂)·g²
 *   u ← max(u, v)
 *   w ← w − stepSize·m / (√u·inverseSqrtBiasCorrection2 + ε)
 *
 * w, m, v, u [n], updated · g [n] · stepSize = learningRate / (1 − β₁ᵗ) ·
 * inverseSqrtBiasCorrection2 = 1 / √(1 − β₂ᵗ) · ε > 0. The decay that is not
 * wanted — added to the gradient, or taken from the weights — is 0.
 *
 * Source: Reddi, Kale and Kumar 2018, algorithm 2 (arXiv:1904.09237), with bias corrections.
 */
export function amsgrad(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  u: usize,
  n: i32,
  stepSize: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  inverseSqrtBiasCorrection2: f64,
  weightDecay: f64,
  decay: f64,
): void {
  const rate = f32x4.splat(<f32> stepSize);
  const kept1 = f32x4.splat(<f32> beta1);
  const fresh1 = f32x4.splat(<f32> (1 - beta1));
  const kept2 = f32x4.splat(<f32> beta2);
  const fresh2 = f32x4.splat(<f32> (1 - beta2));
  const eps = f32x4.splat(<f32> epsilon);
  const correction = f32x4.splat(<f32> inverseSqrtBiasCorrection2);
  const l2 = f32x4.splat(<f32> weightDecay);
  const share = f32x4.splat(<f32> decay);
  while (n > 0) {
    const weight = read(w, n);
    const gradient = decayed(read(g, n), l2, weight);
    const first = blend(kept1, read(m, n), fresh1, gradient);
    const square = f32x4.mul(gradient, gradient);
    const second = blend(kept2, read(v, n), fresh2, square);
    const largest = f32x4.max(read(u, n), second);
    const root = f32x4.mul(f32x4.sqrt(largest), correction);
    const step = f32x4.div(f32x4.mul(rate, first), f32x4.add(root, eps));
    const shrunk = f32x4.sub(weight, f32x4.mul(share, weight));
    write(m, n, first);
    write(v, n, second);
    write(u, n, largest);
    write(w, n, f32x4.sub(shrunk, step));
    const count = n >= 4 ? 4 : 1;
    n -= count;
    w += count << 2, g += count << 2, m += count << 2;
    v += count << 2, u += count << 2;
  }
}
