/** The images a command works on: found, described, and named on stderr where they are not usable. @module */

import type { Dataset } from "../data/dataset.ts";
import { describeAll, type DescribeOptions } from "../data/describe_all.ts";
import { folderSource } from "../data/folder.ts";
import type { Source } from "../data/source.ts";
import { sketchSource } from "../data/sketch_source.ts";
import {
  foldRows,
  parseShares,
  splitRows,
  type SplitStrategy,
} from "../data/split.ts";
import { DataError } from "../errors.ts";
import { isKnown, UNKNOWN } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { type Examples, groupsOf } from "../model/examples.ts";
import type { Rows } from "../train/plan.ts";
import type { Flag, Flags } from "./flags.ts";
import { startProgress } from "./progress.ts";

/** Flags of every command that reads folders of images. */
export const DATA_FLAGS: Readonly<Record<string, Flag>> = {
  data: { value: "DIR", help: "Images as DIR/<domain>/<item>/*." },
  workers: {
    value: "N",
    help: "Threads to describe and to train with (one a core).",
  },
  strict: { help: "Fail on a image that cannot be used." },
  json: { help: "Print one JSON object on stdout." },
};

/** The built-in sketches make a model that knows nothing of photographs. */
const SKETCH_NOTICE =
  "Training on the built-in sketches; for your own photographs name their folder with --data DIR.";

/** How many workers a command may use: `--workers`, or one for each processor. */
export function workersOf(flags: Flags): number {
  return flags.integer("workers", navigator.hardwareConcurrency, 1);
}

/**
 * Describes the images of `--data`, or the built-in sketches. The dataset is to
 * be closed.
 *
 * @throws {DataError} If there is nothing to work on.
 */
export async function openDataset(
  flags: Flags,
  signal: AbortSignal,
  options: DescribeOptions = {},
): Promise<{ dataset: Dataset; source: Source }> {
  const folder = flags.text("data");
  if (folder === undefined) console.error(SKETCH_NOTICE);
  const source = folder === undefined
    ? sketchSource()
    : await folderSource(folder, options);
  const bar = startProgress("Describing", source.entries.length);
  const dataset = await describeAll(source, {
    ...options,
    signal,
    strict: flags.has("strict"),
    workers: workersOf(flags),
    onProgress: (done) => bar.update(done, ""),
  }).finally(() => bar.stop());
  for (const { id, reason } of dataset.skipped) {
    console.error(`Skipped ${id}: ${reason}`);
  }
  if (dataset.skipped.length > 0) {
    console.error(`${dataset.skipped.length} images could not be used.`);
  }
  for (const warning of dataset.warnings) console.error(`Warning: ${warning}`);
  return { dataset, source };
}

/**
 * Divides images by a split as a training plan records it, such as
 * "80/5/15 blocks", and what are not test images into folds, where there are any.
 */
export function splitExamples(
  examples: Examples,
  split: string,
  seed: number,
  folds = 0,
): Rows {
  const [shares, strategy] = split.split(" ") as [string, SplitStrategy];
  const groups = groupsOf(examples);
  const rows = splitRows(groups, parseShares(shares), { seed, strategy });
  if (folds === 0) return rows;
  const test = new Set(rows.test);
  return {
    ...rows,
    folds: foldRows(groups, folds, { seed, strategy }).map((fold) =>
      fold.filter((row) => !test.has(row))
    ),
  };
}

/**
 * Examples by the heads of a model, in their order. A head of which the examples
 * know nothing has no label; what the model has no head for is left out.
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
      kindOf(to).expected(to)
    }, got "${shown}"`,
  );
}
