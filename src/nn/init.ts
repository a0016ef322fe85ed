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
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Random } from "./prng.ts";
 *
 * const weights = new Float32Array(64);
 * heUniform(weights, 6, Random.fromSeed(1));
 *
 * assert(weights.every((weight) => Math.abs(weight) <= 1));
 * ```
 */
export function heUniform(
  weights: Float32Array,
  inputs: number,
  random: Random,
): void {
  fillUniform(weights, Math.sqrt(6 / inputs), random);
}

/** Standard deviation of an output layer's initial weights. */
const OUTPUT_DEVIATION = 0.01;

/**
 * Fills `weights` for a linear output layer: so small that an untrained model
 * says nearly the same of everything.
 *
 *   w ~ U(−0.01·√3, 0.01·√3), standard deviation 0.01
 *
 * Source: Krizhevsky, Sutskever, Hinton 2012, §5, for the standard deviation.
 */
export function smallUniform(weights: Float32Array, random: Random): void {
  fillUniform(weights, OUTPUT_DEVIATION * Math.sqrt(3), random);
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
