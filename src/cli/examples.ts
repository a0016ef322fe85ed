/** The images a command works on: found, described, and named on stderr where they are not usable. @module */

import type { Dataset } from "../data/dataset.ts";
import { describeAll, type DescribeOptions } from "../data/describe_all.ts";
import type { Source } from "../data/source.ts";
import { foldRows, parseSplit, splitRows } from "../data/split.ts";
import { expectedInWords } from "../data/table_heads.ts";
import { DataError } from "../errors.ts";
import { isKnown, UNKNOWN } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { type Examples, groupsOf } from "../model/examples.ts";
import type { Rows } from "../train/plan.ts";
import { type Flag, type Flags, UsageError } from "./flags.ts";
import { startProgress } from "./progress.ts";
import { SOURCE_FLAGS, sourceOf } from "./source.ts";
import { inOneLine } from "./stderr.ts";

/** Flags of every command that reads labelled images. */
export const DATA_FLAGS: Readonly<Record<string, Flag>> = {
  ...SOURCE_FLAGS,
  workers: {
    value: "N",
    help: "Threads to describe and train with (one per core).",
  },
  strict: { help: "Fail on an image that cannot be used." },
  json: { help: "Print one JSON object on stdout." },
};

/** The number of workers that a command may use: `--workers`, or one for each processor. */
export function workersOf(flags: Flags): number {
  return flags.integer("workers", navigator.hardwareConcurrency, 1);
}

/** The options of opening examples. */
export interface OpenOptions extends DescribeOptions {
  /** The heads of a model: labels are read as it knows them, others left out. */
  readonly heads?: readonly HeadSpec[];
  /** The planned division of the images, checked before any is described. */
  readonly division?: Division;
}

/** A division of images, as a training plan records it. */
export interface Division {
  /** Such as "80/5/15 blocks". */
  readonly split: string;
  readonly seed: number;
  /** 0 for none. */
  readonly folds?: number;
}

/**
 * Describes the images of `--data`, or the built-in sketches. The dataset is to
 * be closed.
 *
 * @throws {DataError} If there is nothing to work on.
 * @throws {UsageError} If the images cannot be divided as they are to be.
 */
export async function openDataset(
  flags: Flags,
  signal: AbortSignal,
  options: OpenOptions = {},
): Promise<{ dataset: Dataset; source: Source }> {
  const source = await sourceOf(flags, options);
  if (options.division !== undefined) {
    for (const warning of checkDivision(source, options.division)) {
      console.error(inOneLine(`Warning: ${warning}`));
    }
  }
  const bar = startProgress("Describing", source.entries.length);
  const dataset = await describeAll(source, {
    ...options,
    signal,
    strict: flags.has("strict"),
    workers: workersOf(flags),
    onProgress: (done) => bar.update(done),
  }).finally(() => bar.stop());
  for (const { id, reason } of dataset.skipped) {
    console.error(inOneLine(`Skipped ${id}: ${reason}`));
  }
  for (const warning of dataset.warnings) {
    console.error(inOneLine(`Warning: ${warning}`));
  }
  return { dataset, source };
}

/**
 * Divides images by a split as a training plan records it, such as
 * "80/5/15 blocks", and what are not test images into folds, where there are any.
 *
 * @throws {UsageError} If there are so few images that a fold is empty.
 */
export function splitExamples(
  examples: Pick<Examples, "heads" | "length" | "labelOf">,
  split: string,
  seed: number,
  folds = 0,
): Rows {
  const { shares, strategy } = parseSplit(split);
  const groups = groupsOf(examples);
  const rows = splitRows(groups, shares, { seed, strategy });
  if (folds === 0) return rows;
  const test = new Set(rows.test);
  const parts = foldRows(groups, folds, { seed, strategy }).map((fold) =>
    fold.filter((row) => !test.has(row))
  );
  if (parts.some(({ length }) => length === 0)) {
    throw new UsageError(
      `Cannot divide ${
        examples.length - test.size
      } images into --folds ${folds}: expected at least one image in each, got none in ${
        parts.filter(({ length }) => length === 0).length
      }`,
    );
  }
  return { ...rows, folds: parts };
}

/** Names the parts of a split that would have no image. */
function checkDivision(
  { heads, entries }: Source,
  { split, seed, folds }: Division,
): string[] {
  const labelled = {
    heads,
    length: entries.length,
    labelOf: (row: number, head: number) => entries[row]!.labels[head]!,
  };
  const rows = splitExamples(labelled, split, seed, folds);
  const { shares } = parseSplit(split);
  return (["validation", "test"] as const)
    .filter((part) => shares[part] > 0 && rows[part].length === 0)
    .map((part) =>
      `No ${part} images: ${
        shares[part]
      } % of ${entries.length} images, of which every group keeps one for training, leave none.`
    );
}

/**
 * Examples labelled for the heads of a model, in their order. Heads that the examples
 * do not have get no labels; other heads of the examples are left out.
 *
 * @throws {DataError} If no head is in both, or an example has a label that the
 * model does not know.
 */
export function labelledAs(
  examples: Examples,
  heads: readonly HeadSpec[],
): Examples {
  const positions = heads.map(({ name }) =>
    examples.heads.findIndex((head) => head.name === name)
  );
  if (positions.every((position) => position < 0)) {
    const names = (of: readonly HeadSpec[]) =>
      of.map(({ name }) => name).join(", ");
    throw new DataError(
      `Cannot compare with this model: expected labels for ${names(heads)}, ` +
        `got some for ${names(examples.heads)}`,
    );
  }
  const labels = heads.map((head, h) => {
    const position = positions[h]!;
    return Float64Array.from({ length: examples.length }, (_, row) => {
      const label = position < 0 ? UNKNOWN : examples.labelOf(row, position);
      return isKnown(label)
        ? translated(label, examples.heads[position]!, head)
        : UNKNOWN;
    });
  });
  return { ...examples, heads, labelOf: (row, head) => labels[head]![row]! };
}

/** The same label to another head. */
function translated(label: number, from: HeadSpec, to: HeadSpec): number {
  if (from.kind === "number" && to.kind === "number") return label;
  const shown = kindOf(from).show(from, label);
  const found = kindOf(to).parse(to, shown);
  if (found !== undefined) return found;
  throw new DataError(
    `Cannot compare with this model: expected ${to.name} to be ${
      expectedInWords(to)
    }, got "${shown}"`,
  );
}
