/** All comparisons, one after the other. @module */

import type { HeadSpec } from "../../heads/kinds.ts";
import type { Examples } from "../../model/examples.ts";
import type { Rows } from "../../train/plan.ts";
import {
  BETA2,
  BIAS_LEARNING_RATES,
  type BiasCorrectionResult,
  compareBiasCorrection,
} from "./bias_correction.ts";
import { BOOK_RUNS, type BookResult, compareBook } from "./book.ts";
import { descendBowl } from "./bowl.ts";
import { crossDoubleWell, type DoubleWellResult } from "./double_well.ts";
import { compareHeads, type HeadsResult, networksPerSeed } from "./heads.ts";
import type { Path } from "./landscape.ts";
import { compareMemory, type MemoryResult } from "./memory.ts";
import {
  compareOptimizers,
  LEARNING_RATES,
  type OptimizerResult,
} from "./optimizers.ts";
import { crossSaddle, type SaddleResult } from "./saddle.ts";

/** The data of all comparisons. */
export interface ComparisonData {
  readonly described: Examples;
  /** The same images, row by row, as raw pixels. */
  readonly raw: Examples;
  /** Rows drawn in blocks of neighbours, for all but the book's protocol. */
  readonly blocks: Rows;
  /** Rows drawn one by one, as the book does. */
  readonly random: Rows;
  readonly seed: number;
}

/** The outcome of all comparisons, as plain data. */
export interface Comparison {
  readonly dataset: {
    readonly hash: string;
    readonly images: number;
    readonly heads: readonly HeadSpec[];
    readonly train: number;
    readonly test: number;
  };
  readonly seed: number;
  /** Widths of the trunks of the parts, by what they compare. */
  readonly hidden: typeof HIDDEN;
  readonly bowl: readonly Path[];
  readonly saddle: readonly SaddleResult[];
  readonly doubleWell: readonly DoubleWellResult[];
  readonly optimizers: readonly OptimizerResult[];
  /** Empty where there is one head only. */
  readonly heads: readonly HeadsResult[];
  readonly biasCorrection: readonly BiasCorrectionResult[];
  readonly memory: readonly MemoryResult[];
  readonly book: readonly BookResult[];
  readonly seconds: number;
}

const HIDDEN = {
  optimizers: [64],
  heads: [128],
  biasCorrection: [64],
  memory: [512],
} as const;

const HEAD_SEEDS = 3;

/** Networks that {@linkcode runComparison} trains for these heads. */
export function countTrials(heads: readonly HeadSpec[]): number {
  return Object.values(LEARNING_RATES).flat().length +
    HEAD_SEEDS * networksPerSeed(heads) +
    2 * BETA2.length * BIAS_LEARNING_RATES.length +
    BOOK_RUNS;
}

/** Calls during a comparison, and its interruption. */
export interface ComparisonHooks {
  readonly signal?: AbortSignal;
  /** Called after every network, with what is being compared. */
  onTrial?(done: number, part: string): void;
}

/**
 * Runs everything.
 *
 * @throws The signal's reason if it aborts.
 */
export async function runComparison(
  { described, raw, blocks, random, seed }: ComparisonData,
  { signal, onTrial }: ComparisonHooks = {},
): Promise<Comparison> {
  const start = performance.now();
  let done = 0;
  const counting = (part: string) => () => onTrial?.(++done, part);
  const { hash, heads, inputs, length } = described;
  const examples = inMemory(described);
  const material = { examples, rows: blocks, signal };
  const seeds = Array.from({ length: HEAD_SEEDS }, (_, i) => seed + i);
  return {
    dataset: {
      hash,
      images: length,
      heads,
      train: blocks.train.length,
      test: blocks.test.length,
    },
    seed,
    hidden: HIDDEN,
    bowl: await descendBowl(),
    saddle: await crossSaddle(),
    doubleWell: await crossDoubleWell(),
    optimizers: await compareOptimizers(
      material,
      HIDDEN.optimizers,
      seed,
      counting("optimizers"),
    ),
    heads: await compareHeads(
      material,
      HIDDEN.heads,
      seeds,
      counting("heads"),
    ),
    biasCorrection: await compareBiasCorrection(
      material,
      HIDDEN.biasCorrection,
      seed,
      counting("bias correction"),
    ),
    memory: compareMemory({ inputs, heads, hidden: HIDDEN.memory }),
    book: await compareBook(
      { examples: raw, rows: random, signal },
      { ...material, rows: random },
      seed,
      counting("the book's network"),
    ),
    seconds: (performance.now() - start) / 1000,
  };
}

/** The plain views alone, read once: every network of a comparison reads them again and again. */
function inMemory(examples: Examples): Examples {
  const rows = Array.from({ length: examples.length }, (_, row) => {
    const descriptor = new Uint8Array(examples.inputs);
    examples.read(row, 0, descriptor);
    return descriptor;
  });
  return {
    ...examples,
    views: 1,
    mirror: undefined,
    read: (row, _view, out) => out.set(rows[row]!),
  };
}
