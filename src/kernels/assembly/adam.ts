/** Adam and AdamW: one update with a place for either decay. */

import { blend, decayed } from "./vector";

/**
 * Updates n parameters: L2 decay into the gradient, decoupled decay off the
 * weights, either of them 0. See `adam` and `adamw` in optimizers.ts.
 */
export function adamUpdate(
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
  l2: f64,
  decay: f64,
): void {
  const b1 = <f32> beta1, c1 = <f32> (1 - beta1);
  const b2 = <f32> beta2, c2 = <f32> (1 - beta2);
  const rate = <f32> stepSize,
    eps = <f32> epsilon,
    correction = <f32> inverseSqrtBiasCorrection2;
  const toGradient = <f32> l2, toWeight = <f32> decay;
  const whole = <usize> (n & ~3) << 2;
  updateFours(
    w,
    g,
    m,
    v,
    whole,
    f32x4.splat(rate),
    f32x4.splat(b1),
    f32x4.splat(c1),
    f32x4.splat(b2),
    f32x4.splat(c2),
    f32x4.splat(eps),
    f32x4.splat(correction),
    f32x4.splat(toGradient),
    f32x4.splat(toWeight),
  );
  const end = w + (<usize> n << 2);
  w += whole, g += whole, m += whole, v += whole;
  for (; w < end; w += 4, g += 4, m += 4, v += 4) {
    const weight = load<f32>(w);
    const gradient = load<f32>(g) + toGradient * weight;
    const first = b1 * load<f32>(m) + c1 * gradient;
    const second = b2 * load<f32>(v) + c2 * (gradient * gradient);
    const denominator = sqrt<f32>(second) * correction + eps;
    store<f32>(m, first);
    store<f32>(v, second);
    store<f32>(w, (weight - toWeight * weight) - rate * first / denominator);
  }
}

/**
 * Updates `size` bytes of parameters, a multiple of 16. The constants come as
 * vectors because the engine makes a splat that is not a parameter anew on every
 * turn of the loop (measured by tests/bench/kernels.ts).
 */
function updateFours(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  size: usize,
  stepSize: v128,
  beta1: v128,
  rest1: v128,
  beta2: v128,
  rest2: v128,
  epsilon: v128,
  correction: v128,
  l2: v128,
  decay: v128,
): void {
  for (const end = w + size; w < end; w += 16, g += 16, m += 16, v += 16) {
    const weight = v128.load(w);
    const gradient = decayed(v128.load(g), l2, weight);
    const first = blend(beta1, v128.load(m), rest1, gradient);
    const second = blend(
      beta2,
      v128.load(v),
      rest2,
      f32x4.mul(gradient, gradient),
    );
    const denominator = f32x4.add(
      f32x4.mul(f32x4.sqrt(second), correction),
      epsilon,
    );
    const shrunk = f32x4.sub(weight, f32x4.mul(decay, weight));
    v128.store(m, first);
    v128.store(v, second);
    v128.store(
      w,
      f32x4.sub(shrunk, f32x4.div(f32x4.mul(stepSize, first), denominator)),
    );
  }
}
