/** All comparisons, one after the other. @module */

import type { Examples } from "../../train/batch.ts";
import type { NamedExamples, Rows } from "../../train/plan.ts";
import {
  BETA2,
  BIAS_LEARNING_RATES,
  type BiasCorrectionResult,
  compareBiasCorrection,
} from "./bias_correction.ts";
import { BOOK_RUNS, type BookResult, compareBook } from "./book.ts";
import { type BowlPath, descendBowl } from "./bowl.ts";
import { compareHeads, type HeadsResult, NETWORKS_PER_SEED } from "./heads.ts";
import { compareMemory, type MemoryResult } from "./memory.ts";
import {
  compareOptimizers,
  LEARNING_RATES,
  type OptimizerResult,
} from "./optimizers.ts";

/** What the comparisons work on. */
export interface ComparisonData {
  readonly described: NamedExamples;
  /** The same pictures, row by row, as raw pixels. */
  readonly raw: Examples & { readonly inputs: number };
  /** Rows drawn in blocks of neighbours, for all but the book's protocol. */
  readonly blocks: Rows;
  /** Rows drawn one by one, as the book does. */
  readonly random: Rows;
  readonly seed: number;
}

/** What came out, as plain data. */
export interface Comparison {
  readonly dataset: {
    readonly hash: string;
    readonly images: number;
    readonly domains: number;
    readonly items: number;
    readonly train: number;
    readonly test: number;
  };
  readonly seed: number;
  /** Widths of the trunks of the parts, by what they compare. */
  readonly hidden: typeof HIDDEN;
  readonly bowl: readonly BowlPath[];
  readonly optimizers: readonly OptimizerResult[];
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

/** Networks that {@linkcode runComparison} trains. */
export const TRIALS = Object.values(LEARNING_RATES).flat().length +
  HEAD_SEEDS * NETWORKS_PER_SEED +
  2 * BETA2.length * BIAS_LEARNING_RATES.length +
  BOOK_RUNS;

/** What the caller hears and says meanwhile. */
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
  const classes = {
    domains: described.domains.length,
    items: described.items.length,
  };
  const sizes = { inputs: described.inputs, ...classes };
  const examples = inMemory(described, described.inputs);
  const { parts } = described;
  const material = { examples, parts, rows: blocks, signal };
  const seeds = Array.from({ length: HEAD_SEEDS }, (_, i) => seed + i);
  return {
    dataset: {
      hash: described.hash,
      images: described.length,
      ...classes,
      train: blocks.train.length,
      test: blocks.test.length,
    },
    seed,
    hidden: HIDDEN,
    bowl: await descendBowl(),
    optimizers: await compareOptimizers(
      material,
      { ...sizes, hidden: HIDDEN.optimizers },
      seed,
      counting("optimizers"),
    ),
    heads: await compareHeads(
      material,
      { ...sizes, hidden: HIDDEN.heads },
      seeds,
      counting("heads"),
    ),
    biasCorrection: await compareBiasCorrection(
      material,
      { ...sizes, hidden: HIDDEN.biasCorrection },
      seed,
      counting("bias correction"),
    ),
    memory: compareMemory({ ...sizes, hidden: HIDDEN.memory }),
    book: await compareBook(
      { examples: raw, parts: [raw.inputs], rows: random, signal },
      { ...material, rows: random },
      classes,
      { raw: raw.inputs, described: described.inputs },
      seed,
      counting("the book's network"),
    ),
    seconds: (performance.now() - start) / 1000,
  };
}

/** The plain views, read once: every network of a comparison reads them again and again. */
function inMemory(examples: Examples, inputs: number): Examples {
  const rows = Array.from({ length: examples.length }, (_, row) => {
    const descriptor = new Uint8Array(inputs);
    examples.read(row, 0, descriptor);
    return descriptor;
  });
  return {
    length: examples.length,
    views: 1,
    domainOf: (row) => examples.domainOf(row),
    itemOf: (row) => examples.itemOf(row),
    read: (row, _view, out) => out.set(rows[row]!),
  };
}
