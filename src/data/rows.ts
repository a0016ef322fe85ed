/**
 * From the described entries of a source to the rows of a dataset.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import { isKnown, UNKNOWN } from "../heads/head.ts";
import { type HeadSpec } from "../heads/kinds.ts";
import type { DatasetParts, DatasetRow } from "./dataset.ts";
import {
  copyWarnings,
  labelText,
  labelWarnings,
  lostFolderWarnings,
  lostLabelWarnings,
  nearDoubleWarnings,
  unusableWarnings,
} from "./label_warnings.ts";
import { sha256 } from "../model/bits.ts";
import type { Source, SourceEntry } from "./source.ts";

/** An image's content and where its descriptors are, or why there are none. */
export type DescribedEntry = { contentHash: string; slot: number } | {
  unusable: string;
};

/**
 * The usable entries as rows, in their order. Classes that no usable image has
 * are dropped, and heads of which no usable image has a label.
 *
 * @throws {DataError} If no image is usable and labelled, or where the rows are
 * for training and no head's labels differ.
 */
export async function assembleRows(
  source: Source,
  described: readonly DescribedEntry[],
  forTraining: boolean,
): Promise<DatasetParts> {
  const skipped: { id: string; reason: string }[] = [];
  const usable: DatasetRow[] = [];
  source.entries.forEach((entry, i) => {
    const result = described[i]!;
    if ("unusable" in result) {
      skipped.push({ id: entry.id, reason: result.unusable });
    } else {
      usable.push({ ...entry, ...result });
    }
  });
  const { heads, rows } = withUsedLabels(source.heads, usable);
  const enough = forTraining ? differ(heads, rows) : heads.length > 0;
  if (!enough) throw tooFew(heads, rows, skipped, forTraining);
  return {
    heads,
    rows,
    skipped,
    warnings: [
      ...source.warnings,
      ...nearDoubleWarnings(source.heads),
      ...unusableWarnings(skipped),
      ...lostFolderWarnings(skipped, rows),
      // A model that is measured or corrected keeps its labels, whatever is shown of them.
      ...(forTraining
        ? [
          ...lostLabelWarnings(source.heads, heads),
          ...labelWarnings(heads, rows),
        ]
        : []),
      ...copyWarnings(heads, rows, forTraining),
    ],
    hash: await datasetHash(heads, rows),
  };
}

/** Whether some head has labels that differ. */
function differ(
  heads: readonly HeadSpec[],
  entries: readonly Pick<SourceEntry, "labels">[],
): boolean {
  return heads.some((_, h) =>
    new Set(entries.map(({ labels }) => labels[h]!).filter(isKnown)).size > 1
  );
}

/** The heads with the labels that occur, and the rows labelled by these. */
function withUsedLabels(
  all: readonly HeadSpec[],
  rows: readonly DatasetRow[],
): Pick<DatasetParts, "heads" | "rows"> {
  const used = all.map((_, h) =>
    [...new Set(rows.map(({ labels }) => labels[h]!).filter(isKnown))]
      .sort((a, b) => a - b)
  );
  const kept = [...all.keys()].filter((h) => used[h]!.length > 0);
  const heads = kept.map((h): HeadSpec => {
    const head = all[h]!;
    return head.kind === "classes"
      ? { ...head, labels: used[h]!.map((label) => head.labels[label]!) }
      : head;
  });
  const renamed = kept.map((h) =>
    all[h]!.kind === "classes"
      ? new Map(used[h]!.map((label, index) => [label, index]))
      : undefined
  );
  const relabelled = ({ labels }: DatasetRow) =>
    kept.map((h, k) => {
      const label = labels[h]!;
      const indices = renamed[k];
      return indices === undefined ? label : indices.get(label) ?? UNKNOWN;
    });
  return {
    heads,
    rows: rows.map((row) => ({ ...row, labels: relabelled(row) })),
  };
}

function tooFew(
  heads: readonly HeadSpec[],
  rows: readonly DatasetRow[],
  skipped: DatasetParts["skipped"],
  forTraining: boolean,
): DataError {
  const [first] = skipped;
  const alike = heads.length === 0 ? "without labels" : "with the same labels";
  return new DataError(
    `Cannot use these images: expected usable ones ${
      forTraining ? "whose labels differ" : "with labels"
    }, got ${rows.length === 0 ? "none" : `${rows.length} ${alike}`}` +
      (first === undefined
        ? ""
        : `; ${skipped.length} could not be used, the first is "${first.id}": ${first.reason}`),
  );
}

/**
 * Sha-256 over one line for each image, sorted: its content's hash, a space, its
 * labels with slashes between. An unknown label is empty; slashes, backslashes
 * and line ends in a label have a backslash before them.
 */
async function datasetHash(
  heads: readonly HeadSpec[],
  rows: readonly DatasetRow[],
): Promise<string> {
  const text = (label: number, h: number) =>
    isKnown(label)
      ? labelText(heads[h]!, label).replaceAll(/[/\\\n]/g, "\\$&")
      : "";
  const lines = rows.map(({ contentHash, labels }) =>
    `${contentHash} ${labels.map(text).join("/")}\n`
  ).sort();
  return await sha256(new TextEncoder().encode(lines.join("")));
}
