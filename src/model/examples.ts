/** Labelled descriptors, wherever they come from. @module */

import type { Preprocessing } from "../image/descriptor.ts";
import { indexOfLargest, isKnown } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import type { RowsPerExample } from "./network.ts";

/**
 * Labelled descriptors, one or more views of each image. A plain value: what
 * differs in one respect is `{...examples, …}`.
 */
export interface Examples {
  /** Number of images. */
  readonly length: number;
  /** Number of views of each; view 0 is the image as it is. */
  readonly views: number;
  /** The heads that the images have labels for, in the order of the labels. */
  readonly heads: readonly HeadSpec[];
  /** Length I of a descriptor. */
  readonly inputs: number;
  /** The preprocessing that described the images. */
  readonly preprocessing: Preprocessing;
  /** Lengths of the parts of a descriptor that are standardized together. */
  readonly parts: readonly number[];
  /**
   * Lengths of the stretches of a descriptor, from its first value on, that tell
   * of one place in the image each. What follows them is never dropped.
   */
  readonly cells: readonly number[];
  /**
   * The place of each value of a mirrored image's descriptor in that of the
   * image, if the network is to see both.
   */
  readonly mirror: Uint32Array | undefined;
  /** Sha-256 over images and labels. */
  readonly hash: string;
  /** The label of an image for the head at `head`, or `UNKNOWN`. */
  labelOf(row: number, head: number): number;
  /** Copies one descriptor into `out` [I]. */
  read(row: number, view: number, out: Uint8Array): void;
}

/** The number of rows of a network that tell of one of these examples. */
export function rowsPerExample(
  { mirror }: Pick<Examples, "mirror">,
): RowsPerExample {
  return mirror === undefined ? 1 : 2;
}

/** The labels of `rows` for one head. */
export function labelsOf(
  examples: Pick<Examples, "labelOf">,
  rows: ArrayLike<number>,
  head: number,
): Float64Array {
  return Float64Array.from(rows, (row) => examples.labelOf(row, head));
}

/** Fewer rows a group than this on average, and groups are made by one head only. */
const ROWS_PER_GROUP = 2;

/**
 * Names the group that each row belongs to. Splits and memories take from every
 * group alike.
 *
 * A group is made by the labels of all heads that divide images into groups;
 * where that leaves hardly more than one row in each, by those of the one head
 * that divides them most.
 */
export function groupsOf(
  { heads, length, labelOf }: Pick<Examples, "heads" | "length" | "labelOf">,
): readonly string[] {
  const groupBy = (dividing: readonly number[]) =>
    Array.from({ length }, (_, row) =>
      dividing.map((head) => {
        const label = labelOf(row, head);
        return isKnown(label) ? label : "?";
      }).join("/"));
  const groupCount = (dividing: readonly number[]) =>
    new Set(groupBy(dividing)).size;
  const dividing = [...heads.keys()].filter((h) =>
    kindOf(heads[h]!).groups(heads[h]!).length > 0
  );
  if (groupCount(dividing) * ROWS_PER_GROUP <= length) return groupBy(dividing);
  const counts = dividing.map((head) => groupCount([head]));
  return groupBy(dividing.slice(indexOfLargest(counts)).slice(0, 1));
}
