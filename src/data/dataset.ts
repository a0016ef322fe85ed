/**
 * Labelled descriptors that stay on disk: a row costs a few numbers in memory, and its
 * descriptors are read when a batch needs them.
 *
 * @module
 */

import type { HeadSpec } from "../heads/kinds.ts";
import {
  descriptorCells,
  descriptorLength,
  descriptorParts,
  type Preprocessing,
} from "../image/descriptor.ts";
import { mirrorOrder } from "../image/mirror.ts";
import type { Examples } from "../model/examples.ts";
import type { DescriptorCache } from "./cache.ts";
import type { Origin } from "./source.ts";

/** One described image. */
export interface DatasetRow {
  /** Its name in the source. */
  readonly id: string;
  readonly origin: Origin;
  /** Sha-256 of its content, in hexadecimal digits. */
  readonly contentHash: string;
  /** In the order of {@linkcode DatasetParts.heads}. */
  readonly labels: readonly number[];
  /** The slot of its descriptors in the cache. */
  readonly slot: number;
}

/** The parts of a dataset, besides the cache. */
export interface DatasetParts extends Pick<Dataset, "warnings" | "skipped"> {
  readonly heads: readonly HeadSpec[];
  readonly rows: readonly DatasetRow[];
  readonly hash: string;
}

/** Described images and their labels. Close it, or declare it with `using`. */
export interface Dataset extends Disposable {
  readonly examples: Examples;
  /** Warnings before training on this; one sentence each. */
  readonly warnings: readonly string[];
  /** Images that could not be used, and why. */
  readonly skipped: readonly { id: string; reason: string }[];
  /** Name of an image in its source. */
  idOf(row: number): string;
  /** The origin of the image itself. */
  originOf(row: number): Origin;
}

/** Makes a dataset, which closes the cache when it is closed itself. */
export function createDataset(
  { heads, rows, hash, warnings, skipped }: DatasetParts,
  preprocessing: Preprocessing,
  views: number,
  cache: DescriptorCache,
): Dataset {
  const inputs = descriptorLength(preprocessing);
  const at = (row: number) => {
    const found = rows[row];
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot find row ${row}: expected a whole number below ${rows.length}`,
    );
  };
  const examples: Examples = {
    length: rows.length,
    views,
    heads,
    inputs,
    preprocessing,
    parts: descriptorParts(preprocessing),
    cells: descriptorCells(preprocessing),
    mirror: preprocessing.mirrored ? mirrorOrder(preprocessing) : undefined,
    hash,
    labelOf: (row, head) => at(row).labels[head]!,
    read(row, view, out) {
      const { slot } = at(row);
      if (!(view >= 0 && view < views) || out.length !== inputs) {
        throw new RangeError(
          `Cannot read a descriptor: expected a view below ${views} and ${inputs} bytes ` +
            `to fill, got view ${view} and ${out.length} bytes`,
        );
      }
      cache.read(slot, view * inputs, out);
    },
  };
  return {
    examples,
    warnings,
    skipped,
    idOf: (row) => at(row).id,
    originOf: (row) => at(row).origin,
    [Symbol.dispose]: () => cache[Symbol.dispose](),
  };
}
