/** The loss that a calibration of classes minimizes, and Newton's steps on it. @module */

import type { Kernels } from "../kernels/mod.ts";
import { solveByProducts, solvePositive } from "../nn/solve.ts";
import { type HeadOutputs, isKnown } from "./head.ts";

/** Prior standard deviation of the offsets, in nats: few images leave them near 0. */
const OFFSET_DEVIATION = 0.4;
/** The precision of that prior. */
const PRECISION = 1 / OFFSET_DEVIATION ** 2;
/** The precision of the prior at scale 1, for logits that do not determine it. */
export const SCALE_PRECISION = 1e-9;
/** With more classes than this a Hessian, of their number squared, is not written down. */
const MOST_WRITTEN = 512;

/** The loss at a point (a, δ), and its derivatives. */
export interface Assessment {
  readonly loss: number;
  /** The point less this is the least of the parabola through the loss and its derivatives. */
  newtonStep(): Float64Array;
}

/**
 * The loss at a point (a, δ), summed over labelled images,
 *
 *   Σ −Σ_c t_c log softmax(a z + δ)_c + |δ|² / 2σ² + ρ (a − 1)² / 2,
 *   t = (1 − ε) e_label + ε / classes
 *
 * @param point [1 + classes], the scale a and the offsets δ.
 */
export function assess(
  kernels: Kernels,
  { logits, width: classes, labels }: HeadOutputs,
  point: Float64Array,
): Assessment {
  const scale = point[0]!;
  const gradient = point.map((value) => PRECISION * value);
  gradient[0] = SCALE_PRECISION * (scale - 1);
  const curvature = classes > MOST_WRITTEN
    ? new CurvatureByProducts(classes)
    : new WrittenCurvature(classes);
  let loss = SCALE_PRECISION * (scale - 1) ** 2 / 2;
  for (const offset of point.subarray(1)) loss += PRECISION * offset ** 2 / 2;

  const images = labels.filter(isKnown).length;
  const smoothing = 1 / (images + 1);
  const p = new Float64Array(classes);
  labels.forEach((label, n) => {
    if (!isKnown(label)) return;
    const z = logits.subarray(n * classes, (n + 1) * classes);
    const logSum = softmax(kernels, z, point, p);
    for (let c = 0; c < classes; c++) {
      const target = smoothing / classes + (c === label ? 1 - smoothing : 0);
      const q = scale * z[c]! + point[c + 1]!;
      loss += target * (logSum - q);
      gradient[0]! += (p[c]! - target) * z[c]!;
      gradient[c + 1]! += p[c]! - target;
    }
    curvature.add(z, p);
  });
  return { loss, newtonStep: () => curvature.solve(gradient) };
}

/**
 * The Hessian H of the loss, a sum over images and the prior:
 *
 *   H v = Σ (z · r, r) + (ρ v_a, v_δ / σ²)
 *   r_c = p_c (u_c − p · u), u_c = z_c v_a + v_δc
 */
interface Curvature {
  /** Adds an image by its logits and probabilities. */
  add(z: Float32Array, p: Float64Array): void;
  /** H⁻¹ g. */
  solve(gradient: Float64Array): Float64Array;
}

/** The lower triangle of the Hessian, number by number. */
class WrittenCurvature implements Curvature {
  readonly #rows: readonly Float64Array[];

  constructor(classes: number) {
    this.#rows = Array.from({ length: 1 + classes }, (_, i) => {
      const row = new Float64Array(i + 1);
      row[i] = i === 0 ? SCALE_PRECISION : PRECISION;
      return row;
    });
  }

  add(z: Float32Array, p: Float64Array): void {
    const mean = meanOf(z, p);
    const first = this.#rows[0]!;
    for (let c = 0; c < p.length; c++) {
      first[0]! += p[c]! * (z[c]! - mean) * z[c]!;
      const row = this.#rows[c + 1]!;
      row[0]! += p[c]! * (z[c]! - mean);
      for (let k = 0; k <= c; k++) row[k + 1]! -= p[c]! * p[k]!;
      row[c + 1]! += p[c]!;
    }
  }

  solve(gradient: Float64Array): Float64Array {
    const step = gradient.slice();
    solvePositive(this.#rows, step);
    return step;
  }
}

/** The Hessian as the images that it consists of: its memory and time grow with the classes, not with their square. */
class CurvatureByProducts implements Curvature {
  readonly #images: { z: Float32Array; p: Float32Array }[] = [];
  readonly #diagonal: Float64Array;

  constructor(classes: number) {
    this.#diagonal = new Float64Array(1 + classes).fill(PRECISION);
    this.#diagonal[0] = SCALE_PRECISION;
  }

  add(z: Float32Array, p: Float64Array): void {
    this.#images.push({ z, p: Float32Array.from(p) });
    const mean = meanOf(z, p);
    for (let c = 0; c < p.length; c++) {
      this.#diagonal[0]! += p[c]! * (z[c]! - mean) * z[c]!;
      this.#diagonal[c + 1]! += p[c]! * (1 - p[c]!);
    }
  }

  solve(gradient: Float64Array): Float64Array {
    return solveByProducts((v) => this.#times(v), this.#diagonal, gradient);
  }

  #times(vector: Float64Array): Float64Array {
    const product = vector.map((value) => PRECISION * value);
    product[0] = SCALE_PRECISION * vector[0]!;
    const u = new Float64Array(vector.length - 1);
    for (const { z, p } of this.#images) {
      let mean = 0;
      for (let c = 0; c < u.length; c++) {
        u[c] = z[c]! * vector[0]! + vector[c + 1]!;
        mean += p[c]! * u[c]!;
      }
      for (let c = 0; c < u.length; c++) {
        const r = p[c]! * (u[c]! - mean);
        product[0]! += z[c]! * r;
        product[c + 1]! += r;
      }
    }
    return product;
  }
}

/** Σ_c p_c z_c. */
function meanOf(z: Float32Array, p: Float64Array): number {
  return p.reduce((sum, share, c) => sum + share * z[c]!, 0);
}

/** Writes softmax(a z + δ) to `out`; returns the logarithm of its denominator, log Σ exp(a z + δ). */
function softmax(
  kernels: Kernels,
  z: Float32Array,
  point: Float64Array,
  out: Float64Array,
): number {
  const scale = point[0]!;
  for (let c = 0; c < out.length; c++) out[c] = scale * z[c]! + point[c + 1]!;
  const largest = out.reduce((most, q) => Math.max(most, q), -Infinity);
  let sum = 0;
  for (let c = 0; c < out.length; c++) {
    out[c] = kernels.exp(out[c]! - largest);
    sum += out[c]!;
  }
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
  return largest + kernels.log(sum);
}
