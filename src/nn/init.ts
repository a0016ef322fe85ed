/**
 * Initial weights. Uniform rather than normal: a uniform draw needs only
 * multiplication and a square root, which give the same bits on every machine.
 *
 * @module
 */

import type { Random } from "./prng.ts";

/**
 * Fills `weights` for a layer that feeds a ReLU.
 *
 *   w ~ U(−√(6/I), √(6/I)), I = inputs
 *
 * Source: He, Zhang, Ren, Sun 2015, equation 10 (arXiv:1502.01852), variance 2/I.
 */
export function heUniform(
  weights: Float32Array,
  inputs: number,
  random: Random,
): void {
  fillUniform(weights, Math.sqrt(6 / inputs), random);
}

/**
 * Fills `weights` for a linear output layer.
 *
 *   w ~ U(−√(3/I), √(3/I)), I = inputs
 *
 * Source: LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", §4.6, variance 1/I.
 */
export function leCunUniform(
  weights: Float32Array,
  inputs: number,
  random: Random,
): void {
  fillUniform(weights, Math.sqrt(3 / inputs), random);
}

function fillUniform(
  weights: Float32Array,
  bound: number,
  random: Random,
): void {
  for (let i = 0; i < weights.length; i++) {
    weights[i] = bound * (2 * random.uniform() - 1);
  }
}
