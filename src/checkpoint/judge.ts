/**
 * Checks of the numbers of a state. A file may be complete and fit its own description,
 * and still hold numbers that no training produces. Every state that is read passes
 * these checks.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";

/** Slots of optimizers that hold averages or sums of squares. */
const SQUARES =
  /\.(exp_avg_sq|max_exp_avg_sq|square_avg|acc_delta|sum|inverse_deviation)$/;
/** Rows of examples that corrections remember, in which a missing label is NaN. */
const EXAMPLES = /^memory\./;
const INFINITE = [Infinity, -Infinity];
const NOT_FINITE = [NaN, ...INFINITE];
/** The largest float is 3.4e38; sums in a different order need some room. */
const REACH = 1e30;
/** The largest value of a descriptor. */
const MAX_BYTE = 255;
/** The upper half of a float without its sign: ordered as the magnitudes are. */
const MAGNITUDE = 0x7fff;
/** More steps than a model can take in a lifetime. */
const MAX_STEPS = 2 ** 50;

/** The fault of a tensor's values, as "expected …, got …"; undefined if there is none. */
export function tensorFault(
  name: string,
  values: Float32Array,
): string | undefined {
  const refused = EXAMPLES.test(name) ? INFINITE : NOT_FINITE;
  const odd = refused.find((value) => values.includes(value));
  if (odd !== undefined) return `expected finite numbers, got ${odd}`;
  if (!SQUARES.test(name)) return undefined;
  const negative = firstNegative(values);
  return negative === undefined
    ? undefined
    : `expected numbers ≥ 0, got ${negative}`;
}

/**
 * Checks the values of a tensor: finite, where they are squares not negative, and
 * NaN only where a label is missing.
 *
 * @throws {CheckpointError} If they are not.
 */
export function checkTensorValues(name: string, values: Float32Array): void {
  const fault = tensorFault(name, values);
  if (fault === undefined) return;
  throw new CheckpointError(`Cannot read tensor ${name}: ${fault}`);
}

/**
 * Checks a number of steps that was taken: whole, not negative, and not beyond
 * what can be counted on from.
 *
 * @throws {CheckpointError} If it is not.
 */
export function checkStepCount(name: string, step: number): void {
  if (Number.isInteger(step) && step >= 0 && step <= MAX_STEPS) return;
  throw new CheckpointError(
    `Cannot read ${name}: expected a whole number of steps from 0 to ${MAX_STEPS}, got ${step}`,
  );
}

/** The weights of one layer, as far as they bound what comes out of it. */
export interface LayerReach {
  readonly name: string;
  readonly inputs: number;
  /** The largest magnitude of a weight. */
  readonly weight: number;
  /** The largest magnitude of a bias. */
  readonly bias: number;
}

/**
 * Checks that a forward pass is finite, whatever the descriptor: through layers
 * one after the other, each value is at most
 *
 *   inputs · max|w| · max|x| + max|b|
 *
 * @param trunk Layers that read each other's output; the first reads standardized
 * descriptors.
 * @param heads Layers that read the last one's output.
 * @throws {CheckpointError} If a value may leave the range of floats.
 */
export function checkReach(
  { mean, inverseDeviation }: {
    readonly mean: Float32Array;
    readonly inverseDeviation: Float32Array;
  },
  trunk: readonly LayerReach[],
  heads: readonly LayerReach[],
): void {
  let reach = (magnitudeOf(mean) + MAX_BYTE) * magnitudeOf(inverseDeviation);
  const through = ({ name, inputs, weight, bias }: LayerReach) => {
    const out = inputs * weight * reach + bias;
    if (out <= REACH) return out;
    throw new CheckpointError(
      `Cannot use the model: expected finite results whatever the image, ` +
        `got up to ${out} from ${name} (weights up to ${weight})`,
    );
  };
  for (const layer of trunk) reach = through(layer);
  for (const layer of heads) through(layer);
}

/** The largest magnitude in a tensor; 0 for an empty one. */
export function magnitudeOf(values: Float32Array): number {
  const halves = halvesOf(values);
  let [upper, lower, largest] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const half = halves[2 * i + 1]! & MAGNITUDE;
    if (half < upper || (half === upper && halves[2 * i]! <= lower)) continue;
    upper = half;
    lower = halves[2 * i]!;
    largest = i;
  }
  return Math.abs(values[largest] ?? 0);
}

/** The first number below 0; undefined if there is none. */
function firstNegative(values: Float32Array): number | undefined {
  const halves = halvesOf(values);
  for (let i = 0; i < values.length; i++) {
    if (halves[2 * i + 1]! > MAGNITUDE && values[i]! < 0) return values[i];
  }
  return undefined;
}

/**
 * The 16-bit halves of each float, the second with its sign and exponent. Scanning them
 * is faster at a start, when code is interpreted: the engine then allocates an object
 * for every float that it reads, and collects them before the first answer.
 */
function halvesOf({ buffer, byteOffset, length }: Float32Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, 2 * length);
}

/**
 * The reach of a model's layers, from its tensors by name: `trunk.<n>` in their
 * order, and `head.<name>`.
 *
 * @param largest The largest magnitude of a weight that is not among the tensors.
 */
export function reachesOf(
  tensors: ReadonlyMap<string, Float32Array>,
  sizes: { readonly inputs: number; readonly hidden: readonly number[] },
  largest: ReadonlyMap<string, number> = new Map(),
): { trunk: LayerReach[]; heads: LayerReach[] } {
  const layer = (name: string, inputs: number): LayerReach => {
    const weight = `${name}.weight`;
    return {
      name,
      inputs,
      weight: largest.get(weight) ?? magnitudeOf(tensors.get(weight)!),
      bias: magnitudeOf(tensors.get(`${name}.bias`)!),
    };
  };
  const heads = [...tensors.keys()].filter((name) =>
    /^head\..*\.bias$/.test(name)
  );
  const features = sizes.hidden.at(-1) ?? sizes.inputs;
  return {
    trunk: sizes.hidden.map((_, l) =>
      layer(`trunk.${l}`, sizes.hidden[l - 1] ?? sizes.inputs)
    ),
    heads: heads.map((name) => layer(name.slice(0, -".bias".length), features)),
  };
}
