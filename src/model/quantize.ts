/**
 * A weight matrix in bytes: w[o, i] = scale[o]·values[o, i].
 *
 * Source: Jacob et al. 2018, "Quantization and Training of Neural Networks for
 * Efficient Integer-Arithmetic-Only Inference" (arXiv:1712.05877), section 2.1,
 * with zero points of 0 and a scale per output.
 *
 * @module
 */

import { type Network, readParameter, writeParameter } from "./network.ts";
import { sameBits } from "./bits.ts";

/** The weight that is kept in bytes: the first layer's, most of a model's parameters. */
export const BYTE_WEIGHT = "trunk.0.weight";

/** A weight matrix in bytes. */
export interface ByteWeight {
  /** [outputs, inputs]. */
  readonly values: Int8Array;
  /** [outputs]. */
  readonly scale: Float32Array;
}

/** The largest byte that rounding gives: −128 stays unused, as −w rounds to the reverse of w. */
const LARGEST = 127;
/** Rows below this are rounded to zeros: their scale would lose bits. */
const SMALLEST = 2 ** -100;
/**
 * Doubles of this size are whole numbers, so that adding and taking it away again
 * rounds; Math.round takes twenty times as long (measured).
 */
const WHOLE = 1.5 * 2 ** 52;
/** The bits of a float's significand that scales do without. */
const SPARE_BITS = 0xff;

/**
 * Rounds a weight matrix to bytes.
 *
 *   scale[o] = max_i |w[o, i]| / 127, rounded up to 16 significant bits
 *   values[o, i] = w[o, i] / scale[o], rounded to the nearest integer
 *
 * A byte times a scale of 16 bits is exact in a float, so that rounding what was
 * rounded changes nothing. The scale of a row of zeros is 0, that of a row with a
 * number that is not finite is NaN: such a network stays as broken as it was.
 *
 * @param weight [outputs, inputs], row-major.
 */
export function roundToBytes(
  weight: Float32Array,
  outputs: number,
): ByteWeight {
  const inputs = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scale = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const row = weight.subarray(o * inputs, (o + 1) * inputs);
    const largest = largestMagnitude(row);
    if (largest < SMALLEST) continue;
    scale[o] = Number.isFinite(largest) ? roundUp(largest / LARGEST) : NaN;
    roundRow(row, scale[o]!, values.subarray(o * inputs, (o + 1) * inputs));
  }
  return { values, scale };
}

/** The numbers that a weight in bytes stands for, row-major. */
export function floatsOf({ values, scale }: ByteWeight): Float32Array {
  const weight = new Float32Array(values.length);
  const inputs = values.length / scale.length;
  scale.forEach((factor, o) => {
    for (let i = o * inputs; i < (o + 1) * inputs; i++) {
      weight[i] = values[i]! * factor;
    }
  });
  return weight;
}

/**
 * A weight in bytes that stands for these very numbers, bit by bit; undefined where
 * there is none.
 */
export function exactBytes(
  weight: Float32Array,
  outputs: number,
): ByteWeight | undefined {
  const rounded = roundToBytes(weight, outputs);
  return sameBits(floatsOf(rounded), weight) ? rounded : undefined;
}

/** Replaces a network's first weight by what its bytes stand for; heads alone stay as they are. */
export function roundNetwork({ trunk: [first] }: Network): void {
  if (first === undefined) return;
  const { outputs, inputs, weight } = first;
  const parameter = {
    name: BYTE_WEIGHT,
    shape: [outputs, inputs],
    values: weight,
  };
  const rounded = roundToBytes(readParameter(parameter), outputs);
  writeParameter(parameter, floatsOf(rounded));
}

/** Rounds row / scale, halves to the even integer. */
function roundRow(row: Float32Array, scale: number, out: Int8Array): void {
  const inverse = 1 / scale;
  for (let i = 0; i < row.length; i++) {
    out[i] = (row[i]! * inverse + WHOLE) - WHOLE;
  }
}

function largestMagnitude(row: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < row.length; i++) {
    largest = Math.max(largest, Math.abs(row[i]!));
  }
  return largest;
}

const FLOAT = new Float32Array(1);
const BITS = new Int32Array(FLOAT.buffer);

/** A positive number as a float of at most 16 significant bits that is no smaller. */
function roundUp(value: number): number {
  FLOAT[0] = value;
  if (FLOAT[0]! < value) BITS[0]!++;
  BITS[0] = (BITS[0]! + SPARE_BITS) & ~SPARE_BITS;
  return FLOAT[0]!;
}
