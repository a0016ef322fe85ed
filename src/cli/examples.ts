/** The pictures a command works on: found, described, and named on stderr where they are not usable. @module */

import type { Dataset } from "../data/dataset.ts";
import { describeAll, type DescribeOptions } from "../data/describe_all.ts";
import { DEFAULT_DOMAIN, folderSource } from "../data/folder.ts";
import type { Source } from "../data/source.ts";
import { sketchSource } from "../data/sketch_source.ts";
import {
  foldRows,
  parseShares,
  splitRows,
  type SplitStrategy,
} from "../data/split.ts";
import { DataError } from "../errors.ts";
import type { ModelState } from "../model/state.ts";
import type { Examples } from "../train/batch.ts";
import { MASKED } from "../train/loss.ts";
import type { NamedExamples, Rows } from "../train/plan.ts";
import type { Flag, Flags } from "./flags.ts";
import { startProgress } from "./progress.ts";

/** Flags of every command that reads folders of pictures. */
export const DATA_FLAGS: Readonly<Record<string, Flag>> = {
  data: { value: "DIR", help: "Pictures as DIR/<domain>/<item>/*." },
  workers: {
    value: "N",
    help: "Threads to describe and to train with (one a core).",
  },
  strict: { help: "Fail on a picture that cannot be used." },
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
 * Describes the pictures of `--data`, or the built-in sketches. The dataset is to
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
    console.error(`${dataset.skipped.length} pictures could not be used.`);
  }
  for (const warning of dataset.warnings) console.error(`Warning: ${warning}`);
  return { dataset, source };
}

/**
 * Divides pictures by a split as a training plan records it, such as
 * "80/5/15 blocks", and what are not test pictures into folds, where there are any.
 */
export function splitExamples(
  examples: Examples,
  split: string,
  seed: number,
  folds = 0,
): Rows {
  const [shares, strategy] = split.split(" ") as [string, SplitStrategy];
  const labels = Array.from({ length: examples.length }, (_, row) => ({
    domain: examples.domainOf(row),
    item: examples.itemOf(row),
  }));
  const rows = splitRows(labels, parseShares(shares), { seed, strategy });
  if (folds === 0) return rows;
  const test = new Set(rows.test);
  return {
    ...rows,
    folds: foldRows(labels, folds, { seed, strategy }).map((fold) =>
      fold.filter((row) => !test.has(row))
    ),
  };
}

/**
 * A dataset by the labels of a model. Pictures that lie in item folders only
 * have no domain label.
 *
 * @throws {DataError} If the dataset has a label that the model does not know.
 */
export function labelledAs(
  dataset: Dataset,
  { labels }: ModelState,
): NamedExamples {
  const flat = dataset.domains.length === 1 &&
    dataset.domains[0] === DEFAULT_DOMAIN &&
    !labels.domains.includes(DEFAULT_DOMAIN);
  const domainIndex = flat
    ? [MASKED]
    : dataset.domains.map((name) => indexOf("domain", name, labels.domains));
  const itemIndex = dataset.items.map((name) =>
    indexOf("item", name, labels.items)
  );
  return {
    length: dataset.length,
    views: dataset.views,
    domains: labels.domains,
    items: labels.items,
    preprocessing: dataset.preprocessing,
    inputs: dataset.inputs,
    parts: dataset.parts,
    mirror: dataset.mirror,
    hash: dataset.hash,
    domainOf: (row) => domainIndex[dataset.domainOf(row)]!,
    itemOf: (row) => itemIndex[dataset.itemOf(row)]!,
    read: (row, view, out) => dataset.read(row, view, out),
  };
}

function indexOf(kind: string, name: string, known: readonly string[]): number {
  const index = known.indexOf(name);
  if (index < 0) {
    throw new DataError(
      `Cannot compare with this model: expected the ${kind} to be one of ${
        known.join(", ")
      }, got "${name}"`,
    );
  }
  return index;
}
