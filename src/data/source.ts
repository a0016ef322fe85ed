/**
 * Sources of examples. A folder of photographs, a table of labels and the
 * built-in sketches are the same thing to everything that comes after: a list
 * of labelled entries.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import type { HeadSpec } from "../heads/kinds.ts";

/**
 * The origin of one image. Plain data, so that it can be posted to a
 * worker and the image is only ever in the worker's memory.
 */
export type Origin =
  | { kind: "file"; path: string }
  | { kind: "sketch"; look: string; item: string; variant: number };

/** One labelled image. */
export interface SourceEntry {
  /** A name for messages: the path inside the folder, with slashes. */
  readonly id: string;
  /** Its label for each of {@linkcode Source.heads}, or `UNKNOWN`. */
  readonly labels: readonly number[];
  readonly origin: Origin;
}

/** Labelled images in an order that does not depend on the machine. */
export interface Source {
  /** The heads that the images have labels for; classes are sorted by code unit. */
  readonly heads: readonly HeadSpec[];
  readonly entries: readonly SourceEntry[];
  /** Warnings before training on this; one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * The same images, labelled for the heads of these names only.
 *
 * @throws {DataError} If no head has one of the names.
 */
export function pickHeads(source: Source, names: readonly string[]): Source {
  const { heads, entries } = source;
  const kept = [...heads.keys()].filter((h) => names.includes(heads[h]!.name));
  if (kept.length === 0) {
    throw new DataError(
      `Cannot use these images: expected labels for ${
        names.join(", ")
      }, got some for ${heads.map(({ name }) => name).join(", ")}`,
    );
  }
  return {
    ...source,
    heads: kept.map((h) => heads[h]!),
    entries: entries.map((entry) => ({
      ...entry,
      labels: kept.map((h) => entry.labels[h]!),
    })),
  };
}
